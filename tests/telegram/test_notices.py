"""Answers that come later, through real HTTP: wished for, taken back, sent, and erased."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.channels.telegram.render import message_payloads
from bot.content import Content
from bot.corrections import Correcting
from bot.notices import Telling
from bot.store.corrections import SqlCorrections
from bot.store.notices import SqlNotices
from bot.texts import Texts, load_texts
from botapi.server import Server
from tests.fakes import FakeUnderstanding
from tests.telegram.town import OFFICES, Town, town

Open = Callable[..., AbstractContextManager[Town]]
ASKED = "Warum ist der Himmel blau?"
TEXTS: Texts = load_texts()
WISH, UNWISH = TEXTS.notice_wish, TEXTS.notice_unwish


@pytest.fixture
def hall(place: str, server: Server) -> Open:
    """Return what opens a town hall, on each engine in turn."""
    return partial(town, place, server)


def known() -> Content:
    """Return what the bot knows."""
    return Content(OFFICES, FakeUnderstanding().match, TEXTS, 30)


def telling(here: Town) -> Telling:
    """Return what tells citizens later."""
    return Telling(SqlNotices(here.running.database), partial(message_payloads, texts=TEXTS), known)


def ring(here: Town) -> Any:
    """Tell everybody who waits that there is an answer."""
    desk = telling(here)
    wanted = [one.question for one in desk.notices.waiting()]
    return desk.send(wanted, "beschluss", "Petra", here.clock.now())


def wait_for_answer(here: Town) -> dict[str, Any]:
    """Ask what the bot does not know, and press the button; return the bot's message."""
    here.ask(here.erika, ASKED)
    message = here.seen(here.erika, "Das weiß ich leider nicht")
    here.people.press(here.erika, message["message_id"], WISH)
    return here.seen(here.erika, TEXTS.notice_on)


def test_a_citizen_hears_later_and_once(hall: Open) -> None:
    """The question is quoted; a correction reaches them afterwards; nobody is told twice."""
    with hall() as here:
        noted = wait_for_answer(here)
        here.settled()
        assert ring(here) == 1
        here.seen(
            here.erika, f"Sie hatten gefragt: «{ASKED}». Inzwischen gibt es dazu eine Antwort:\n\nDer Gemeinderat."
        )
        assert ring(here) == 0
        here.people.press(here.erika, noted["message_id"], UNWISH)
        here.seen(here.erika, TEXTS.choice_old)
        correct = Correcting(SqlCorrections(here.running.database), telling(here).render, known)
        now = here.clock.now()
        for _ in range(2):
            assert correct("k", "beschluss", now - timedelta(minutes=1), "Der *Kreistag*.", "Petra", now) == 1
        here.seen(here.erika, "Richtig ist:\n\nDer Kreistag.")
        here.settled()
        texts = here.texts(here.erika)
        assert [sum(words in text for text in texts) for words in ("Sie hatten gefragt", "Berichtigung:")] == [1, 1]
        assert here.server.complaints == []


def test_a_wish_can_be_taken_back_and_goes_with_all_else(hall: Open) -> None:
    """By the same button, which changes in place; and by /loeschen."""
    with hall() as here:
        noted = wait_for_answer(here)
        here.people.press(here.erika, noted["message_id"], UNWISH)
        again = here.seen(here.erika, TEXTS.notice_off)
        assert again["message_id"] == noted["message_id"]
        here.settled()
        assert ring(here) == 0
        here.people.press(here.erika, again["message_id"], WISH)
        here.seen(here.erika, TEXTS.notice_on)
        here.ask(here.erika, "/auskunft")
        here.seen(here.erika, "Sie bekommen Bescheid, wenn es eine Antwort gibt")
        here.ask(here.erika, "/loeschen")
        here.people.press(here.erika, here.seen(here.erika, "Soll ich alles löschen")["message_id"], TEXTS.erase_yes)
        here.seen(here.erika, "Ich habe alles gelöscht")
        here.settled()
        assert (ring(here), SqlNotices(here.running.database).waiting()) == (0, ())


def test_who_speaks_with_a_person_is_told_afterwards(hall: Open) -> None:
    """Two voices at a time would be one too many."""
    with hall() as here:
        wait_for_answer(here)
        here.wish()
        here.settled()
        assert ring(here) == 0
        here.people.press(here.erika, here.seen(here.erika, "Ihr Fall hat die Nummer")["message_id"], "Zurück zum Bot")
        here.seen(here.erika, "Ab jetzt antworte wieder ich")
        here.settled()
        assert ring(here) == 1
        here.seen(here.erika, "Inzwischen gibt es dazu eine Antwort")
