"""The review list as staff see and use it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.accounts import Role
from bot.jobs import Job, JobKind
from bot.ports import FaqVersion
from bot.publishing import Publishing
from bot.review_items import Filter
from bot.reviewing import Reviewing
from bot.store.audit import SqlAudit
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from bot.store.jobs import SqlJobs
from bot.store.review import SqlReview
from bot.store.review_deeds import SqlDeeds
from bot.web.staff import group_pages, own_pages, review_pages, start_pages
from bot.web.staff.app import staff_app
from bot.web.staff.front import Front
from intents.faq import parse_faq
from tests.conftest import TINY_FAQ
from tests.fakes import NOW, FakeClock
from tests.review_log import asked, log, numbers, regroup
from tests.staff.room import Browser, browser_of, settle

DOG, DOG_TOO, BIN = "Was kostet ein Hund?", "was kostet denn ein Hund?", "Wann kommt die Tonne?"
EVIL = "<script>alert('Hund')</script> =1+1"
OPEN = "neu und in Arbeit"


@dataclass
class FakeLauncher:
    """Notes what it should start."""

    started: list[Job] = field(default_factory=list)

    def launch(self, job: Job) -> None:
        """Note a job."""
        self.started.append(job)


@dataclass
class Room:
    """The review with its store, and somebody who may edit."""

    database: Database
    service: Reviewing
    launcher: FakeLauncher
    clock: FakeClock
    editor: Browser
    reader: Browser

    def groups(self) -> dict[str, int]:
        """Return the group of each wording."""
        return numbers(self.database)


@pytest.fixture
def room(database: Database, clock: FakeClock) -> Iterator[Room]:
    """Return the review of three questions in two groups."""
    SqlFaqVersions(database).publish(FaqVersion(parse_faq(TINY_FAQ).hash, TINY_FAQ, "Test", NOW), instead_of=None)
    log(database, asked(DOG), asked(DOG), asked(DOG_TOO), asked(BIN, at=NOW - timedelta(days=3)))
    regroup(database)
    launcher, publishing = FakeLauncher(), Publishing(SqlDrafts(database))
    service = Reviewing(SqlReview(database), SqlDeeds(database), publishing, SqlJobs(database), launcher)
    logins = settle(database, clock)
    found = [*start_pages.pages(lambda: ()), *review_pages.pages(service), *group_pages.pages(service)]
    app = staff_app(Front([*found, *own_pages.pages(logins)], logins, clock))
    yield Room(database, service, launcher, clock, browser_of(app, Role.EDIT), browser_of(app, Role.READ))
    database.close()


def undo(browser: Browser) -> None:
    """Press «Rückgängig machen» in the notice of the last page."""
    part = browser.page.split('class="notice"')[1].split("</form>")[0]
    change = part.split('name="change" value="')[1].split('"')[0]
    browser.follow(browser.post("/auswertung/ruecknahme", change=change))


def test_the_list_shows_what_is_open(room: Room) -> None:
    """The group with most open questions first, with its example, its nearest entry and how likely that is."""
    assert room.reader.get("/auswertung").status_code == 200
    page = room.reader.page
    assert "2 Gruppen" in page
    assert page.index(DOG) < page.index(BIN)
    assert "Wer hat die Strategie beschlossen?" in page
    assert "zu 30 % richtig" in page
    assert 'name="group"' not in page, "somebody who may only read is offered nothing to do"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"suche": "TONNE"}, [BIN]),
        ({"suche": "100%"}, []),
        ({"zustand": "erledigt"}, []),
        ({"zustand": "alle", "sortierung": "zuerst"}, [BIN, DOG]),
        ({"grund": "unanswered", "sortierung": "anzahl"}, [DOG, BIN]),
        ({"grund": "wrong"}, []),
        ({"eintrag": "beschluss"}, [DOG, BIN]),
        ({"eintrag": "gibtsnicht"}, []),
        ({"von": "2026-11-20"}, [DOG]),
        ({"bis": "2026-11-21"}, [BIN]),
    ],
)
def test_the_list_can_be_narrowed(room: Room, query: dict[str, str], shown: list[str]) -> None:
    """By state, reason, entry, time and words; the CSV holds the same."""
    assert room.reader.get("/auswertung", **query).status_code == 200
    page = room.reader.page
    places = {page.find(f">{text}</a>"): text for text in (DOG, BIN)}
    assert [places[place] for place in sorted(places) if place >= 0] == shown
    table = list(csv.reader(io.StringIO(room.reader.get("/auswertung.csv", **query).text), delimiter=";"))
    assert [line[8].split(" | ")[0] for line in table[1:]] == shown


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"von": "gestern"}, 400, "Bitte geben Sie einen Tag ein"),
        ({"bis": "9999-12-31"}, 400, "Bitte geben Sie einen Tag ein"),
        ({"zustand": "kaputt"}, 400, "aus der Liste"),
        ({"suche": "x" * 1000}, 400, "höchstens 200 Zeichen"),
        ({"page": "-1"}, 404, ""),
        ({"page": "7"}, 404, ""),
    ],
)
def test_odd_queries_are_told(room: Room, query: dict[str, str], status: int, said: str) -> None:
    """At the field, in German."""
    assert room.reader.get("/auswertung", **query).status_code == status
    assert said in room.reader.page


def test_words_of_citizens_are_text(room: Room) -> None:
    """Neither a page nor a spreadsheet runs them."""
    log(room.database, asked(EVIL))
    regroup(room.database)
    answer = room.reader.get("/auswertung")
    assert "<script>" not in answer.text
    room.reader.get(f"/auswertung/{room.groups()[EVIL]}")
    assert "<script>" not in room.reader.send("GET", f"/staff/auswertung/{room.groups()[EVIL]}").text
    log(room.database, asked("=HYPERLINK(1)"))
    regroup(room.database)
    assert "'=HYPERLINK(1)" in room.reader.get("/auswertung.csv").text


def test_many_are_ignored_at_once_and_taken_back(room: Room) -> None:
    """One change, one line in the record each; an undo brings back what was before."""
    room.editor.get("/auswertung")
    chosen = sorted(set(room.groups().values()))
    room.editor.follow(room.editor.post("/auswertung", action="ignore", group=chosen))
    assert "2 Gruppen ignoriert." in room.editor.page
    assert "Es gibt nichts zu tun." in room.editor.page
    undo(room.editor)
    assert "2 Gruppen" in room.editor.page
    deeds = [(deed.who, deed.action, deed.subject) for deed in SqlAudit(room.database).find(who="Emil", most=2)]
    assert deeds == [
        ("Emil", "Auswertung: zurückgenommen (ignoriert)", "Gruppe 1, 2"),
        ("Emil", "Auswertung: ignoriert", "Gruppe 1, 2"),
    ]


def test_what_joins_an_ignored_group_is_ignored_and_a_done_one_opens_again(room: Room) -> None:
    """Somebody said that they do not matter; the other time the entry does not help yet."""
    dog, bin_ = room.groups()[DOG], room.groups()[BIN]
    room.editor.get("/auswertung")
    room.editor.post("/auswertung", action="ignore", group=dog)
    room.editor.post("/auswertung", action="done", group=bin_)
    log(room.database, asked(DOG), asked(BIN))
    regroup(room.database)
    assert [group.number for group in room.service.list.groups(Filter(), most=9) if group.open] == [bin_]


def test_a_group_shows_its_wordings(room: Room) -> None:
    """Each once, with how often it was asked, why it is here, and the entries that were near."""
    assert room.editor.get(f"/auswertung/{room.groups()[DOG]}").status_code == 200
    page = room.editor.page
    assert "2 Formulierungen" in page
    assert page.count(f">{DOG}</label>") == 1
    assert "ohne Antwort (3)" in page
    assert '<option value="beschluss">' in page


def test_wordings_become_phrasings_and_are_taken_back(room: Room) -> None:
    """They stand in the draft; all questions with these words are done, the others stay open."""
    number = room.groups()[DOG]
    room.editor.get(f"/auswertung/{number}")
    item = room.service.list.wordings(number)[0].items[-1]
    path = f"/auswertung/{number}/formulierungen"
    room.editor.follow(room.editor.post(path, item=item, entry="begleitung", action="wordings"))
    assert "Die Formulierungen stehen im Entwurf von «Wer hat die Stadt begleitet?»." in room.editor.page
    entry = room.service.entries_by_id()["begleitung"]
    assert entry.alternates[-1] == DOG
    group = room.service.list.group(number)
    assert group
    assert (group.count, group.open) == (3, 1)
    undo(room.editor)
    assert DOG not in room.service.entries_by_id()["begleitung"].alternates
    group = room.service.list.group(number)
    assert group
    assert group.open == 3


def test_an_undo_leaves_what_the_entry_had_before(room: Room) -> None:
    """Only what the change added goes."""
    room.service.entries.add_alternates("begleitung", (DOG,), "Petra", NOW)
    number = room.groups()[DOG]
    items = [wording.items[-1] for wording in room.service.list.wordings(number)]
    room.editor.get(f"/auswertung/{number}")
    path = f"/auswertung/{number}/formulierungen"
    room.editor.follow(room.editor.post(path, item=items, entry="begleitung", action="wordings"))
    assert DOG_TOO in room.service.entries_by_id()["begleitung"].alternates
    undo(room.editor)
    assert room.service.entries_by_id()["begleitung"].alternates[-1] == DOG


def test_wordings_become_negative_examples(room: Room) -> None:
    """The entry must never answer them."""
    number = room.groups()[BIN]
    item = room.service.list.wordings(number)[0].items[-1]
    room.editor.get(f"/auswertung/{number}")
    path = f"/auswertung/{number}/formulierungen"
    room.editor.follow(room.editor.post(path, item=item, entry="beschluss", action="negatives"))
    assert "dass diese Fragen nicht dorthin gehören" in room.editor.page
    assert room.service.entries_by_id()["beschluss"].not_questions == (BIN,)
    assert "als «gehört nicht hierher» übernommen: Wer hat die Strategie beschlossen?" in room.editor.page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "wordings", "entry": "begleitung"}, "mindestens eine Formulierung"),
        ({"action": "wordings", "entry": "gibtsnicht", "item": "1"}, "Bitte wählen Sie einen Eintrag"),
        ({"action": "wordings", "entry": "begleitung", "item": "999"}, "gibt es hier nicht mehr"),
    ],
)
def test_what_is_missing_is_told(room: Room, fields: dict[str, str], said: str) -> None:
    """And nothing is changed."""
    number = room.groups()[BIN]
    room.editor.get(f"/auswertung/{number}")
    room.editor.follow(room.editor.post(f"/auswertung/{number}/formulierungen", **fields))
    assert said in room.editor.page
    assert room.service.entries.drafts.current() is None


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/auswertung", {"action": "löschen", "group": "1"}, 400),
        ("/auswertung", {"action": "done", "group": "x"}, 400),
        ("/auswertung/1", {"action": "x"}, 400),
        ("/auswertung/999", {"action": "done"}, 404),
        ("/auswertung/1/formulierungen", {"action": "wordings", "item": "x", "entry": "beschluss"}, 400),
        ("/auswertung/ruecknahme", {"change": "x"}, 400),
        ("/auswertung/ruecknahme", {"change": "999"}, 303),
    ],
)
def test_forms_that_no_page_sends_change_nothing(room: Room, path: str, fields: dict[str, str], status: int) -> None:
    """They get a page that says so."""
    room.editor.get("/auswertung")
    assert room.editor.post(path, **fields).status_code == status
    assert SqlAudit(room.database).count(who="Emil") == 0


def test_a_group_is_taken_set_aside_and_opened_again(room: Room) -> None:
    """Each step is told in the group's history, with who did it."""
    number = room.groups()[BIN]
    for action, state in (("take", "in Arbeit"), ("outside", "erledigt"), ("reopen", "neu")):
        room.editor.get(f"/auswertung/{number}")
        room.editor.follow(room.editor.post(f"/auswertung/{number}", action=action))
        assert f"<dd>{state}, zuletzt geändert von Emil" in room.editor.page
    assert [change.action.value for change in room.service.list.history(number)] == ["reopen", "outside", "take"]


def test_grouping_can_be_asked_for_once(room: Room) -> None:
    """The page says how far it is; a second wish while it runs starts nothing."""
    room.editor.get("/auswertung")
    room.editor.follow(room.editor.post("/auswertung/einordnen"))
    room.service.jobs.beat(room.launcher.started[0].key, NOW, (30, 60))
    room.editor.get("/auswertung")
    assert "Neue Fragen werden eingeordnet: 50 %" in room.editor.page
    room.editor.follow(room.editor.post("/auswertung/einordnen"))
    assert "werden schon eingeordnet" in room.editor.page
    assert [job.kind for job in room.launcher.started] == [JobKind.CLUSTER]


def test_long_lists_have_pages(room: Room) -> None:
    """With the filter kept from page to page."""
    log(room.database, *(asked(f"wort{n} ding{n * n} {n}") for n in range(60)))
    regroup(room.database)
    room.reader.get("/auswertung", sortierung="zuletzt")
    assert "Seite 2" in room.reader.page
    assert room.reader.page.count('scope="row"') == 50
    room.reader.get("/auswertung", sortierung="zuletzt", page=2)
    assert room.reader.page.count('scope="row"') == 12
