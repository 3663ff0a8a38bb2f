"""The staff pages as a whole, with some data in them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.bootstrap import App, Wiring, live_faq
from bot.settings import load_settings
from bot.store.database import Database
from tests.fakes import FakeClock, answer, understanding_of
from tests.staff.room import Room
from tests.staff.samples import fill


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with all tables, to be copied: making one takes a while."""
    from bot.store.migrate import upgrade

    path = tmp_path_factory.mktemp("blank") / "bot.sqlite"
    with closing(Database.at(path)) as made:
        upgrade(made)
    return path


@pytest.fixture
def room(tmp_path: Path, tiny_faq: Path, blank: Path, clock: FakeClock) -> Iterator[Room]:
    """Return the staff pages of a bot with a small FAQ, an account for each role, and something to see on each page."""
    path = tmp_path / "bot.sqlite"
    path.write_bytes(blank.read_bytes())
    settings = load_settings(env_file=None, data_dir=tmp_path / "var", faq_path=tiny_faq)
    table = {"Wer hat die Strategie beschlossen?": answer("beschluss")}
    app = App.from_settings(settings, Wiring(clock, understanding_of(table)))
    with closing(Database.at(path)) as database:
        faq = live_faq(settings, app.wiring, database)
        faq.load()
        made = Room.opened(app, database, faq)
        fill(made)
        yield made
