"""The live FAQ on real stores: two processes' worth of it on one database, the thread, and the question log."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import PRODUCTION, Wiring, live_faq
from bot.clock import SystemClock
from bot.faq_file import AUTHOR
from bot.live import LiveFaq
from bot.ports import FaqVersion
from bot.settings import load_settings
from bot.store.database import Database
from bot.store.faq_versions import SqlFaqVersions
from bot.understanding import build_understanding
from intents.faq import FaqBase, parse_faq
from intents.query import Query
from tests.conftest import TINY_FAQ
from tests.fakes import NOW, FakeUnderstanding, understanding_of
from tests.store_actor import opened

OTHER = TINY_FAQ.replace("Der *Gemeinderat* hat sie beschlossen.", "Das war der *Gemeinderat*.")
PATIENCE = 20.0
"""Seconds within which a change has to be live."""


@contextmanager
def following(path: Path, store: Database, told: threading.Event | None = None) -> Iterator[LiveFaq]:
    """Give an FAQ that follows its file and database in a thread; it rings when something was prepared."""

    def build(_faq: FaqBase, _today: date) -> FakeUnderstanding:
        if told:
            told.set()
        return FakeUnderstanding()

    made = LiveFaq(path, SqlFaqVersions(store), SystemClock(), build)
    made.load()
    if told:
        told.clear()
    made.start()
    try:
        yield made
    finally:
        made.stop()


def reached(told: threading.Event, condition: Callable[[], bool]) -> bool:
    """Wait until something was prepared, and then for the exchange that follows at once."""
    assert told.wait(PATIENCE)
    return any(condition() or threading.Event().wait(0.01) for _ in range(100))


def test_the_last_form_of_an_author_is_known(store: Database) -> None:
    """Made live last, not written first; the cheap question for what is live agrees with the whole form."""
    versions = SqlFaqVersions(store)
    assert (versions.active_hash(), versions.last_hash(AUTHOR)) == (None, None)
    one = FaqVersion("eins", "a", AUTHOR, NOW)
    versions.publish(one, instead_of=None)
    versions.publish(FaqVersion("zwei", "b", AUTHOR, NOW + timedelta(seconds=1)), instead_of="eins")
    versions.publish(FaqVersion("drei", "c", "redaktion", NOW + timedelta(seconds=2)), instead_of="zwei")
    assert (versions.active_hash(), versions.last_hash(AUTHOR)) == ("drei", "zwei")
    versions.publish(FaqVersion("eins", "a", AUTHOR, NOW + timedelta(seconds=3)), instead_of="drei")
    assert (versions.active_hash(), versions.last_hash(AUTHOR)) == ("eins", "eins")


def test_a_change_reaches_the_other_instance(place: str, store: Database, tmp_path: Path) -> None:
    """Each has its own file; what one publishes the other takes over, and its own old file does not win it back."""
    mine, theirs = tmp_path / "eins.yaml", tmp_path / "zwei.yaml"
    for path in (mine, theirs):
        path.write_text(TINY_FAQ, encoding="utf-8")
    told = threading.Event()
    with closing(opened(place)) as other, following(mine, store), following(theirs, other, told) as second:
        mine.write_text(OTHER, encoding="utf-8")
        wanted = parse_faq(OTHER).hash
        assert reached(told, lambda: second.current().hash == wanted)
        assert SqlFaqVersions(other).active_hash() == wanted


def test_two_starts_at_once_publish_one_form(place: str, store: Database, tiny_faq: Path) -> None:
    """Both go on with it."""
    with closing(opened(place)) as other:
        made = [LiveFaq(tiny_faq, SqlFaqVersions(each), SystemClock(), _built) for each in (store, other)]
        threads = [threading.Thread(target=each.load) for each in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert {each.current().hash for each in made} == {parse_faq(TINY_FAQ).hash}


def _built(_faq: FaqBase, _today: date) -> FakeUnderstanding:
    return FakeUnderstanding()


def test_a_file_is_exchanged_while_it_runs(store: Database, tiny_faq: Path) -> None:
    """By writing it in place, and by putting another one in its place."""
    told = threading.Event()
    with following(tiny_faq, store, told) as faq:
        for text, write in ((OTHER, _in_place), (TINY_FAQ, _renamed)):
            write(tiny_faq, text)
            wanted = parse_faq(text).hash
            assert reached(told, lambda: faq.current().hash == wanted)  # noqa: B023 - called at once
            told.clear()


def _in_place(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _renamed(path: Path, text: str) -> None:
    new = path.with_suffix(".neu")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def test_windows_line_ends_and_a_mark_survive_the_database(store: Database, tiny_faq: Path) -> None:
    """The hash of what comes back is that of the file."""
    tiny_faq.write_bytes(b"\xef\xbb\xbf" + TINY_FAQ.replace("\n", "\r\n").encode())
    made = LiveFaq(tiny_faq, SqlFaqVersions(store), SystemClock(), _built)
    made.load()
    assert made.current().hash == SqlFaqVersions(store).active_hash()


def test_the_bot_is_wired_with_its_settings(
    store: Database, tiny_faq: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """File, clock and understanding come from settings and wiring."""
    monkeypatch.setenv("FAQ_PATH", str(tiny_faq))
    made = live_faq(load_settings(env_file=None), Wiring(PRODUCTION.clock, understanding_of({})), store)
    made.load()
    assert made.current().faq.name == str(tiny_faq)
    assert made.current().decide(Query("?")).model == made.current().model
    assert not (tmp_path / "var").exists()


def test_decisions_name_entry_faq_and_models(
    store: Database, tiny_faq: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    """With the real matcher: what the question log takes over."""
    assert pytestconfig.cache is not None
    monkeypatch.setenv("DATA_DIR", str(pytestconfig.cache.mkdir("vectors")))
    monkeypatch.setenv("FAQ_PATH", str(tiny_faq))
    made = live_faq(load_settings(env_file=None), Wiring(SystemClock(), build_understanding), store)
    made.load()
    live = made.current()
    decision = live.decide(Query("Wer hat die Strategie beschlossen?"))
    assert (decision.entry, decision.faq, decision.model) == ("beschluss", live.hash, live.model)
