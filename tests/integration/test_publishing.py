"""Drafts and publishing on both engines: side by side, overtaken, and killed at any moment."""

import multiprocessing
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.drafts import Draft, Gate, Step
from bot.errors import ConflictError
from bot.faq_file import AUTHOR
from bot.faq_text import parsed
from bot.going_live import GoingLive, Rules, merge_key
from bot.live import LiveFaq
from bot.merging import Side
from bot.ports import FaqVersion
from bot.publishing import ChangeError
from bot.store.audit import SqlAudit
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from intents.faq import FaqBase, FaqEntry, parse_faq
from tests.conftest import TINY_FAQ
from tests.fakes import NOW, FakeClock, FakeUnderstanding
from tests.publishing_actor import going_live, live, publish_until
from tests.store_actor import opened

CLEAN = {"findings": [], "wordings": [], "asked": 0, "impact": [], "reworded": 0}
LATER = NOW + timedelta(minutes=5)
PATIENCE = 5.0
"""Seconds within which a block has to be live everywhere."""


@pytest.fixture
def service(store: Database) -> GoingLive:
    """Return what may happen to the draft of a small FAQ."""
    SqlFaqVersions(store).publish(FaqVersion(parse_faq(TINY_FAQ).hash, TINY_FAQ, AUTHOR, NOW), instead_of=None)
    return going_live(store)


def passed(service: GoingLive) -> Draft:
    """Let the gate find nothing in the draft; return it."""
    draft = service.publishing.draft()
    service.publishing.drafts.keep_gate(Gate(draft.key, NOW, CLEAN))
    return draft


def edited(text: str, **answers: str) -> str:
    """Return a text with other answers, as somebody would write it by hand."""
    for entry_id, answer in answers.items():
        entry = parse_faq(text).get(entry_id)
        assert entry
        text = text.replace(entry.answer, answer)
    return text


def publish_text(store: Database, text: str, author: str) -> None:
    """Publish a text past the draft, as the file does."""
    versions = SqlFaqVersions(store)
    version = FaqVersion(parse_faq(text).hash, text, author, LATER)
    versions.publish(version, instead_of=versions.active_hash())


# ------------------------------------------------------------------ the draft


def test_everybody_changes_one_draft(store: Database, service: GoingLive) -> None:
    """What is live stays; going back to it leaves no draft; the record knows who did what."""
    publishing = service.publishing
    publishing.add_alternates("beschluss", ["Wer war's?", "wer wars", "Wer war's?"], "Emil", NOW)
    publishing.add_alternates("beschluss", ["Wer war's?"], "Petra", NOW)
    publishing.add_not_questions("begleitung", ["Wer hat den Hund begleitet?"], "Petra", NOW)
    draft = publishing.draft()
    assert (draft.editors, draft.base) == (("Emil", "Petra"), publishing.live().hash)
    assert [deed.action for deed in SqlAudit(store).find()] == [
        "Gegenbeispiel ergänzt",
        "Formulierung ergänzt",
        "FAQ-Datei übernommen",
    ]
    publishing.drop_alternates("beschluss", ["Wer war's?", "Wer wars"], "Emil", NOW)
    publishing.drop_not_questions("begleitung", ["Wer hat den Hund begleitet?"], "Petra", NOW)
    assert publishing.drafts.current() is None


def test_changes_at_once_all_stay(place: str, service: GoingLive) -> None:
    """Each one is made on what the others have made meanwhile."""

    def add(number: int) -> None:
        with closing(opened(place)) as own:
            going_live(own).publishing.add_alternates("beschluss", [f"Frage Nummer {number} dazu?"], f"P{number}", NOW)

    together(add, 4)
    entry = service.publishing.faq().get("beschluss")
    assert entry
    assert sorted(entry.alternates[2:]) == [f"Frage Nummer {number} dazu?" for number in range(4)]


