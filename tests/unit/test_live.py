"""The live FAQ: what is taken in at a look, and what stays out."""

import os
import threading
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.errors import ConflictError, ModelsError, StoreError
from bot.faq_file import AUTHOR
from bot.live import LiveFaq
from bot.ports import FaqVersion
from intents.decision import Decision
from intents.errors import FaqError
from intents.faq import FaqBase, parse_faq
from intents.query import Query
from tests.conftest import TINY_FAQ
from tests.fakes import NOW, FakeClock, FakeUnderstanding, unknown

OTHER = "entries:\n  - {id: neu, question: Was ist neu?, answer: Alles.}\n"
THIRD = "entries:\n  - {id: drei, question: Was ist drei?, answer: Eins mehr.}\n"
BROKEN = "entries:\n  - {id: neu, question: Was ist neu?"
DATED = "entries:\n  - {id: bald, question: Was kommt?, answer: Etwas., valid_from: 2026-11-23}\n"


class Versions:
    """The published forms in memory; `rivals` publish just before the next ones do."""

    def __init__(self) -> None:
        self.known: dict[str, FaqVersion] = {}
        self.live: str | None = None
        self.rivals: list[FaqVersion] = []
        self.down = False
        self.files: dict[str, frozenset[str]] = {}
        self.closed: frozenset[str] = frozenset()

    def active(self) -> FaqVersion | None:
        """Return what is live."""
        return self.known[self.live] if self.live else None

    def active_hash(self) -> str | None:
        """Return the hash of what is live."""
        if self.down:
            raise StoreError("Datenbank weg")
        return self.live

    def last_hash(self, author: str) -> str | None:
        """Return the hash of what an author made live last."""
        own = [version for version in self.known.values() if version.author == author]
        return max(own, key=lambda version: version.at).hash if own else None

    def draft(self, version: FaqVersion) -> bool:
        """Nobody drafts here."""
        raise NotImplementedError(version)

    def publish(self, version: FaqVersion, *, instead_of: str | None) -> None:
        """Make a form live."""
        if self.rivals:
            self.put(self.rivals.pop(0))
        if instead_of != self.live:
            raise ConflictError
        self.put(version)

    def author_of(self, hash_: str) -> str | None:
        """Return who made a form live last."""
        return self.known[hash_].author if hash_ in self.known else None

    def blocked(self) -> frozenset[str]:
        """Return the entries that must not be answered."""
        return self.closed

    def left_in(self, place: str) -> frozenset[str] | None:
        """Return what the program left in a file."""
        return self.files.get(place)

    def note_file(self, place: str, hashes: Collection[str]) -> None:
        """Note what the program leaves in a file."""
        self.files[place] = frozenset(hashes)

    def put(self, version: FaqVersion) -> None:
        """Make a form live, as somebody else does."""
        self.known[version.hash] = version
        self.live = version.hash


def edited(text: str, author: str = "redaktion") -> FaqVersion:
    """Return a form that was written elsewhere."""
    return FaqVersion(parse_faq(text).hash if text != BROKEN else "kaputt", text, author, NOW)


