"""Reading and changing entries on the pages."""

import re

import pytest

from bot.accounts import Role
from bot.publishing import Publishing
from bot.store.drafts import SqlDrafts
from tests.fakes import NOW
from tests.review_log import asked, log, numbers, regroup
from tests.staff.room import Browser, Room

FIELDS = {
    "question": "Wer hat die Strategie beschlossen?",
    "answer": "Das war der *Gemeinderat*, siehe [hier](https://example.org).",
    "alternates": "Wer beschloss die Strategie?\nVon wem kommt der Beschluss?\n<b>Wer</b>?",
    "kind": "answer",
    "category": "Strategie",
}


@pytest.fixture
def publishing(room: Room) -> Publishing:
    """Return the draft, with one change in it."""
    made = Publishing(SqlDrafts(room.database))
    made.add_alternates("begleitung", ["Wer war Berater der Stadt?"], "Emil", NOW)
    return made


@pytest.fixture
def editor(room: Room) -> Browser:
    """Return the browser of somebody who may edit."""
    return room.browser(Role.EDIT)


def test_entries_are_listed_and_found(editor: Browser, publishing: Publishing) -> None:
    """By all words anywhere in them, by category, and by what the draft does to them."""
    assert publishing.drafts.current()
    editor.get("/eintraege")
    assert editor.page.index("Wer hat die Stadt begleitet?") < editor.page.index("Wer hat die Strategie beschlossen?")
    assert "im Entwurf geändert" in editor.page
    editor.get("/eintraege", q="beschloss STRATEGIE")
    assert ("1 Eintrag" in editor.page, "begleitet?" in editor.page) == (True, False)
    editor.get("/eintraege", state="entwurf")
    assert ("1 Eintrag" in editor.page, "begleitet?" in editor.page) == (True, True)
    for odd in ("-1", "99999", "abc"):
        assert "Wer hat die Stadt begleitet?" in editor.get("/eintraege", page=odd).text


def test_an_entry_is_shown_as_telegram_shows_it(editor: Browser) -> None:
    """Bold, source, stand, and what is asked about it below."""
    assert editor.get("/eintrag/beschluss").status_code == 200
    assert "<b>Gemeinderat</b>" in editor.page
    assert "Stand: 01.11.2026" in editor.page
    assert "Wer hat die Stadt begleitet?</span>" in editor.page
    assert editor.get("/eintrag/gibtsnicht").status_code == 404


def test_a_change_goes_into_the_draft(editor: Browser, publishing: Publishing) -> None:
    """What citizens' words might break stays text; nothing is live."""
    editor.get("/eintrag/beschluss/bearbeiten")
    answer = editor.post("/eintrag/beschluss/bearbeiten", **FIELDS)
    assert answer.status_code == 303
    editor.follow(answer)
    assert "steht im Entwurf" in editor.page
    found, live = publishing.faq().get("beschluss"), publishing.live().get("beschluss")
    assert found
    assert live
    assert (found.alternates[2], live.answer) == ("<b>Wer</b>?", "Der *Gemeinderat* hat sie beschlossen.")
    assert "&lt;b&gt;Wer&lt;/b&gt;?" in editor.get("/eintrag/beschluss").text


def test_follow_ups_are_chosen_by_their_questions(editor: Browser, publishing: Publishing) -> None:
    """In an order, from lists without the entry itself; one that is gone is shown, and told at the field."""
    page = editor.get("/eintrag/beschluss/bearbeiten").text
    assert page.count('name="follow_ups"') == 3
    assert '<option value="begleitung" selected>Wer hat die Stadt begleitet?</option>' in page
    assert '<option value="beschluss"' not in page
    assert editor.post("/eintrag/beschluss/bearbeiten", **FIELDS, follow_ups=["", "weg"]).status_code == 422
    assert "<option selected>weg</option>" in editor.page
    assert "gibt es nicht (mehr): «weg»" in editor.page
    answer = editor.post("/eintrag/beschluss/bearbeiten", **FIELDS, follow_ups=["", "begleitung", "begleitung"])
    assert answer.status_code == 303
    entry = publishing.faq().get("beschluss")
    assert entry
    assert entry.follow_ups == ("begleitung",)


def test_a_preview_saves_nothing(editor: Browser, publishing: Publishing) -> None:
    """It shows what was typed, and hints at what may not be understood."""
    before = publishing.draft()
    editor.get("/eintrag/beschluss/bearbeiten")
    typed = {**FIELDS, "answer": "Bezüglich der HHKO: " + "viele Wörter " * 15 + "Ende."}
    assert editor.post("/eintrag/beschluss/bearbeiten", **typed, do="preview").status_code == 200
    for expected in ("Vorschau", "«Bezüglich» klingt nach Amt", "«HHKO» wird nicht erklärt", "34 Wörter"):
        assert expected in editor.page
    assert publishing.draft() == before