def together(work: Callable[[int], None], count: int) -> None:
    """Do the work for each number in a thread of its own; all must come to an end."""
    failed: list[Exception] = []

    def run(number: int) -> None:
        try:
            work(number)
        except ChangeError as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []


def test_a_stored_draft_is_no_other_one(store: Database, service: GoingLive) -> None:
    """Compare-and-set: a draft that was dropped and begun anew is not taken for the old one."""
    publishing, drafts = service.publishing, SqlDrafts(store)
    publishing.add_alternates("beschluss", ["Eins?"], "Emil", NOW)
    old = publishing.draft()
    service.discard(old.key, "Emil", NOW)
    publishing.add_alternates("beschluss", ["Zwei?"], "Emil", LATER)
    step = Step("Emil", "Eintrag geändert", "beschluss", LATER)
    for draft in (old, replace(old, version=0)):
        with pytest.raises(ConflictError):
            drafts.save(draft, instead_of=draft.version, step=step)
    with pytest.raises(ConflictError):
        drafts.publish(old, "Petra", LATER)


# ------------------------------------------------------------------ going live


def test_a_checked_draft_goes_live(service: GoingLive) -> None:
    """With its history; the draft is gone."""
    service.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    draft = passed(service)
    done = service.publish(draft.key, "Petra", LATER, is_sure=False)
    drafts = service.publishing.drafts
    assert (done.replaced, done.author, done.editors) == (parse_faq(TINY_FAQ).hash, "Petra", ("Emil",))
    assert [each.number for each in drafts.history(most=5)] == [2, 1]
    assert (drafts.current(), service.publishing.live().hash) == (None, draft.hash)


def test_what_was_not_checked_does_not_go_live(service: GoingLive) -> None:
    """Nor what changed since, nor new errors, nor new hints that nobody read."""
    publishing = service.publishing
    publishing.add_alternates("beschluss", ["Eins?"], "Emil", NOW)
    draft = publishing.draft()
    for result, told in (
        (None, "noch nicht geprüft"),
        ({**CLEAN, "findings": [{"level": "error", "new": True}]}, "neue Fehler"),
        ({**CLEAN, "findings": [{"level": "hint", "new": True}]}, "bestätigen"),
    ):
        if result:
            publishing.drafts.keep_gate(Gate(draft.key, NOW, result))
        with pytest.raises(ChangeError, match=told):
            service.publish(draft.key, "Petra", LATER, is_sure=False)
    publishing.add_alternates("beschluss", ["Zwei?"], "Emil", NOW)
    with pytest.raises(ChangeError, match="inzwischen geändert"):
        service.publish(draft.key, "Petra", LATER, is_sure=True)
    with pytest.raises(ChangeError, match="noch nicht geprüft"):
        service.publish(publishing.draft().key, "Petra", LATER, is_sure=True)
    assert publishing.live().hash == parse_faq(TINY_FAQ).hash


def test_four_eyes_are_those_of_two(store: Database, service: GoingLive) -> None:
    """Whoever wrote any of it cannot publish it."""
    strict = going_live(store, four_eyes=True)
    strict.publishing.add_alternates("beschluss", ["Eins?"], "Petra", NOW)
    strict.publishing.add_alternates("beschluss", ["Zwei?"], "Emil", NOW)
    draft = passed(strict)
    for who in ("Petra", "Emil"):
        with pytest.raises(ChangeError, match="Vier-Augen"):
            strict.publish(draft.key, who, LATER, is_sure=True)
    assert strict.publish(draft.key, "Vera", LATER, is_sure=True).author == "Vera"
    assert service.publishing.live().hash == draft.hash


