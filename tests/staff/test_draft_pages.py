"""The draft on the pages: checked, published, compared, rolled back; entries blocked at once."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.accounts import Role
from bot.drafts import Gate
from bot.gatekeeper import checked
from bot.going_live import GoingLive, Rules
from bot.jobs import JobKind
from bot.ports import FaqVersion
from bot.publishing import Publishing
from bot.store.audit import SqlAudit
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from bot.store.jobs import SqlJobs
from intents.faq import parse_faq
from tests.conftest import TINY_FAQ
from tests.fakes import NOW, FakeClock
from tests.review_log import asked, log
from tests.staff.conftest import PATH, opened
from tests.staff.room import Browser, Room

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def live(room: Room) -> GoingLive:
    """Return what may happen to the draft, with one change in it."""
    made = GoingLive(Publishing(SqlDrafts(room.database)), Rules())
    made.publishing.add_alternates("begleitung", ["Wer war Berater der Stadt?"], "Emil", NOW)
    return made


@pytest.fixture
def publisher(room: Room) -> Browser:
    """Return the browser of somebody who may publish."""
    return room.browser(Role.PUBLISH)


def pass_gate(live: GoingLive, **found: Any) -> str:
    """Let the gate find something in the draft; return the draft's key."""
    blank = {"findings": [], "wordings": [], "asked": 0, "impact": [], "reworded": 0}
    key = live.publishing.draft().key
    live.publishing.drafts.keep_gate(Gate(key, NOW, {**blank, **found}))
    return key


def test_the_real_gate_tells_what_the_draft_changes(room: Room, live: GoingLive, publisher: Browser) -> None:
    """Findings, wordings that miss, and the questions that were asked, with what was decided before and is now."""
    log(room.database, asked(EVIL), asked("Wer hat die Strategie beschlossen?"))
    live.publishing.delete_entry("beschluss", "Emil", NOW)
    live.publishing.drafts.keep_gate(
        checked(room.app.settings, room.app.wiring, room.database, live.publishing.draft(), lambda _done, _all: None)
    )
    publisher.get("/entwurf")
    assert "gelöscht: Wer hat die Strategie beschlossen?" in publisher.page.replace("<strong>", "").replace(
        "</strong>", ""
    )
    assert "0 der letzten" in publisher.page  # the fake understanding knows no entries


def test_a_draft_is_checked_and_published(room: Room, live: GoingLive, publisher: Browser) -> None:
    """In that order; the bot answers so from the next look on."""
    publisher.get("/entwurf")
    assert "noch nicht geprüft" in publisher.page
    key = live.publishing.draft().key
    assert publisher.post("/entwurf/veroeffentlichen", key=key).status_code == 409
    pass_gate(live)
    publisher.get("/entwurf")
    publisher.follow(publisher.post("/entwurf/veroeffentlichen", key=key))
    assert "In wenigen Sekunden" in publisher.page
    assert "Wer war Berater der Stadt?" in publisher.page
    room.faq.look()
    assert room.faq.current().hash == live.publishing.live().hash != parse_faq(TINY_FAQ).hash
    assert [deed.action for deed in SqlAudit(room.database).find(who="Petra", most=1)] == ["FAQ veröffentlicht"]


def test_hints_need_a_tick_and_errors_block(live: GoingLive, publisher: Browser) -> None:
    """What was there before counts as neither."""
    finding = {"line": 3, "column": 1, "message": f"Etwas mit {EVIL}", "entry": "beschluss"}
    key = pass_gate(live, findings=[{**finding, "level": "hint", "new": True}])
    publisher.get("/entwurf")
    assert "Hinweis (neu)" in publisher.page
    assert publisher.post("/entwurf/veroeffentlichen", key=key).status_code == 409
    pass_gate(live, findings=[{**finding, "level": "error", "new": True}])
    assert publisher.post("/entwurf/veroeffentlichen", key=key, read="yes").status_code == 409
    pass_gate(live, findings=[{**finding, "level": "error", "new": False}, {**finding, "level": "hint", "new": True}])
    assert "<script>" not in publisher.get("/entwurf").text
    assert publisher.post("/entwurf/veroeffentlichen", key=key, read="yes").status_code == 303


