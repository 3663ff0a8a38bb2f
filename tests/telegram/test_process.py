"""The bot as a process of its own: killed, stopped, and brought down by one update."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.process import BaseProcess

import pytest
import sqlalchemy as sa

from botapi.server import Server
from tests.forking import FORK
from tests.store_actor import opened
from tests.telegram.running import free_port, main
from tests.telegram.test_receiving import has_heard, waits


@contextmanager
def started(place: str, server: Server, port: str = "-") -> Iterator[BaseProcess]:
    """Start a bot, and see that nothing of it is left."""
    process = FORK.Process(target=main, args=(place, server.url, server.token, port))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def exit_code(process: BaseProcess) -> int | None:
    """Wait until a process ends by itself; return its exit code."""
    process.join(10)
    return process.exitcode


def handled(place: str) -> int:
    """Count the updates that are done."""
    database = opened(place)
    try:
        query = sa.text("SELECT count(*) FROM inbox WHERE state = 'done'")
        return int(database.read(lambda connection: connection.scalar(query)) or 0)
    finally:
        database.close()


def has_called(server: Server, number: int) -> bool:
    """Say whether there were more calls than so many."""
    return len(server.calls) > number


def is_over(process: BaseProcess, server: Server, person: int) -> bool:
    """Say whether a process died, or somebody heard from it."""
    return not process.is_alive() or bool(server.people.said(person))


def in_order(words: list[str]) -> list[str]:
    """Return the words without those that come again."""
    return list(dict.fromkeys(words))


@pytest.mark.parametrize(("place", "webhook"), [("sqlite", True), ("postgresql", False)], indirect=["place"])
def test_checklist_01_and_15_a_killed_bot_loses_nothing(place: str, server: Server, *, webhook: bool) -> None:
    """Killed again and again while messages come and go: all are answered, in order; duplicates are few."""
    people = [server.people.citizen(f"Mensch {number}") for number in range(10)]
    wanted = [f"Echo: {number}" for number in range(24)]
    port, kills, chance = (str(free_port()) if webhook else "-"), 3, random.Random(4)
    for number in range(24):
        for person in people:
            server.people.text(person, str(number))
    for kill in range(kills):
        with started(place, server, port):
            before = len(server.calls)
            assert server.until(partial(has_called, server, before + 20), 20)
            time.sleep(chance.random() * 0.2)
            assert kill < kills
    with started(place, server, port):
        for person in people:
            assert server.until(partial(has_heard, server, person, 24), 30)
    for person in people:
        assert in_order(server.people.said(person)) == wanted
    assert sum(len(server.people.said(person)) - 24 for person in people) <= 8 * kills


def test_checklist_23_a_stopped_bot_ends_at_once_and_loses_nothing(place: str, server: Server) -> None:
    """Within five seconds, exit code 0; what was not handled is handled by the next one, once."""
    erika = server.people.citizen("Erika")
    for number in range(40):
        server.people.text(erika, str(number))
    for number in (signal.SIGTERM, signal.SIGINT):
        with started(place, server) as process:
            before = len(server.people.said(erika))
            assert server.until(partial(has_heard, server, erika, before + 4), 20)
            asked = time.monotonic()
            os.kill(process.pid or 0, number)
            assert exit_code(process) == 0
            assert time.monotonic() - asked < 5
    assert len(server.people.said(erika)) < 40
    with started(place, server):
        assert server.until(lambda: len(server.people.said(erika)) >= 40, 30)
        assert waits(lambda: handled(place) == 40)
    assert server.people.said(erika) == [f"Echo: {number}" for number in range(40)]


def test_an_update_that_kills_the_process_is_parked(place: str, server: Server) -> None:
    """After some crashes it is set aside with an apology; what was under way beside it is not."""
    erika = server.people.citizen("Erika")
    people = [server.people.citizen(f"Mensch {number}") for number in range(9)]
    server.people.text(erika, "Gift")
    server.people.text(erika, "danach")
    for person in people:
        server.people.text(person, "Hallo")
    crashes = 0
    while crashes < 9:
        with started(place, server) as process:
            if waits(partial(is_over, process, server, erika), 20) and not process.exitcode:
                break
            crashes += 1
    with started(place, server):
        assert server.until(lambda: in_order(server.people.said(erika)) == ["Entschuldigung", "Echo: danach"], 20)
        for person in people:
            assert server.until(partial(has_heard, server, person, 1), 10)
            assert "Entschuldigung" not in server.people.said(person)
    assert 4 <= crashes <= 6


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_hanging_handler_does_not_keep_the_process(place: str, server: Server) -> None:
    """Its update is handled again at the next start."""
    erika = server.people.citizen("Erika")
    server.people.text(erika, "Stillstand")
    with started(place, server) as process:
        assert server.until(lambda: any(call.method == "sendchataction" for call in server.calls), 20)
        asked = time.monotonic()
        os.kill(process.pid or 0, signal.SIGTERM)
        assert exit_code(process) == 0
        assert time.monotonic() - asked < 5.5