class Room:
    """A file, forms, a clock and what was prepared."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.versions = Versions()
        self.clock = FakeClock()
        self.built: list[tuple[str, date]] = []
        self.made = FakeUnderstanding()
        self.proposed: list[tuple[str, str]] = []
        self.trouble: Exception | None = None

    def faq(self, *, reload: bool = True) -> LiveFaq:
        """Return one that has been loaded."""
        made = LiveFaq(self.path, self.versions, self.clock, self.build, reload=reload)
        made.load()
        return made

    def proposing(self, *, four_eyes: bool = False) -> LiveFaq:
        """Return one that has been loaded, and notes what must not go live at once."""

        def propose(text: str, base: str, _now: datetime) -> None:
            self.proposed.append((text, base))

        made = LiveFaq(self.path, self.versions, self.clock, self.build, propose=propose, four_eyes=four_eyes)
        made.load()
        return made

    def build(self, faq: FaqBase, today: date) -> FakeUnderstanding:
        """Note what is prepared."""
        if self.trouble:
            raise self.trouble
        self.built.append((faq.hash, today))
        self.made = FakeUnderstanding()
        return self.made

    def write(self, text: str) -> str:
        """Change the file; return the hash of its content."""
        self.clock.wait(seconds=1)
        self.path.write_text(text, encoding="utf-8")
        return edited(text).hash


def looks(faq: LiveFaq, count: int = 2) -> None:
    """Let time pass: one look sees a change, the next one that it is complete."""
    for _ in range(count):
        faq.look()


@pytest.fixture
def room(tiny_faq: Path) -> Room:
    """Return a place with a small FAQ."""
    return Room(tiny_faq)


def test_the_file_is_imported_at_the_start(room: Room) -> None:
    """It becomes the published form, under its name."""
    live = room.faq().current()
    assert room.versions.active() == FaqVersion(live.hash, room.path.read_text(encoding="utf-8"), AUTHOR, NOW)
    assert (live.faq.title, live.model, live.day) == ("Digitale Stadt", "modelhash", NOW.date())


def test_a_changed_file_is_live_after_two_looks(room: Room) -> None:
    """The first look sees the change, the second one that nobody writes any more."""
    faq = room.faq()
    hash_ = room.write(OTHER)
    faq.look()
    assert faq.current().hash != hash_
    faq.look()
    assert (faq.current().hash, room.versions.live, faq.problem()) == (hash_, hash_, None)


def test_nothing_is_prepared_while_nothing_changes(room: Room) -> None:
    """Looking is cheap."""
    faq = room.faq()
    looks(faq, 10)
    room.path.touch()
    looks(faq, 10)
    assert len(room.built) == 1


def test_a_file_that_still_grows_is_waited_for(room: Room) -> None:
    """Two halves written one after the other are never read apart."""
    faq = room.faq()
    room.path.write_text(OTHER, encoding="utf-8")
    faq.look()
    text = OTHER + OTHER.removeprefix("entries:\n").replace("neu", "alt")
    hash_ = room.write(text)
    faq.look()
    assert len(room.built) == 1
    faq.look()
    assert [built for built, _ in room.built[1:]] == [hash_]


def test_an_invalid_file_is_told_once_and_changes_nothing(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """File, line and column stand in the log and in the problem; the last good form answers."""
    faq = room.faq()
    good = faq.current()
    room.write(BROKEN)
    looks(faq, 6)
    assert faq.current() is good
    assert (faq.problem() or "").startswith(f"{room.path}:2:")
    assert capsys.readouterr().err.count("faq_not_taken") == 1
    room.write(OTHER)
    looks(faq)
    assert faq.problem() is None
    assert faq.current().hash == edited(OTHER).hash


def test_a_deleted_file_is_told_and_changes_nothing(room: Room) -> None:
    """When it comes back as it was, all is well again."""
    faq = room.faq()
    text = room.path.read_text(encoding="utf-8")
    room.path.unlink()
    looks(faq)
    assert faq.problem()
    room.write(text)
    looks(faq)
    assert faq.problem() is None
    assert len(room.built) == 1


def test_an_old_content_becomes_active_again(room: Room) -> None:
    """The way back is a change like any other."""
    faq = room.faq()
    first, text = faq.current().hash, room.path.read_text(encoding="utf-8")
    room.write(OTHER)
    looks(faq)
    room.write(text)
    looks(faq)
    assert (faq.current().hash, room.versions.live) == (first, first)


def test_what_was_published_elsewhere_is_taken_over(room: Room) -> None:
    """By an editor or another instance; the unchanged file does not win it back, not even after a restart."""
    faq = room.faq()
    room.versions.put(edited(OTHER))
    faq.look()
    assert faq.current().hash == edited(OTHER).hash
    looks(faq, 4)
    assert room.faq().current().hash == edited(OTHER).hash


def test_a_file_changed_while_the_bot_was_down_is_imported(room: Room) -> None:
    """Also when its content was live once before."""
    first, text = room.faq().current().hash, room.path.read_text(encoding="utf-8")
    room.write(OTHER)
    assert room.faq().current().hash == edited(OTHER).hash
    room.write(text)
    assert room.faq().current().hash == first


def test_an_unreadable_published_form_is_refused_once(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """The last good one stays until a readable one comes."""
    faq = room.faq()
    good = faq.current()
    room.versions.put(edited(BROKEN))
    looks(faq, 3)
    assert faq.current() is good
    assert faq.problem()
    assert capsys.readouterr().err.count("faq_not_taken") == 1
    room.versions.put(edited(OTHER))
    faq.look()
    assert (faq.current().hash, faq.problem()) == (edited(OTHER).hash, None)


def test_the_last_change_wins_against_a_rival(room: Room) -> None:
    """Compare-and-set fails once, and is tried again on what is live now."""
    faq = room.faq()
    room.versions.rivals.append(edited(THIRD))
    hash_ = room.write(OTHER)
    looks(faq)
    assert (faq.current().hash, faq.problem()) == (hash_, None)


def test_a_database_that_is_down_delays_the_change(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """The change is not forgotten, and the trouble is told once."""
    faq = room.faq()
    hash_ = room.write(OTHER)
    room.versions.down = True
    looks(faq, 4)
    assert faq.problem() == "Datenbank weg"
    assert capsys.readouterr().err.count("faq_not_taken") == 1
    room.versions.down = False
    faq.look()
    assert (faq.current().hash, faq.problem()) == (hash_, None)


def test_models_that_cannot_be_used_keep_the_last_form(room: Room) -> None:
    """It is tried again until it works."""
    faq = room.faq()
    hash_ = room.write(OTHER)
    room.trouble = ModelsError("Modelle weg")
    looks(faq, 3)
    assert (faq.problem(), len(room.built)) == ("Modelle weg", 1)
    room.trouble = None
    faq.look()
    assert (faq.current().hash, faq.problem()) == (hash_, None)


def test_a_start_without_anything_usable_is_refused(room: Room) -> None:
    """With a published form it starts with that one and names the problem."""
    good = room.faq().current().hash
    room.write(BROKEN)
    faq = room.faq()
    assert (faq.current().hash, bool(faq.problem())) == (good, True)
    room.versions = Versions()
    with pytest.raises(FaqError):
        room.faq()


def test_an_entry_becomes_valid_at_the_citys_midnight(room: Room) -> None:
    """Not at midnight in UTC; a day on which nothing begins or ends costs nothing."""
    room.clock.moment = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    room.path.write_text(DATED, encoding="utf-8")
    faq = room.faq()
    faq.look()
    assert room.made.turned == []
    room.clock.wait(hours=1)
    faq.look()
    assert room.made.turned == [(date(2026, 11, 23), set())]
    room.clock.wait(hours=24)
    faq.look()
    assert (len(room.made.turned), len(room.built), faq.current().day) == (1, 1, date(2026, 11, 24))


def test_a_blocked_entry_is_out_of_use_at_the_next_look(room: Room) -> None:
    """Nothing is prepared anew; buttons and links do not lead to it either."""
    faq = room.faq()
    room.versions.closed = frozenset({"beschluss"})
    faq.look_at_blocks()
    entry = faq.current().faq.get("beschluss")
    assert entry
    assert (entry.is_valid_on(NOW.date()), room.made.turned, len(room.built)) == (
        False,
        [(NOW.date(), {"beschluss"})],
        1,
    )
    room.versions.closed = frozenset()
    faq.look_at_blocks()
    assert room.made.turned[-1] == (NOW.date(), set())


def test_a_new_form_does_not_bring_a_blocked_entry_back(room: Room) -> None:
    """Nor does a start."""
    room.versions.closed = frozenset({"beschluss", "neu"})
    faq = room.faq()
    room.write(OTHER)
    looks(faq)
    entry = faq.current().faq.get("neu")
    assert entry
    assert entry.blocked


# ------------------------------------------------------------------ the file as a mirror


def test_the_file_follows_what_is_published_elsewhere(room: Room) -> None:
    """At once, whole, with its rights; it is not taken for somebody's change, not even after a restart."""
    room.path.chmod(0o640)
    faq = room.faq()
    room.versions.put(edited(OTHER))
    faq.look()
    assert (room.path.read_text(encoding="utf-8"), room.path.stat().st_mode & 0o777) == (OTHER, 0o640)
    room.versions.put(edited(THIRD))
    room.path.chmod(0o640)
    looks(faq, 4)
    assert (room.faq().current().hash, room.path.read_text(encoding="utf-8")) == (edited(THIRD).hash, THIRD)
    assert [path.name for path in room.path.parent.iterdir() if path.name.startswith(".")] == []