def test_with_four_eyes_an_earlier_form_comes_back_as_a_draft(store: Database) -> None:
    """Nobody brings one back alone, nor over others' work; what was blocked and mended since stays mended."""
    strict = going_live(store, four_eyes=True)
    publish_text(store, TINY_FAQ, AUTHOR)
    strict.block("begleitung", "Emil", NOW)
    strict.release("begleitung", "Emil", NOW)
    entry = strict.publishing.faq().get("begleitung")
    assert entry
    strict.publishing.change_entry(replace(entry, answer="Niemand."), "Emil", NOW)
    strict.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    mended = strict.publish(passed(strict).key, "Petra", LATER, is_sure=True)
    strict.publishing.add_alternates("beschluss", ["Noch eine?"], "Emil", LATER)
    with pytest.raises(ChangeError, match="gibt schon einen"):
        strict.roll_back(1, mended.hash, "Petra", LATER)
    strict.discard(strict.publishing.draft().key, "Emil", LATER)
    with pytest.raises(ChangeError, match="Inzwischen"):
        strict.roll_back(1, "etwas anderes", "Petra", LATER)
    assert strict.roll_back(1, mended.hash, "Petra", LATER) is None
    assert strict.publishing.live().hash == mended.hash
    draft = passed(strict)
    with pytest.raises(ChangeError, match="Vier-Augen"):
        strict.publish(draft.key, "Petra", LATER, is_sure=True)
    strict.publish(draft.key, "Emil", LATER, is_sure=True)
    first, second = strict.publishing.live().entries
    assert (len(first.alternates), second.answer) == (2, "Niemand.")


def test_of_two_who_publish_at_once_one_does(place: str, service: GoingLive) -> None:
    """There is one publication, and the other one is told."""
    service.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    draft, told, ready = passed(service), [], threading.Barrier(4)

    def publish(number: int) -> None:
        with closing(opened(place)) as own:
            mine = going_live(own)
            mine.publishing.draft()
            ready.wait(10)
            try:
                told.append(mine.publish(draft.key, f"P{number}", LATER, is_sure=True).author)
            except ChangeError as error:
                told.append(str(error))

    together(publish, 4)
    assert (len(told), sum(each.startswith("P") for each in told)) == (4, 1)
    history = service.publishing.drafts.history(most=5)
    assert ([each.hash for each in history], history[0].author in told) == ([draft.hash, history[1].hash], True)


def test_an_earlier_form_comes_back(service: GoingLive) -> None:
    """At once, unless somebody was faster; one that this program cannot read stays where it is."""
    service.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    draft = passed(service)
    service.publish(draft.key, "Petra", LATER, is_sure=True)
    with pytest.raises(ChangeError):
        service.roll_back(1, "etwas anderes", "Petra", LATER)
    done = service.roll_back(1, draft.hash, "Petra", LATER)
    assert done
    assert (done.number, service.publishing.live().hash) == (3, parse_faq(TINY_FAQ).hash)
    broken = FaqVersion("kaputt", "entries: [", "Petra", LATER)
    database = service.publishing.drafts
    assert isinstance(database, SqlDrafts)
    SqlFaqVersions(database._database).publish(broken, instead_of=parse_faq(TINY_FAQ).hash)
    with pytest.raises(ChangeError, match="nicht mehr lesen"):
        service.roll_back(4, "kaputt", "Petra", LATER)
    strict = GoingLive(service.publishing, Rules(four_eyes=True))
    again = strict.roll_back(1, "kaputt", "Petra", LATER)  # a draft of what cannot be read helps nobody
    assert again
    assert again.number == 5


# ------------------------------------------------------------------ others' changes


