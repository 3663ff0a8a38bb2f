"""The review list as staff see and use it."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.accounts import Role
from bot.going_live import GoingLive, Rules
from bot.jobs import JobKind
from bot.logins import Logins
from bot.ports import FaqVersion
from bot.publishing import Publishing
from bot.review_items import Filter, ItemState
from bot.reviewing import Reviewing
from bot.store.audit import SqlAudit
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from bot.store.jobs import SqlJobs
from bot.store.migrate import upgrade
from bot.store.review import SqlReview
from bot.store.review_deeds import SqlDeeds
from bot.store.staff import SqlStaff
from bot.web.staff import group_pages, own_pages, review_pages, start_pages
from bot.web.staff.app import staff_app
from bot.web.staff.front import Front
from intents.decision import Candidate, Embedding
from intents.faq import FaqEntry, parse_faq
from tests.conftest import TINY_FAQ
from tests.fakes import NOW, FakeClock, FakeLauncher
from tests.review_log import asked, log, numbers, regroup
from tests.staff.room import CHEAP, NAMES, Browser, settle

DOG, DOG_TOO, BIN = "Was kostet ein Hund?", "was kostet denn ein Hund?", "Wann kommt die Tonne?"
EVIL = "<script>alert('Hund')</script> =1+1"


@dataclass
class Review:
    """The review with its store, and somebody who may edit."""

    database: Database
    service: Reviewing
    launcher: FakeLauncher
    editor: Browser
    reader: Browser

    def groups(self) -> dict[str, int]:
        """Return the group of each wording."""
        return numbers(self.database)


Prepared = tuple[bytes, httpx.Cookies, httpx.Cookies]
"""A database, and what the browsers of an editor and a reader hold."""


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Return the review of three questions in two groups; each test gets a copy."""
    path = tmp_path_factory.mktemp("review") / "bot.sqlite"
    with closing(Database.at(path)) as database:
        upgrade(database)
        logins = settle(database, FakeClock())
        SqlFaqVersions(database).publish(FaqVersion(parse_faq(TINY_FAQ).hash, TINY_FAQ, "Test", NOW), instead_of=None)
        log(database, asked(DOG), asked(DOG), asked(DOG_TOO), asked(BIN, at=NOW - timedelta(days=3)))
        regroup(database)
        app = app_of(service_of(database, FakeLauncher()), logins, FakeClock())
        found = [Browser(app), Browser(app)]
        for one, role in zip(found, (Role.EDIT, Role.READ), strict=True):
            assert one.log_in(NAMES[role]).status_code == 303
    return path.read_bytes(), found[0].cookies, found[1].cookies


@pytest.fixture
def review(tmp_path: Path, prepared: Prepared, clock: FakeClock) -> Iterator[Review]:
    """Return the review of three questions in two groups, and two people who are logged in."""
    (tmp_path / "bot.sqlite").write_bytes(prepared[0])
    with closing(Database.at(tmp_path / "bot.sqlite")) as database:
        launcher = FakeLauncher()
        service = service_of(database, launcher)
        app = app_of(service, Logins(SqlStaff(database), CHEAP), clock)
        editor, reader = (Browser(app, cookies=httpx.Cookies(cookies)) for cookies in prepared[1:])
        yield Review(database, service, launcher, editor, reader)


def service_of(database: Database, launcher: FakeLauncher) -> Reviewing:
    """Return what the pages work with."""
    publishing = Publishing(SqlDrafts(database))
    return Reviewing(SqlReview(database), SqlDeeds(database), publishing, SqlJobs(database), launcher)


def app_of(service: Reviewing, logins: Logins, clock: FakeClock) -> Starlette:
    """Return the pages below their place."""
    found = [*start_pages.pages(lambda: ()), *review_pages.pages(service), *group_pages.pages(service)]
    return Starlette(routes=[Mount("/staff", staff_app(Front([*found, *own_pages.pages(logins)], logins, clock)))])


def undo(browser: Browser) -> None:
    """Press «Rückgängig machen» in the notice of the last page."""
    part = browser.page.split('class="notice"')[1].split("</form>")[0]
    change = part.split('name="change" value="')[1].split('"')[0]
    browser.follow(browser.post("/auswertung/ruecknahme", change=change))