def test_findings_speak_the_words_of_the_pages(live: GoingLive, publisher: Browser) -> None:
    """The entry is a link; no id, no line, no name of a field of the file, and «Hinweis» once."""
    message = "Eintrag 'beschluss': Die Frage 'Wer?' aus 'not_questions' liegt nahe an Eintrag 'begleitung' (Zeile 3)"
    finding = {
        "line": 3,
        "column": 1,
        "message": f"Hinweis: {message}",
        "entry": "beschluss",
        "level": "hint",
        "new": True,
    }
    pass_gate(live, findings=[finding])
    publisher.get("/entwurf")
    told = "Die Frage 'Wer?' aus «Gegenbeispiele» liegt nahe an Eintrag «Wer hat die Stadt begleitet?»<"
    assert told in publisher.page
    assert '<a href="/staff/eintrag/beschluss">Wer hat die Strategie beschlossen?</a></td>' in publisher.page


def test_the_effect_on_real_questions_stands_side_by_side(room: Room, live: GoingLive, publisher: Browser) -> None:
    """With the words of the question, as long as they are kept; never as part of the page."""
    log(room.database, asked(EVIL))
    old = {"kind": "fallback", "entries": [], "choices": [], "confidence": 0.1}
    new = {"kind": "answer", "entries": ["beschluss"], "choices": [], "confidence": 0.9}
    number = room.database.read(lambda c: c.exec_driver_sql("SELECT max(id) FROM question").scalar())
    pass_gate(live, asked=500, impact=[{"questions": [number, 999_999], "old": old, "new": new}], reworded=3)
    page = publisher.get("/entwurf").text
    for told in (
        "Ändert 2 der letzten 500 Fragen",
        "&lt;script&gt;",
        "keine Antwort",
        "Antwort: Wer hat die Strategie",
    ):
        assert told in page, told
    room.database.write(lambda c: c.exec_driver_sql("UPDATE question SET text = NULL"))
    assert "(Wortlaut gelöscht)" in publisher.get("/entwurf").text


def test_a_check_is_started_once(room: Room, live: GoingLive) -> None:
    """In a process of its own, which tells how far it is."""
    editor = room.browser(Role.EDIT)
    assert live.publishing.drafts.current()
    editor.get("/entwurf")
    editor.follow(editor.post("/entwurf/pruefen"))
    assert "Sie bereitet zuerst" in editor.page
    jobs = SqlJobs(room.database)
    job = jobs.latest(JobKind.GATE, room.app.wiring.clock.now())
    assert job
    jobs.beat(job.key, NOW, (30, 60))
    editor.get("/entwurf")
    assert "50 %" in editor.page
    editor.follow(editor.post("/entwurf/pruefen"))
    assert "läuft schon eine Prüfung" in editor.page
    jobs.end(job.key, NOW, "Zu wenig Speicher.")
    editor.get("/entwurf")
    assert "Zu wenig Speicher." in editor.page


def test_a_draft_is_dropped(live: GoingLive, publisher: Browser) -> None:
    """Whole, or entry by entry."""
    publisher.get("/entwurf")
    publisher.follow(publisher.post("/entwurf/zuruecknehmen", entry="begleitung"))
    assert "nichts geändert" in publisher.page
    live.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    publisher.get("/entwurf")
    assert publisher.post("/entwurf/verwerfen", key="was andere sahen").status_code == 409
    publisher.post("/entwurf/verwerfen", key=live.publishing.draft().key)
    assert live.publishing.drafts.current() is None


def test_an_entry_goes_only_as_it_was_seen(live: GoingLive, publisher: Browser) -> None:
    """What somebody changed meanwhile is neither deleted nor taken back unseen."""
    page = publisher.get("/eintrag/begleitung").text
    (seen,) = set(re.findall('name="seen" value="([^"]+)"', page))
    live.publishing.add_alternates("begleitung", ["Wer half?"], "Vera", NOW)
    for path, fields in (("/eintrag/begleitung/loeschen", {}), ("/entwurf/zuruecknehmen", {"entry": "begleitung"})):
        assert publisher.post(path, seen=seen, **fields).status_code == 409
        assert "Jemand anders hat diesen Eintrag" in publisher.page
    (seen,) = set(re.findall('name="seen" value="([^"]+)"', publisher.get("/eintrag/begleitung").text))
    assert publisher.post("/entwurf/zuruecknehmen", seen=seen, entry="begleitung").status_code == 303
    assert live.publishing.drafts.current() is None