def test_a_publication_meanwhile_is_brought_together(store: Database, service: GoingLive) -> None:
    """Nothing of either is lost; where both changed one answer, somebody chooses."""
    service.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    entry = service.publishing.faq().get("begleitung")
    assert entry
    service.publishing.change_entry(replace(entry, answer="Unsere Antwort."), "Emil", NOW)
    publish_text(store, edited(TINY_FAQ, beschluss="Der Rat.", begleitung="Ihre Antwort."), AUTHOR)
    with pytest.raises(ChangeError, match="älteren Fassung"):
        service.publish(passed(service).key, "Petra", LATER, is_sure=True)
    texts = service.three()
    assert texts
    with pytest.raises(ChangeError):
        service.merge("etwas anderes", {}, "Emil", LATER)
    service.merge(merge_key(texts), {"begleitung": Side.OURS}, "Emil", LATER)
    faq = service.publishing.faq()
    found = {name: faq.get(name) for name in ("beschluss", "begleitung")}
    assert [each.answer for each in found.values() if each] == ["Der Rat.", "Unsere Antwort."]
    assert found["beschluss"]
    assert "Wer war's?" in found["beschluss"].alternates
    assert (
        service.publish(passed(service).key, "Petra", LATER, is_sure=True).replaced
        == parse_faq(edited(TINY_FAQ, beschluss="Der Rat.", begleitung="Ihre Antwort.")).hash
    )


def test_a_file_beside_the_draft_waits(service: GoingLive) -> None:
    """It is brought together with the draft, and only then it may go live; a second one comes on top."""
    publishing, base = service.publishing, parse_faq(TINY_FAQ).hash
    publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    service.propose(edited(TINY_FAQ, beschluss="Der Rat."), base, NOW)
    service.propose(edited(TINY_FAQ, beschluss="Der Rat.", begleitung="Jemand."), "unbekannt", NOW)
    with pytest.raises(ChangeError, match="neben dem Entwurf"):
        service.publish(passed(service).key, "Petra", LATER, is_sure=True)
    texts = service.three()
    assert texts
    service.merge(merge_key(texts), {}, "Emil", LATER)
    faq = publishing.faq()
    assert [entry.answer for entry in faq.entries] == ["Der Rat.", "Jemand."]
    assert "Wer war's?" in faq.entries[0].alternates
    assert (service.three(), publishing.draft().editors) == (None, ("Emil", AUTHOR))


def test_a_file_without_a_draft_becomes_one(service: GoingLive) -> None:
    """And goes on being one while nobody else writes in it."""
    base = parse_faq(TINY_FAQ).hash
    service.propose(edited(TINY_FAQ, beschluss="Der Rat."), base, NOW)
    service.propose(edited(TINY_FAQ, beschluss="Der Stadtrat."), "unbekannt", NOW)
    draft = service.publishing.draft()
    assert (draft.editors, draft.base, service.three()) == ((AUTHOR,), base, None)
    assert parsed(draft.yaml).entries[0].answer == "Der Stadtrat."


@pytest.mark.parametrize("others", [False, True])
def test_a_second_change_of_the_file_loses_nothing_of_the_first(service: GoingLive, *, others: bool) -> None:
    """Also when the program had put the published form back into the file in between; a later word counts."""
    base = parse_faq(TINY_FAQ).hash
    if others:
        service.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    service.propose(edited(TINY_FAQ, beschluss="Der Rat."), base, NOW)
    service.propose(edited(TINY_FAQ, begleitung="Jemand."), base, NOW)
    service.propose(edited(TINY_FAQ, begleitung="Niemand."), base, NOW)
    texts = service.three()
    assert (texts is not None) == others
    if texts:
        service.merge(merge_key(texts), {}, "Emil", LATER)
    assert [entry.answer for entry in service.publishing.faq().entries] == ["Der Rat.", "Niemand."]


def test_what_a_check_found_goes_with_the_draft(store: Database, service: GoingLive) -> None:
    """It quotes wordings of citizens, who may have been promised that these are gone."""
    count = sa.text("SELECT count(*) FROM faq_gate")
    for end in (
        lambda key: service.discard(key, "Emil", NOW),
        lambda key: service.publish(key, "Petra", LATER, is_sure=True),
    ):
        for wording in ("Wer war's?", "Wer war es denn?"):
            service.publishing.add_alternates("beschluss", [wording], "Emil", NOW)
            passed(service)
        assert store.read(lambda connection: connection.scalar(count)) == 2
        end(service.publishing.draft().key)
        assert store.read(lambda connection: connection.scalar(count)) == 0