def test_the_list_shows_what_is_open(review: Review) -> None:
    """The group with most open questions first, with its example, its nearest entry and how likely that is."""
    assert review.reader.get("/auswertung").status_code == 200
    page = review.reader.page
    assert "2 Gruppen" in page
    assert page.index(DOG) < page.index(BIN)
    assert "Wer hat die Strategie beschlossen?" in page
    assert "zu 30 % wahrscheinlich" in page
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
        ({"bis": "21.11.2026"}, [BIN]),
    ],
)
def test_the_list_can_be_narrowed(review: Review, query: dict[str, str], shown: list[str]) -> None:
    """By state, reason, entry, time and words; the CSV holds the same."""
    assert review.reader.get("/auswertung", **query).status_code == 200
    page = review.reader.page
    places = {page.find(f">{text}</a>"): text for text in (DOG, BIN)}
    assert [places[place] for place in sorted(places) if place >= 0] == shown
    table = list(csv.reader(io.StringIO(review.reader.get("/auswertung.csv", **query).text), delimiter=";"))
    assert [line[8].split(" | ")[0] for line in table[1:]] == shown


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ({"von": "gestern"}, 400, "Bitte geben Sie einen Tag ein"),
        ({"bis": "9999-12-31"}, 400, "Bitte geben Sie einen Tag ein"),
        ({"von": "0001-01-01"}, 400, "Bitte geben Sie einen Tag ein"),
        ({"zustand": "kaputt"}, 400, "aus der Liste"),
        ({"suche": "x" * 1000}, 400, "höchstens 200 Zeichen"),
        ({"page": "-1"}, 200, "2 Gruppen"),
        ({"page": "abc"}, 200, "2 Gruppen"),
    ],
)
def test_odd_queries_are_told(review: Review, query: dict[str, str], status: int, said: str) -> None:
    """At the field, in German."""
    assert review.reader.get("/auswertung", **query).status_code == status
    assert said in review.reader.page


def test_a_page_that_is_no_more_leads_to_the_first(review: Review) -> None:
    """As after all groups of the last one were ignored."""
    answer = review.reader.get("/auswertung", page="7", suche="Hund")
    assert answer.headers["location"] == "/staff/auswertung?suche=Hund"
    assert review.reader.get(f"/auswertung/{review.groups()[DOG]}", page="7").status_code == 200


def test_entries_are_offered_by_their_questions_and_unlikely_ones_are_not_near(review: Review) -> None:
    """Nobody has to know an id; what would be told as 1 % is no entry that came near."""
    far = (Candidate("beschluss", 0.014), Candidate("begleitung", 0.001))
    log(review.database, asked("Wie hoch ist der Eiffelturm?", candidates=far))
    regroup(review.database)
    review.reader.get("/auswertung", eintrag="begleitung")
    assert '<option selected value="begleitung">Wer hat die Stadt begleitet?</option>' in review.reader.page
    review.reader.get(f"/auswertung/{review.groups()['Wie hoch ist der Eiffelturm?']}")
    assert "Kein Eintrag war in der Nähe." in review.reader.page


def test_words_of_citizens_are_text(review: Review) -> None:
    """Neither a page nor a spreadsheet runs them."""
    log(review.database, asked(EVIL))
    regroup(review.database)
    answer = review.reader.get("/auswertung")
    assert "<script>" not in answer.text
    review.reader.get(f"/auswertung/{review.groups()[EVIL]}")
    assert "<script>" not in review.reader.send("GET", f"/staff/auswertung/{review.groups()[EVIL]}").text
    log(review.database, asked("=HYPERLINK(1)"))
    regroup(review.database)
    assert "'=HYPERLINK(1)" in review.reader.get("/auswertung.csv").text


def test_many_are_ignored_at_once_and_taken_back(review: Review) -> None:
    """One change, one line in the record each; an undo brings back what was before."""
    review.editor.get("/auswertung")
    chosen = sorted(set(review.groups().values()))
    review.editor.follow(review.editor.post("/auswertung", action="ignore", group=chosen))
    assert "2 Gruppen ignoriert." in review.editor.page
    assert "Es gibt nichts zu tun." in review.editor.page
    undo(review.editor)
    assert "2 Gruppen" in review.editor.page
    deeds = [(deed.who, deed.action, deed.subject) for deed in SqlAudit(review.database).find(who="Emil", most=2)]
    assert deeds == [
        ("Emil", "Auswertung zurückgenommen: ignoriert", "Gruppe 1, 2"),
        ("Emil", "Auswertung: ignoriert", "Gruppe 1, 2"),
    ]


