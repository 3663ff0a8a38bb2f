"""The dashboard in a browser without a window."""

from datetime import timedelta

import pytest

from bot.accounts import Role
from bot.journal import Question
from bot.ports import Outcome
from bot.state import ChatState
from bot.store.chats import SqlChats
from tests.fakes import NOW
from tests.staff.room import Browser, Room


@pytest.fixture
def browser(room: Room) -> Browser:
    """Return a browser of somebody who may read, after some questions."""
    asked = [("answer", "beschluss"), ("answer", "beschluss"), ("fallback", None), ("answer", "weg")]
    log = [
        Question(number, NOW - timedelta(days=8 * (number == 4)), "?", kind, "clear", entry, 0.9, (), "f", "m")
        for number, (kind, entry) in enumerate(asked, 1)
    ]
    SqlChats(room.database, "telegram").commit("zahlen", 0, Outcome(ChatState(), tuple(log)), NOW)
    return room.browser(Role.READ)


def test_the_dashboard_shows_the_last_thirty_days(browser: Browser) -> None:
    """Charts with tables beside them."""
    assert browser.get("/zahlen").status_code == 200
    assert "Vom 24.10.2026 bis 22.11.2026" in browser.page
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in browser.page
    assert "Wer hat die Strategie beschlossen?" in browser.page
    assert "(gibt es nicht mehr)" in browser.page


def test_a_period_can_be_chosen(browser: Browser) -> None:
    """One of the usual ones, or one's own."""
    assert "(gibt es nicht mehr)" not in browser.get("/zahlen", tage="7").text
    assert "(gibt es nicht mehr)" in browser.get("/zahlen", tage="90").text
    answer = browser.get("/zahlen", tage="eigener", von="2026-11-14", bis="2026-11-14")
    assert "Vom 14.11.2026 bis 14.11.2026" in answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"tage": "0"}, "aus der Liste"),
        ({"tage": "eigener"}, "einen Tag an"),
        ({"tage": "eigener", "von": "gestern", "bis": "2026-11-14"}, "kein Datum"),
        ({"tage": "eigener", "von": "0001-01-01", "bis": "2026-11-14"}, "kein Datum"),
        ({"tage": "eigener", "von": "2026-11-14", "bis": "9999-12-31"}, "in der Zukunft"),
        ({"tage": "eigener", "von": "2026-11-14", "bis": "2026-11-13"}, "vor dem Anfang"),
        ({"tage": "eigener", "von": "2020-11-14", "bis": "2026-11-13"}, "höchstens zwei Jahre"),
        ({"tage": "eigener", "von": "9" * 2000, "bis": "2026-11-13"}, "kein Datum"),
    ],
)
def test_what_is_no_period_is_told_at_its_field(browser: Browser, query: dict[str, str], said: str) -> None:
    """In German, and the page is there to mend it; there is no file of it."""
    answer = browser.get("/zahlen", **query)
    assert answer.status_code == 400
    assert said in answer.text
    assert browser.get("/zahlen/tage.csv", **query).status_code == 404


def test_each_table_is_there_as_a_file(browser: Browser) -> None:
    """With all rows; one that does not exist is not found."""
    answer = browser.get("/zahlen/antworten.csv", tage="30")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.content.decode("utf-8-sig").splitlines()[1].startswith("Wer hat die Strategie beschlossen?;beschluss;")
    )
    for key in ("ueberblick", "tage", "meldungen", "themen", "antwortzeiten", "bewertungen", "pflege"):
        assert browser.get(f"/zahlen/{key}.csv").status_code == 200
    assert browser.get("/zahlen/anderes.csv").status_code == 404