def test_a_draft_is_dropped_only_as_it_was_seen(service: GoingLive) -> None:
    """What somebody added meanwhile is not lost."""
    service.publishing.add_alternates("beschluss", ["Wer war's?"], "Emil", NOW)
    seen = service.publishing.draft().key
    service.publishing.add_alternates("begleitung", ["Wer half?"], "Vera", NOW)
    with pytest.raises(ChangeError, match="Inzwischen"):
        service.discard(seen, "Emil", NOW)
    service.discard(service.publishing.draft().key, "Emil", NOW)
    assert service.publishing.drafts.current() is None


# ------------------------------------------------------------------ blocked entries


def test_a_block_is_live_everywhere_within_seconds(place: str, service: GoingLive, tmp_path: Path) -> None:
    """In a process that has just nothing else to do, and in one that is preparing a large FAQ."""
    busy, done = threading.Event(), threading.Event()

    def build(_faq: FaqBase, _today: object) -> FakeUnderstanding:
        if made.is_loaded:
            busy.set()
            done.wait(PATIENCE)
        return FakeUnderstanding()

    path = tmp_path / "faq.yaml"
    path.write_text(TINY_FAQ, encoding="utf-8")
    with closing(opened(place)) as other:
        made = LiveFaq(path, SqlFaqVersions(other), FakeClock(), build)
        made.load()
        made.start()
        publish_text(other, edited(TINY_FAQ, beschluss="Der Rat."), "Petra")
        assert busy.wait(PATIENCE)
        assert service.block("beschluss", "Emil", NOW)
        until(lambda: is_blocked(made, "beschluss"))
        done.set()
        until(lambda: made.current().hash != parse_faq(TINY_FAQ).hash)
        assert is_blocked(made, "beschluss")
        made.stop()


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    assert any(condition() or threading.Event().wait(0.05) for _ in range(int(PATIENCE / 0.05)))


def is_blocked(faq: LiveFaq, entry_id: str) -> bool:
    """Say whether the running bot answers no more with an entry."""
    entry = faq.current().faq.get(entry_id)
    return entry is not None and entry.blocked


def test_a_block_ends_with_a_publication(service: GoingLive) -> None:
    """Which goes through the gate like any other, also when nothing else changes."""
    drafts = service.publishing.drafts
    assert service.block("beschluss", "Emil", NOW)
    assert not service.block("beschluss", "Petra", NOW)
    service.release("beschluss", "Emil", NOW)
    with pytest.raises(ChangeError, match="noch nicht geprüft"):
        service.publish(service.publishing.draft().key, "Petra", LATER, is_sure=True)
    done = service.publish(passed(service).key, "Petra", LATER, is_sure=True)
    assert (drafts.blocks(), done.hash, drafts.current()) == ((), parse_faq(TINY_FAQ).hash, None)
    with pytest.raises(ChangeError):
        service.release("beschluss", "Emil", NOW)
    with pytest.raises(ChangeError):
        service.block("gibtsnicht", "Emil", NOW)


def test_a_block_after_its_release_holds(service: GoingLive) -> None:
    """Whoever blocks last wins, whatever the draft wanted."""
    service.block("beschluss", "Emil", NOW)
    service.publishing.add_alternates("begleitung", ["Wer?"], "Emil", NOW)
    service.release("beschluss", "Emil", NOW)
    service.block("beschluss", "Petra", NOW)
    service.publish(passed(service).key, "Vera", LATER, is_sure=True)
    assert [block.entry for block in service.publishing.drafts.blocks()] == ["beschluss"]