def test_a_start_does_again_what_a_crash_left_undone(room: Room) -> None:
    """A half-written file beside it goes; an old mirror never wins against what is live."""
    room.faq()
    room.versions.put(edited(OTHER))
    room.path.with_name(f".{room.path.name}.123.neu").write_text("entries:", encoding="utf-8")
    assert room.faq().current().hash == edited(OTHER).hash
    assert sorted(path.name for path in room.path.parent.iterdir() if "yaml" in path.name) == [room.path.name]
    assert room.path.read_text(encoding="utf-8") == OTHER


def test_a_link_stays_a_link(room: Room, tmp_path: Path) -> None:
    """What it leads to is written."""
    target = tmp_path / "ziel" / "faq.yaml"
    target.parent.mkdir()
    target.write_bytes(room.path.read_bytes())
    room.path.unlink()
    room.path.symlink_to(target)
    faq = room.faq()
    room.versions.put(edited(OTHER))
    faq.look()
    assert (room.path.is_symlink(), target.read_text(encoding="utf-8")) == (True, OTHER)


def test_what_somebody_writes_meanwhile_is_never_written_over(room: Room) -> None:
    """A publication that does not know it leaves the file alone until it is taken in, as a draft."""
    faq = room.proposing()
    room.write(THIRD)
    room.versions.put(edited(OTHER))
    faq.look()
    assert room.path.read_text(encoding="utf-8") == THIRD
    looks(faq)
    assert room.proposed == [(THIRD, edited(TINY_FAQ).hash)]
    assert faq.current().hash == edited(OTHER).hash
    looks(faq)
    assert room.path.read_text(encoding="utf-8") == OTHER