def test_all_of_a_page_are_chosen_by_a_link(review: Review) -> None:
    """Without a script; the filter stays."""
    page = review.editor.get("/auswertung", suche="Hund", alle="ja").text
    assert 'href="/staff/auswertung?suche=Hund&amp;alle=ja#liste"' in page
    assert (page.count(" checked "), "checked" in review.editor.get("/auswertung").text) == (1, False)


def test_what_joins_an_ignored_group_is_ignored_and_a_done_one_opens_again(review: Review) -> None:
    """Somebody said that they do not matter; the other time the entry does not help yet."""
    dog, bin_ = review.groups()[DOG], review.groups()[BIN]
    review.editor.get("/auswertung")
    review.editor.post("/auswertung", action="ignore", group=dog)
    review.editor.post("/auswertung", action="done", group=bin_)
    log(review.database, asked(DOG), asked(BIN))
    regroup(review.database)
    assert [group.number for group in review.service.list.groups(Filter(), most=9) if group.open] == [bin_]


def test_a_group_shows_its_wordings(review: Review) -> None:
    """Each once, with how often it was asked, why it is here, and the entries that were near."""
    assert review.editor.get(f"/auswertung/{review.groups()[DOG]}").status_code == 200
    page = review.editor.page
    assert "2 Formulierungen" in page
    assert page.count(f">{DOG}</label>") == 1
    assert "ohne Antwort (3)" in page
    assert '<option value="beschluss">' in page


def test_wordings_become_phrasings_and_are_taken_back(review: Review) -> None:
    """They stand in the draft; all questions with these words are done, the others stay open."""
    number = review.groups()[DOG]
    review.editor.get(f"/auswertung/{number}")
    item = review.service.list.wordings(number)[0].items[-1]
    path = f"/auswertung/{number}/formulierungen"
    review.editor.follow(review.editor.post(path, item=item, entry="begleitung", action="wordings"))
    assert "Die Formulierung steht im Entwurf von «Wer hat die Stadt begleitet?»." in review.editor.page
    entry = review.service.entries_by_id()["begleitung"]
    assert entry.alternates[-1] == DOG
    group = review.service.list.group(number)
    assert group
    assert (group.count, group.open) == (3, 1)
    undo(review.editor)
    assert DOG not in review.service.entries_by_id()["begleitung"].alternates
    group = review.service.list.group(number)
    assert group
    assert group.open == 3


def test_numbers_may_grow_beyond_a_million(review: Review) -> None:
    """As they do in a city that asks much, for years."""
    review.database.write(lambda c: c.exec_driver_sql("UPDATE review_item SET id = id + 3000000"))
    review.database.write(lambda c: c.exec_driver_sql("INSERT INTO sqlite_sequence VALUES ('review_change', 3000000)"))
    number = review.groups()[DOG]
    review.editor.get(f"/auswertung/{number}")
    item = review.service.list.wordings(number)[0].items[-1]
    path = f"/auswertung/{number}/formulierungen"
    review.editor.follow(review.editor.post(path, item=item, entry="begleitung", action="wordings"))
    assert "Die Formulierung steht im Entwurf" in review.editor.page
    undo(review.editor)
    assert "Zurückgenommen." in review.editor.page


def test_an_undo_leaves_what_the_entry_had_before(review: Review) -> None:
    """Only what the change added goes."""
    review.service.entries.add_alternates("begleitung", (DOG,), "Petra", NOW)
    number = review.groups()[DOG]
    items = [wording.items[-1] for wording in review.service.list.wordings(number)]
    review.editor.get(f"/auswertung/{number}")
    path = f"/auswertung/{number}/formulierungen"
    review.editor.follow(review.editor.post(path, item=items, entry="begleitung", action="wordings"))
    assert DOG_TOO in review.service.entries_by_id()["begleitung"].alternates
    undo(review.editor)
    assert review.service.entries_by_id()["begleitung"].alternates[-1] == DOG


def given(review: Review, action: str, entry: str = "beschluss") -> None:
    """Give the first wording of the bin's group to an entry, as an editor does."""
    number = review.groups()[BIN]
    review.editor.get(f"/auswertung/{number}")
    item = review.service.list.wordings(number)[0].items[-1]
    fields = {"item": item, "entry": entry, "action": action}
    review.editor.follow(review.editor.post(f"/auswertung/{number}/formulierungen", **fields))


def listed(review: Review) -> tuple[bool, bool]:
    """Say whether the wording stands among an entry's phrasings, and among what it must not answer."""
    entry = review.service.entries_by_id()["beschluss"]
    return BIN in entry.alternates, BIN in entry.not_questions