def test_a_blocked_answer_does_not_come_back_with_an_old_form(service: GoingLive) -> None:
    """It was mended and released since; what was blocked by mistake, and not changed, stays in use."""
    service.publishing.add_alternates("begleitung", ["Wer?"], "Emil", NOW)
    first = service.publish(passed(service).key, "Petra", NOW, is_sure=True)
    for name in ("beschluss", "begleitung"):
        service.block(name, "Emil", NOW)
        service.release(name, "Emil", NOW)
    entry = service.publishing.faq().get("beschluss")
    assert entry
    service.publishing.change_entry(replace(entry, answer="Der Rat."), "Emil", NOW)
    mended = service.publish(passed(service).key, "Petra", LATER, is_sure=True)
    drafts = service.publishing.drafts
    service.roll_back(first.number, mended.hash, "Petra", LATER)
    assert [block.entry for block in drafts.blocks()] == ["beschluss"]
    service.roll_back(mended.number, first.hash, "Petra", LATER)
    assert [block.entry for block in drafts.blocks()] == ["beschluss"]


def test_a_block_and_the_draft_change_together(service: GoingLive) -> None:
    """One click is enough, whoever writes in the draft just then; a draft of nothing but the release goes."""
    drafts = service.publishing.drafts
    service.block("beschluss", "Emil", NOW)
    service.release("beschluss", "Emil", NOW)
    stale = service.publishing.draft()
    assert not drafts.block("beschluss", "Petra", NOW)
    assert drafts.current() is None
    with pytest.raises(ConflictError):
        drafts.publish(stale, "Vera", LATER)
    service.publishing.add_alternates("begleitung", ["Wer?"], "Emil", NOW)
    service.release("beschluss", "Emil", NOW)
    drafts.block("beschluss", "Petra", NOW)
    assert (service.publishing.draft().releases, service.publishing.draft().editors) == ((), ("Emil", "Petra"))


# ------------------------------------------------------------------ killed


def test_a_process_killed_while_publishing_leaves_the_old_or_the_new(
    place: str, store: Database, tmp_path: Path
) -> None:
    """Before every statement, commit and step of the file; the next start ends what was begun."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.publishing_actor"])
    path = tmp_path / "faq.yaml"
    path.write_text(TINY_FAQ, encoding="utf-8")
    live(store, path)
    service = going_live(store)
    for moment in range(0, 100, 2 if store.is_server else 1):
        before = service.publishing.live()
        service.publishing.add_alternates("beschluss", [f"Frage zum Moment {moment}?"], "Emil", NOW)
        draft = passed(service)
        process = context.Process(target=publish_until, args=(place, str(path), moment))
        process.start()
        process.join(timeout=60)
        assert process.exitcode in (0, -signal.SIGKILL), moment
        active = SqlFaqVersions(store).active_hash()
        is_new = active == draft.hash
        assert is_new or active == before.hash, moment
        assert (service.publishing.drafts.current() is None) == is_new, moment
        assert parse_faq(path.read_bytes()).hash in (before.hash, draft.hash), moment
        assert live(store, path).current().hash == active, moment
        assert parse_faq(path.read_bytes()).hash == active, moment
        if process.exitcode == 0:
            break
    assert process.exitcode == 0
    assert moment > 15
    assert sorted(each.name for each in tmp_path.iterdir() if each.name.startswith(".")) == []
    count = sa.text("SELECT count(*) FROM faq_version WHERE state = 'active'")
    assert store.read(lambda connection: connection.scalar(count)) == 1


def test_a_new_entry_stands_in_its_category(service: GoingLive) -> None:
    """And can be taken back; an id is given once."""
    entry = FaqEntry("neu", "Was ist neu?", "Alles.", category="Strategie")
    service.publishing.new_entry(entry, "Emil", NOW)
    assert service.publishing.faq().entries[-1] == entry
    with pytest.raises(ChangeError, match="vergeben"):
        service.publishing.new_entry(entry, "Emil", NOW)
    service.publishing.revert_entry("neu", "Emil", NOW)
    assert service.publishing.drafts.current() is None