def test_an_old_content_put_back_by_hand_is_not_written_over(room: Room) -> None:
    """Although it is kept: somebody wants it to be live."""
    faq = room.faq()
    first = edited(TINY_FAQ).hash
    room.write(OTHER)
    faq.look()
    faq.look()
    room.versions.put(edited(THIRD, AUTHOR))
    room.write(TINY_FAQ)
    faq._look_at_versions()
    faq._look_at_mirror()
    assert room.path.read_text(encoding="utf-8") == TINY_FAQ
    looks(faq)
    assert faq.current().hash == first


def test_with_four_eyes_every_change_of_the_file_is_a_draft(room: Room) -> None:
    """Also one made while the bot was down; only the very first content goes live."""
    faq = room.proposing(four_eyes=True)
    assert faq.current().hash == edited(TINY_FAQ).hash
    room.write(OTHER)
    looks(faq)
    assert (room.proposed, faq.current().hash) == ([(OTHER, edited(TINY_FAQ).hash)], edited(TINY_FAQ).hash)
    room.write(THIRD)
    again = room.proposing(four_eyes=True)
    assert ([text for text, _ in room.proposed], again.current().hash) == ([OTHER, THIRD], edited(TINY_FAQ).hash)


def test_a_change_made_on_what_is_live_goes_live(room: Room) -> None:
    """Without four eyes the file may be edited as ever, also after something was published on the pages."""
    faq = room.proposing()
    room.versions.put(edited(OTHER))
    faq.look()
    room.write(THIRD)
    looks(faq)
    assert (room.proposed, faq.current().hash) == ([], edited(THIRD).hash)


def test_a_file_that_cannot_be_written_is_told_once(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """It stays as it is, and is not taken for a change."""
    faq = room.faq()
    text = room.path.read_text(encoding="utf-8")
    room.path.parent.chmod(0o500)
    try:
        room.versions.put(edited(OTHER))
        if os.geteuid() == 0:  # nothing is forbidden to root
            room.path.unlink()
            room.path.mkdir()
        looks(faq, 3)
    finally:
        room.path.parent.chmod(0o700)
    assert faq.current().hash == edited(OTHER).hash
    assert capsys.readouterr().err.count("faq_not_mirrored") == 1
    assert room.path.is_dir() or room.path.read_text(encoding="utf-8") == text


def test_without_reload_the_file_counts_at_the_start_alone(room: Room) -> None:
    """What others publish is followed all the same."""
    faq = room.faq(reload=False)
    first = faq.current().hash
    room.write(OTHER)
    looks(faq, 4)
    assert faq.current().hash == first
    room.versions.put(edited(THIRD))
    faq.look()
    assert faq.current().hash == edited(THIRD).hash


def test_two_questions_are_matched_at_once(room: Room) -> None:
    """A third one waits, also when it is asked of a newer form."""
    gate = Gate()
    faq = LiveFaq(room.path, room.versions, room.clock, lambda _faq, _today: gate)
    faq.load()
    old = faq.current()
    room.write(OTHER)
    looks(faq)
    asked = [(old.decide, "1"), (faq.current().decide, "2"), (old.decide, "3"), (faq.current().decide, "4")]
    threads = [threading.Thread(target=_ask, args=each) for each in asked]
    for thread in threads:
        thread.start()
    assert gate.full.wait(5)
    gate.open.set()
    for thread in threads:
        thread.join(5)
    assert (gate.most, gate.count) == (2, 4)


class Gate(FakeUnderstanding):
    """Holds questions back until two are there and the gate opens."""

    def __init__(self) -> None:
        super().__init__()
        self.full, self.open, self.lock = threading.Event(), threading.Event(), threading.Lock()
        self.now = self.most = self.count = 0

    def match(self, query: Query, /) -> Decision:
        """Count who is inside."""
        with self.lock:
            self.now, self.count = self.now + 1, self.count + 1
            self.most = max(self.most, self.now)
        if self.now == 2:
            self.full.set()
        self.open.wait(5)
        with self.lock:
            self.now -= 1
        return unknown(query.text)


def _ask(decide: Callable[[Query], Decision], text: str) -> None:
    decide(Query(text))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_watch_that_ends_is_told(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistake in the program must not leave the bot with an FAQ that nobody follows unnoticed."""
    faq = room.faq()
    room.trouble = RuntimeError("Fehler im Programm")
    room.versions.put(edited(OTHER))
    before = set(threading.enumerate())
    faq.start()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert "neu starten" in (faq.problem() or "")
    assert "faq_watch_ended" in capsys.readouterr().err


def test_nothing_is_live_before_it_is_loaded(room: Room) -> None:
    """That would be a mistake in the program."""
    faq = LiveFaq(room.path, room.versions, room.clock, room.build)
    assert not faq.is_loaded
    with pytest.raises(RuntimeError):
        faq.current()