def test_what_is_wrong_is_told_at_its_field(editor: Browser, publishing: Publishing) -> None:
    """In German; what was typed stays there."""
    before = publishing.draft()
    editor.get("/eintrag/beschluss/bearbeiten")
    typed = {
        **FIELDS,
        "question": "",
        "kind": "quatsch",
        "updated": "gestern",
        "sources": "| https://x.org",
        "valid_from": "2026-12-02",
        "valid_until": "1.12.2026",
        "follow_ups": ["begleitung", "", "gibtsnicht"],
    }
    assert editor.post("/eintrag/beschluss/bearbeiten", **typed).status_code == 422
    told_so = (
        "Frage ein",
        "aus der Liste",
        "zum Beispiel 01.11.2026",
        "je Zeile «Titel",
        "Ende liegt vor",
        "«gibtsnicht»",
    )
    for told in (*told_so, "diese 6 Angaben", '<li><a href="#valid_until">Gültig bis</a>: Das Ende'):
        assert told in editor.page, told
    assert "&lt;b&gt;Wer" in editor.get("/eintraege").text or "Von wem kommt der Beschluss?" not in editor.page
    assert publishing.draft() == before


def test_a_new_entry_begins_with_what_is_known(editor: Browser) -> None:
    """It is as of today; what must be filled in says so, and nothing is wrong yet."""
    editor.get("/eintraege/neu")
    assert f'name="updated" type="date" value="{NOW.date()}"' in editor.page
    assert editor.page.count("(Pflichtfeld)") == 2
    assert "Noch nicht gespeichert" not in editor.page


def test_two_who_change_one_entry_see_each_other(room: Room, editor: Browser, publishing: Publishing) -> None:
    """The second one is shown the difference; saving again is on purpose."""
    other = room.browser(Role.PUBLISH)
    for browser in (editor, other):
        browser.get("/eintrag/beschluss/bearbeiten")
    seen = editor.page.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    assert seen
    assert other.post("/eintrag/beschluss/bearbeiten", **{**FIELDS, "answer": "Petras."}, seen=seen).status_code == 303
    answer = editor.post("/eintrag/beschluss/bearbeiten", **FIELDS, seen=seen)
    assert (answer.status_code, "Petras." in editor.page) == (422, True)
    found = publishing.faq().get("beschluss")
    assert found
    assert found.answer == "Petras."
    again = editor.page.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    assert editor.post("/eintrag/beschluss/bearbeiten", **FIELDS, seen=again).status_code == 303


def test_an_entry_is_created_with_what_a_group_brings(room: Room, editor: Browser, publishing: Publishing) -> None:
    """The group is in hand then; the id comes from the question; the undo takes the entry away again."""
    log(room.database, asked("Was kostet ein Hund?"))
    regroup(room.database)
    group = numbers(room.database)["Was kostet ein Hund?"]
    editor.get(f"/auswertung/{group}")
    assert f'href="/staff/eintraege/neu?gruppe={group}"' in editor.page
    editor.get("/eintraege/neu", gruppe=group)
    assert 'value="Was kostet ein Hund?"' in editor.page
    assert f'<a href="/staff/auswertung/{group}">Abbrechen</a>' in editor.page
    fields = {"question": "Was kostet ein Hund in Öhringen?", "answer": "108 Euro.", "kind": "answer"}
    answer = editor.post("/eintraege/neu", **fields, alternates="Hundesteuer", gruppe=group)
    assert answer.headers["location"] == "/staff/eintrag/was-kostet-ein-hund-in-oehringen"
    editor.follow(answer)
    assert "Rückgängig machen" in editor.page
    (seen,) = set(re.findall('name="seen" value="([^"]+)"', editor.page))
    editor.get(f"/auswertung/{group}")
    assert "neuer Eintrag begonnen: Was kostet ein Hund in Öhringen?" in editor.page
    editor.post("/eintrag/was-kostet-ein-hund-in-oehringen/loeschen", seen=seen)
    assert publishing.faq().get("was-kostet-ein-hund-in-oehringen") is None
    assert editor.post("/eintraege/neu", **fields, id="beschluss").status_code == 422
    assert "schon vergeben" in editor.page


def test_an_entry_is_deleted_and_comes_back(editor: Browser, publishing: Publishing) -> None:
    """The last one cannot be deleted."""
    editor.get("/eintrag/beschluss")
    editor.follow(editor.post("/eintrag/beschluss/loeschen"))
    assert publishing.faq().get("beschluss") is None
    assert editor.post("/eintrag/begleitung/loeschen").status_code == 409
    editor.get("/entwurf")
    editor.post("/entwurf/zuruecknehmen", entry="beschluss")
    assert publishing.faq().get("beschluss") == publishing.live().get("beschluss")
