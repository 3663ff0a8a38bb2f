"""Working: several chats at once, each in order, and what is done about an update that fails."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from structlog.testing import capture_logs

from bot.errors import StoreError
from botapi.server import Server
from tests.postgres import Server as Postgres
from tests.telegram.running import Echo, Running, bot, message
from tests.telegram.test_receiving import calls, count, waits
from tests.telegram.test_sending import states

Run = Callable[..., AbstractContextManager[Running]]


def test_checklist_04_a_failing_update_is_tried_again(run: Run, server: Server) -> None:
    """After a pause; later messages of the chat wait for it, others do not."""
    erika, max_ = server.people.citizen("Erika"), server.people.citizen("Max")
    with run(echo=Echo(failing={"Pech": 1})):
        server.people.text(erika, "Pech")
        server.people.text(erika, "danach")
        server.people.text(max_, "Hallo")
        assert server.until(lambda: bool(server.people.said(max_)), 1.0)
        assert server.until(lambda: server.people.said(erika) == ["Echo: Pech", "Echo: danach"])


def test_checklist_04_an_update_that_always_fails_is_parked(run_here: Run, server: Server) -> None:
    """The citizen is told once, the operator gets a line without their words and a count, the chat goes on."""
    erika = server.people.citizen("Erika")
    with capture_logs() as logs, run_here(echo=Echo(failing={"Geheimes": 99}), breaking=Hasty) as running:
        server.people.text(erika, "Geheimes")
        server.people.text(erika, "danach")
        assert server.until(lambda: server.people.said(erika) == ["Entschuldigung", "Echo: danach"], 10)
        assert running.service.pulse.dead_letters == 1
        assert count(running, "state = 'dead'") == 1
    (parked,) = [line for line in logs if line["event"] == "update_parked"]
    assert parked["update_kind"] == "message"
    assert [line["attempts"] for line in logs if line["event"] == "update_failed"] == [0, 1, 2, 3, 4]
    assert "Geheimes" not in str(logs)


class Hasty:
    """An inbox whose pauses are over at once."""

    def __init__(self, inner: object) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def claim(self, now: object) -> object:
        """Claim as if an hour had gone by."""
        from datetime import timedelta

        return self._inner.claim(now + timedelta(hours=1))  # type: ignore[attr-defined, operator]


class Refusing(Hasty):
    """An inbox that cannot write what one update brings about."""

    def finish(self, claim: object, outcome: object, now: object) -> None:
        """Fail for one word, after the claim is over, as the database does."""
        if b"Gift" in claim.parts[0].raw:  # type: ignore[attr-defined]
            self._inner.release(claim)  # type: ignore[attr-defined]
            raise ValueError("Gift")
        self._inner.finish(claim, outcome, now)  # type: ignore[attr-defined]


class Full(Hasty):
    """An inbox that can be read alone."""

    tries = 0
    is_full = True

    def finish(self, *args: object) -> None:
        """Fail while there is no room."""
        self._write("finish", *args)

    def retry(self, *args: object) -> object:
        """Fail while there is no room."""
        return self._write("retry", *args)

    def _write(self, name: str, *args: object) -> object:
        self.tries += 1
        if self.is_full:
            raise StoreError("voll")
        return getattr(self._inner, name)(*args)


def test_a_database_that_cannot_be_written_is_left_alone_for_a_while(run_here: Run, server: Server) -> None:
    """Trying without a pause would keep the machine busy and fill the log; with room again all is answered."""
    erika = server.people.citizen("Erika")
    with capture_logs() as logs, run_here(breaking=Full) as running:
        full: Any = running.service.inbox
        server.people.text(erika, "a")
        assert waits(lambda: full.tries >= 2)
        started, before = time.monotonic(), full.tries
        assert waits(lambda: full.tries >= before + 3, 20)
        assert time.monotonic() - started > 0.9
        full.is_full = False
        assert server.until(lambda: server.people.said(erika) == ["Echo: a"], 15)
    events = [line["event"] for line in logs]
    assert events.count("writing_failed") == events.count("writing_failed_over") == 1


def test_an_outcome_that_cannot_be_written_is_parked_in_the_end(run_here: Run, server: Server) -> None:
    """As a value that the database refuses; it must not be tried for ever."""
    erika = server.people.citizen("Erika")
    with run_here(breaking=Refusing) as running:
        server.people.text(erika, "Gift")
        server.people.text(erika, "danach")
        assert server.until(lambda: server.people.said(erika) == ["Entschuldigung", "Echo: danach"], 10)
        assert running.service.pulse.dead_letters == 1


def test_checklist_05_a_flood_delays_another_chat_by_less_than_a_second(run: Run, server: Server) -> None:
    """Sixty slow messages of one chat, in order; the other chat's answer comes at once."""
    erika, max_ = server.people.citizen("Erika"), server.people.citizen("Max")
    with run(echo=Echo(slow={"Flut": 0.02})):
        for number in range(60):
            server.people.text(erika, f"Flut {number}")
        assert server.until(lambda: len(server.people.said(erika)) > 3)
        started = time.monotonic()
        server.people.text(max_, "Hallo")
        assert server.until(lambda: server.people.said(max_) == ["Echo: Hallo"])
        assert time.monotonic() - started < 1.0
        assert server.until(lambda: len(server.people.said(erika)) == 60, 15)
    assert server.people.said(erika) == [f"Echo: Flut {number}" for number in range(60)]


