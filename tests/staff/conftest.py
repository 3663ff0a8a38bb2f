"""The staff pages as a whole."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.bootstrap import App, Wiring, live_faq
from bot.settings import load_settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from tests.conftest import TINY_FAQ
from tests.fakes import FakeClock, FakeLauncher, answer, understanding_of
from tests.staff.room import Room, settle

PATH = "bot.sqlite"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the small FAQ and an account for each role; each test gets a copy."""
    folder = tmp_path_factory.mktemp("staff")
    with opened(folder, FakeClock()) as room:
        upgrade(room.database)
        room.faq.load()
        settle(room.database, FakeClock())
    return folder / PATH


@pytest.fixture
def room(tmp_path: Path, prepared: Path, clock: FakeClock) -> Iterator[Room]:
    """Return the staff pages of a bot with a small FAQ and an account for each role."""
    (tmp_path / PATH).write_bytes(prepared.read_bytes())
    with opened(tmp_path, clock) as made:
        made.faq.load()
        yield made


@contextmanager
def opened(folder: Path, clock: FakeClock, **more: str) -> Iterator[Room]:
    """Give the staff pages on a database file in a folder, which may not be there yet."""
    faq_path = folder / "faq.yaml"
    faq_path.write_text(TINY_FAQ, encoding="utf-8")
    settings = load_settings(env_file=None, data_dir=folder / "var", faq_path=faq_path, **more)
    table = {"Wer hat die Strategie beschlossen?": answer("beschluss")}
    app = App.from_settings(settings, Wiring(clock, understanding_of(table), FakeLauncher()))
    with closing(Database.at(folder / PATH)) as database:
        yield Room.opened(app, database, live_faq(settings, app.wiring, database))
