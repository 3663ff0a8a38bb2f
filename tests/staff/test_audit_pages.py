"""The record on the pages: who did what, and when."""

from datetime import timedelta

from bot.accounts import Role
from bot.review_items import ACTION_WORDS
from bot.store.audit import SqlAudit, note
from tests.fakes import NOW
from tests.staff.room import Room


def test_the_record_is_searched_by_days(room: Room) -> None:
    """Both days count, as they are in the city; what is no day is told and asks for nothing."""
    room.database.write(lambda connection: note(connection, "Kim", "Getan", "damals", NOW - timedelta(days=40)))
    browser = room.browser(Role.ADMINISTER)
    day = f"{NOW - timedelta(days=40):%Y-%m-%d}"
    browser.get("/protokoll", since=day, until=day)
    assert ("damals" in browser.page, "1 Eintrag " in browser.page) == (True, True)
    assert "damals" in browser.get("/protokoll.csv", since=day, until=day).text
    browser.get("/protokoll", until=f"{NOW - timedelta(days=41):%d.%m.%Y}")
    assert ("damals" in browser.page, "0 Einträge" in browser.page) == (False, True)
    browser.get("/protokoll", since="gestern", until="9999-12-31")
    assert ("damals" in browser.page, "Das ist kein Datum" in browser.page) == (True, True)


def test_what_a_file_brought_is_on_record(room: Room) -> None:
    """With the number of the version, as the page of versions names it."""
    browser = room.browser(Role.ADMINISTER)
    browser.get("/protokoll", action="FAQ-Datei übernommen")
    assert '<td class="long">Fassung 1</td>' in browser.page


def test_no_word_of_a_deed_is_cut_off(room: Room) -> None:
    """Also of the longest one of the review."""
    longest = max((f"Auswertung zurückgenommen: {word}" for word in ACTION_WORDS.values()), key=len)
    room.database.write(lambda connection: note(connection, "Kim", longest, "Gruppe 1", NOW))
    assert SqlAudit(room.database).find(most=1)[0].action == longest