def test_an_album_gets_one_reply(run_here: Run, server: Server) -> None:
    """Its parts are claimed together, one second after the last."""
    erika = server.people.citizen("Erika")
    with run_here():
        server.people.album(erika, 3)
        assert server.until(lambda: server.people.said(erika) == ["Echo: Album aus 3"])


def test_typing_is_shown_when_it_takes_long(run_here: Run, server: Server) -> None:
    """After 700 ms, in private chats, and only then."""
    erika = server.people.citizen("Erika")
    with run_here(echo=Echo(slow={"lange": 1.0})):
        server.people.text(erika, "kurz")
        assert server.until(lambda: len(server.people.said(erika)) == 1)
        assert not calls(server, "sendChatAction")
        server.people.text(erika, "lange")
        assert server.until(lambda: len(server.people.said(erika)) == 2)
    assert [params["action"] for params in calls(server, "sendChatAction")] == ["typing"]


def test_the_database_may_be_away_for_a_while(postgres: Postgres, server: Server) -> None:
    """All its connections are cut, again and again: the process lives on, each message is answered, once or twice."""
    address = postgres.ready()
    erika = server.people.citizen("Erika")
    with bot(address, server.url, server.token) as running:
        for number in range(6):
            server.people.text(erika, str(number))
            cut(address)
            time.sleep(0.2)  # the cuts fall into whatever goes on
        wanted = [f"Echo: {number}" for number in range(6)]
        assert server.until(lambda: list(dict.fromkeys(server.people.said(erika))) == wanted, 15)
        assert not running.ended


def test_losing_the_lead_sends_nothing_twice(postgres: Postgres, server: Server) -> None:
    """The sender leads again at once, and lets its calls end before it decides about what is under way."""
    address = postgres.ready()
    people = [server.people.citizen(str(number)) for number in range(3)]
    with bot(address, server.url, server.token) as running:
        chats = [running.chat(person) for person in people]
        assert waits(lambda: running.service.pulse.sending)
        server.room.delay(2.0)
        running.outbox.add([message(chat, "a") for chat in chats[:2]])
        assert waits(lambda: states(running) == ["sending", "sending"])
        cut(address, "faq-bot send")
        running.outbox.add([message(chats[2], "b", priority=1)])
        assert waits(lambda: states(running) == ["sent"] * 3, 15)
        assert not running.ended
    assert [server.people.said(person) for person in people] == [["a"], ["a"], ["b"]]


def cut(address: str, name: str = "%") -> None:
    """Close the bot's connections of that name, or all, from the server's side."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE %s",
            [name],
        )


def test_checklist_09_one_of_two_polls_and_sends(postgres: Postgres, server: Server) -> None:
    """The other one works with, woken at once, and takes over within ten seconds."""
    address = postgres.ready()
    erika = server.people.citizen("Erika")
    with bot(address, server.url, server.token) as second:
        with bot(address, server.url, server.token) as first:
            assert waits(lambda: first.service.pulse.receiving != second.service.pulse.receiving)
            leader, other = (first, second) if first.service.pulse.receiving else (second, first)
            for number in range(20):
                server.people.text(erika, str(number))
            assert server.until(lambda: len(server.people.said(erika)) == 20, 10)
            assert leader.service.pulse.conflicts == other.service.pulse.conflicts == 0
        started = time.monotonic()
        server.people.text(erika, "weiter")
        assert server.until(lambda: "Echo: weiter" in server.people.said(erika), 10)
        assert time.monotonic() - started < 10
        assert second.service.pulse.receiving
        assert second.service.pulse.sending
    assert server.people.said(erika) == [*(f"Echo: {number}" for number in range(20)), "Echo: weiter"]
    assert threading.active_count() < 60