def test_a_wording_is_never_both(review: Review) -> None:
    """Taking it over takes the opposite away and says so; each undo brings back exactly what was."""
    given(review, "negatives")
    given(review, "wordings")
    assert "Dass sie nicht dorthin gehört, steht dort nicht mehr." in review.editor.page
    assert listed(review) == (True, False)
    undo(review.editor)
    assert listed(review) == (False, True)
    given(review, "wordings")
    given(review, "negatives")
    assert "Als Formulierung steht sie dort nicht mehr." in review.editor.page
    assert listed(review) == (False, True)
    undo(review.editor)
    assert listed(review) == (True, False)


def test_a_wording_taken_back_in_another_order_does_not_come_again(review: Review) -> None:
    """First the older change, then the younger one: nothing is left."""
    given(review, "negatives")
    given(review, "wordings")
    younger, older = review.service.list.history(review.groups()[BIN])
    assert review.service.undo(older.id, "Emil", NOW)
    assert listed(review) == (True, False)
    assert review.service.undo(younger.id, "Emil", NOW)
    assert listed(review) == (False, False)


def open_in(review: Review, wording: str) -> int:
    """Return how many questions of a wording's group are open."""
    group = review.service.list.group(review.groups()[wording])
    assert group
    return group.open


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("action", ["wordings", "negatives"])
def test_what_a_dropped_draft_held_is_open_again(review: Review, action: str, *, whole: bool) -> None:
    """Nobody answers it: nothing of it was published; it can be taken over once more."""
    publishing = review.service.entries
    live = GoingLive(publishing, Rules())
    given(review, action)
    assert open_in(review, BIN) == 0
    if whole:
        assert live.discard(publishing.draft().key, "Petra", NOW)
    else:
        publishing.revert_entry("beschluss", "Petra", NOW)
    assert (open_in(review, BIN), publishing.drafts.current()) == (1, None)
    given(review, action)
    assert (open_in(review, BIN), any(listed(review))) == (0, True)


def test_what_is_published_stays_done(review: Review) -> None:
    """Whatever later drafts do with the entry before they are dropped."""
    publishing = review.service.entries
    given(review, "wordings")
    publishing.drafts.publish(publishing.draft(), "Petra", NOW)
    publishing.delete_entry("beschluss", "Emil", NOW)
    assert open_in(review, BIN) == 0
    assert not GoingLive(publishing, Rules()).discard(publishing.draft().key, "Emil", NOW)
    assert open_in(review, BIN) == 0


def test_a_new_entry_that_is_dropped_leaves_its_group_as_it_was(review: Review) -> None:
    """It is not in hand any more."""
    number, publishing = review.groups()[BIN], review.service.entries
    publishing.new_entry(FaqEntry("tonne", BIN, "Montags."), "Emil", NOW)
    review.service.begun(number, "tonne", "Emil", NOW)
    publishing.delete_entry("tonne", "Emil", NOW)
    group = review.service.list.group(number)
    assert group
    assert group.state is ItemState.NEW


def test_a_wording_that_does_not_belong_is_ignored_alone(review: Review) -> None:
    """The others stay open; an undo brings it back."""
    number = review.groups()[DOG]
    review.editor.get(f"/auswertung/{number}")
    item = next(each for each in review.service.list.wordings(number) if each.text == DOG_TOO).items[-1]
    path = f"/auswertung/{number}/formulierungen"
    review.editor.follow(review.editor.post(path, item=item, action="ignore"))
    assert "1 Formulierung ignoriert." in review.editor.page
    assert "3, davon 2 offen" in review.editor.page
    undo(review.editor)
    review.editor.get(f"/auswertung/{number}")
    assert "3, davon 3 offen" in review.editor.page


def test_a_new_entry_takes_the_chosen_wordings(review: Review) -> None:
    """And where none is chosen, the most frequent ones."""
    number = review.groups()[DOG]
    item = next(each for each in review.service.list.wordings(number) if each.text == DOG_TOO).items[-1]
    chosen, whole = review.service.prefill(number, [item]), review.service.prefill(number)
    assert chosen
    assert whole
    assert (chosen.question, chosen.alternates) == (DOG_TOO, ())
    assert (whole.question, whole.alternates) == (DOG, (DOG_TOO,))