def test_a_check_that_cannot_be_started_is_told(
    room: Room, live: GoingLive, publisher: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says so; it does not break."""

    def launch(_launcher: object, _job: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(type(room.app.wiring.launcher), "launch", launch)
    assert live.publishing.drafts.current()
    publisher.get("/entwurf")
    assert publisher.post("/entwurf/pruefen").status_code == 503
    assert "lässt sich nicht starten" in publisher.page


def test_three_forms_are_compared_and_brought_together(room: Room, live: GoingLive, publisher: Browser) -> None:
    """Who changed what; somebody chooses, entry by entry."""
    entry = live.publishing.faq().get("beschluss")
    assert entry
    live.publishing.change_entry(replace(entry, answer=f"Unsere {EVIL}"), "Emil", NOW)
    text = TINY_FAQ.replace("Der *Gemeinderat* hat sie beschlossen.", "Ihre Antwort.")
    versions = SqlFaqVersions(room.database)
    version = FaqVersion(parse_faq(text).hash, text, "Vera", NOW + timedelta(minutes=1))
    versions.publish(version, instead_of=versions.active_hash())
    publisher.get("/entwurf")
    assert "gleichen Sie den Entwurf ab" in publisher.page
    page = publisher.get("/entwurf/abgleich").text
    for told in ("Ihre Antwort.", "Unsere &lt;script&gt;", "− Der *Gemeinderat* hat", "</span>+ Ihre Antwort."):
        assert told in page, told
    key = publisher.page.partition('name="key" value="')[2].partition('"')[0]
    assert publisher.post("/entwurf/abgleich", key=key).status_code == 409
    assert "Bitte wählen Sie" in publisher.page
    fields = {"key": key, "side-beschluss": "theirs"}
    assert publisher.post("/entwurf/abgleich", **fields).status_code == 303
    merged = live.publishing.faq()
    assert [each.answer for each in merged.entries] == ["Ihre Antwort.", "Ein Unternehmen hat sie begleitet."]
    assert "Wer war Berater der Stadt?" in merged.entries[1].alternates
    assert publisher.post("/entwurf/abgleich", **fields).status_code == 303  # there is nothing left to do


def test_an_entry_is_blocked_with_one_click(room: Room, live: GoingLive) -> None:
    """And let go with the next publication; the page says so."""
    editor = room.browser(Role.EDIT)
    editor.get("/eintrag/beschluss")
    editor.follow(editor.post("/eintrag/beschluss/sperren"))
    assert "Gesperrt" in editor.page
    room.faq.look_at_blocks()
    blocked = room.faq.current().faq.get("beschluss")
    assert blocked
    assert blocked.blocked
    assert "1 Eintrag" in editor.get("/eintraege", state="gesperrt").text
    editor.follow(editor.post("/eintrag/beschluss/entsperren", on="yes"))
    assert "Mit der nächsten Veröffentlichung gilt der Eintrag wieder" in editor.page
    assert live.publishing.draft().releases == ("beschluss",)
    editor.post("/eintrag/beschluss/entsperren", on="no")
    assert live.publishing.draft().releases == ()
    assert editor.post("/eintrag/gibtsnicht/sperren").status_code == 404


def test_a_block_by_mistake_is_undone_at_once(room: Room, live: GoingLive, clock: FakeClock) -> None:
    """By whoever blocked, for ten minutes; nobody else's block ends so."""
    editor, other = room.browser(Role.EDIT), room.browser(Role.PUBLISH)
    editor.get("/eintrag/beschluss")
    editor.follow(editor.post("/eintrag/beschluss/sperren"))
    assert 'action="/staff/eintrag/beschluss/doch-nicht-sperren"' in editor.page
    assert other.post("/eintrag/beschluss/doch-nicht-sperren").status_code == 409
    assert live.publishing.drafts.blocks()
    assert editor.post("/eintrag/beschluss/doch-nicht-sperren").status_code == 303
    assert not live.publishing.drafts.blocks()
    assert SqlAudit(room.database).find(most=1)[0].action == "Sperre rückgängig gemacht"
    editor.post("/eintrag/beschluss/sperren")
    clock.wait(minutes=11)
    assert editor.post("/eintrag/beschluss/doch-nicht-sperren").status_code == 409
    assert live.publishing.drafts.blocks()


def test_who_got_a_wrong_answer_is_counted(room: Room, publisher: Browser) -> None:
    """Since the answer stands so, or since a day of one's choice."""
    given = asked("Wer beschloss sie?", decision="answer", entry="beschluss")
    log(room.database, given, given, replace(given, at=NOW - timedelta(days=40)))
    log(room.database, given, chat="d")
    publisher.get("/eintrag/beschluss/falsch")
    assert "3-mal gegeben, in 2 Chats" in publisher.page
    publisher.get("/eintrag/beschluss/falsch", since="2026-09-01")
    assert "4-mal gegeben, in 2 Chats" in publisher.page
    publisher.get("/eintrag/beschluss/falsch", since="gestern")
    assert "3-mal" in publisher.page
    assert publisher.get("/eintrag/beschluss/falsch", since="0001-01-01").status_code < 500
    assert publisher.get("/eintrag/gibtsnicht/falsch").status_code == 404


def test_versions_tell_who_changed_what_and_come_back(live: GoingLive, publisher: Browser) -> None:
    """With one click, unless somebody was faster."""
    key = pass_gate(live)
    live.publish(key, "Emil", NOW, is_sure=True)
    publisher.get("/fassungen")
    assert "Fassung 2" in publisher.page
    assert "<td>der erste Inhalt</td>" in publisher.page.replace(' class="long"', "")
    assert "geändert: «Wer hat die Stadt begleitet?»<" in publisher.page
    publisher.get("/fassungen/1")
    active = publisher.page.partition('name="active" value="')[2].partition('"')[0]
    assert publisher.post("/fassungen/1/zurueckholen", active="veraltet").status_code == 409
    publisher.get("/fassungen/1")
    publisher.follow(publisher.post("/fassungen/1/zurueckholen", active=active))
    assert "Fassung 1 gilt wieder" in publisher.page
    assert 'Sie sagt dasselbe wie <a href="/staff/fassungen/1">Fassung 1</a>' in publisher.page
    assert live.publishing.live().hash == parse_faq(TINY_FAQ).hash
    for odd in ("0", "-1", "9" * 30, "x"):
        assert publisher.get(f"/fassungen/{odd}").status_code == 404
    assert publisher.get("/fassungen", before="x").status_code == 404


def test_a_version_that_only_released_says_so(room: Room, clock: FakeClock) -> None:
    """By the entry's question, before it is published and afterwards."""
    live, publisher = GoingLive(Publishing(SqlDrafts(room.database)), Rules()), room.browser(Role.PUBLISH)
    live.block("beschluss", "Emil", clock.now())
    live.release("beschluss", "Emil", clock.now())
    publisher.get("/entwurf")
    assert "Wieder beantwortet werden: «Wer hat die Strategie beschlossen?»." in publisher.page
    done = live.publish(pass_gate(live), "Petra", clock.now(), is_sure=True)
    publisher.get(f"/fassungen/{done.number}")
    assert "Die Sperre ist aufgehoben, der Bot antwortet wieder mit: «Wer hat die Strategie" in publisher.page
    assert "An den Einträgen nichts" not in publisher.page


def test_a_version_with_a_blocked_answer_says_so(live: GoingLive, publisher: Browser) -> None:
    """What was blocked and then mended is blocked again when its old form comes back."""
    live.block("beschluss", "Emil", NOW)
    live.release("beschluss", "Emil", NOW)
    entry = live.publishing.faq().get("beschluss")
    assert entry
    live.publishing.change_entry(replace(entry, answer="Der Rat."), "Emil", NOW)
    done = live.publish(pass_gate(live), "Petra", NOW, is_sure=True)
    publisher.get("/fassungen/1")
    publisher.follow(publisher.post("/fassungen/1/zurueckholen", active=done.hash))
    assert "Wieder gesperrt" in publisher.page
    assert "«Wer hat die Strategie beschlossen?»." in publisher.page


def test_with_four_eyes_a_version_comes_back_as_a_draft(tmp_path: Path, prepared: Path, clock: FakeClock) -> None:
    """The page says so before and after; nothing goes live by one person alone."""
    (tmp_path / PATH).write_bytes(prepared.read_bytes())
    with opened(tmp_path, clock, four_eyes="true") as room:
        room.faq.load()
        strict = GoingLive(Publishing(SqlDrafts(room.database)), Rules(four_eyes=True))
        strict.publishing.add_alternates("begleitung", ["Wer war Berater der Stadt?"], "Emil", NOW)
        done = strict.publish(pass_gate(strict), "Vera", NOW, is_sure=True)
        publisher = room.browser(Role.PUBLISH)
        assert "Sie wird zum Entwurf" in publisher.get("/fassungen/1").text
        publisher.follow(publisher.post("/fassungen/1/zurueckholen", active=done.hash))
        assert "Fassung 1 steht im Entwurf" in publisher.page
        assert strict.publishing.live().hash == done.hash
        assert strict.publishing.draft().hash == parse_faq(TINY_FAQ).hash