def test_a_group_says_that_its_new_entry_is_published(review: Review) -> None:
    """Its questions are still open: somebody has to say that they are answered."""
    number = review.groups()[BIN]
    review.service.begun(number, "kommt-noch", "Emil", NOW)
    review.editor.get(f"/auswertung/{number}")
    assert "ist veröffentlicht" not in review.editor.page
    review.service.begun(number, "beschluss", "Emil", NOW)
    review.editor.get(f"/auswertung/{number}")
    assert "Wer hat die Strategie beschlossen?» aus dieser Gruppe ist veröffentlicht" in review.editor.page


def test_the_same_deed_twice_is_one_line(review: Review) -> None:
    """The second time nothing changes, and that is told."""
    given(review, "negatives")
    given(review, "negatives")
    assert "Das steht schon so im Entwurf." in review.editor.page
    assert len(review.service.list.history(review.groups()[BIN])) == 1


def test_wordings_become_negative_examples(review: Review) -> None:
    """The entry must never answer them."""
    number = review.groups()[BIN]
    item = review.service.list.wordings(number)[0].items[-1]
    review.editor.get(f"/auswertung/{number}")
    path = f"/auswertung/{number}/formulierungen"
    review.editor.follow(review.editor.post(path, item=item, entry="beschluss", action="negatives"))
    assert "dass diese Frage nicht dorthin gehört" in review.editor.page
    assert review.service.entries_by_id()["beschluss"].not_questions == (BIN,)
    assert "als «gehört nicht hierher» vermerkt: Wer hat die Strategie beschlossen?" in review.editor.page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "wordings", "entry": "begleitung"}, "mindestens eine Formulierung"),
        ({"action": "wordings", "entry": "gibtsnicht", "item": "1"}, "Bitte wählen Sie einen Eintrag"),
        ({"action": "wordings", "entry": "begleitung", "item": "999"}, "gibt es hier nicht mehr"),
    ],
)
def test_what_is_missing_is_told(review: Review, fields: dict[str, str], said: str) -> None:
    """And nothing is changed."""
    number = review.groups()[BIN]
    review.editor.get(f"/auswertung/{number}")
    review.editor.follow(review.editor.post(f"/auswertung/{number}/formulierungen", **fields))
    assert said in review.editor.page
    assert review.service.entries.drafts.current() is None


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
def test_forms_that_no_page_sends_change_nothing(
    review: Review, path: str, fields: dict[str, str], status: int
) -> None:
    """They get a page that says so."""
    review.editor.get("/auswertung")
    assert review.editor.post(path, **fields).status_code == status
    assert not [deed for deed in SqlAudit(review.database).find(who="Emil") if "Auswertung" in deed.action]


def test_a_group_is_taken_set_aside_and_opened_again(review: Review) -> None:
    """Each step is told in the group's history, with who did it."""
    number = review.groups()[BIN]
    for action, state in (("take", "in Arbeit"), ("outside", "erledigt"), ("reopen", "neu")):
        review.editor.get(f"/auswertung/{number}")
        review.editor.follow(review.editor.post(f"/auswertung/{number}", action=action))
        assert f"<dd>{state}, zuletzt geändert von Emil" in review.editor.page
    assert [change.action.value for change in review.service.list.history(number)] == ["reopen", "outside", "take"]


def test_grouping_can_be_asked_for_once(review: Review) -> None:
    """The page says how far it is; a second wish while it runs starts nothing."""
    review.editor.get("/auswertung")
    review.editor.follow(review.editor.post("/auswertung/einordnen"))
    review.service.jobs.beat(review.launcher.started[0].key, NOW, (30, 60))
    review.editor.get("/auswertung")
    assert "Neue Fragen werden eingeordnet: 50 %" in review.editor.page
    review.editor.follow(review.editor.post("/auswertung/einordnen"))
    assert "werden schon eingeordnet" in review.editor.page
    assert [job.kind for job in review.launcher.started] == [JobKind.CLUSTER]


def test_long_lists_have_pages(review: Review) -> None:
    """With the filter kept from page to page."""
    meanings = np.eye(64, dtype="<f2")[:60]
    log(
        review.database,
        *(asked(f"w{n}", embedding=Embedding("fake", row.tobytes())) for n, row in enumerate(meanings)),
    )
    regroup(review.database)
    review.reader.get("/auswertung", sortierung="zuletzt")
    assert "Seite 2" in review.reader.page
    assert review.reader.page.count('scope="row"') == 50
    review.reader.get("/auswertung", sortierung="zuletzt", page=2)
    assert review.reader.page.count('scope="row"') == review.service.list.page(Filter(), most=1, skip=0)[1] - 50 > 0
