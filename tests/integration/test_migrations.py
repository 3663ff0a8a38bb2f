"""The way of a database from any earlier form to the newest, on both engines."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from bot.errors import StoreError
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.migrate import SCRIPTS, make_ready, status, upgrade
from bot.store.questions import questions_since
from bot.store.schema import metadata
from tests.integration.test_store import FOREVER_AGO, newer_scripts
from tests.store_actor import live, opened

EARLIER = tuple(f"{number:04}" for number in range(1, 13))
"""Every form that a city may still have."""

CHAT = """INSERT INTO chat (key, channel, state, version, updated_at)
    VALUES ('c', 'console', '{"version": 1}', 3, '2026-11-22 09:30:00.000000')"""
QUESTION = """INSERT INTO question
    (chat_key, number, at, text, decision, reason, confidence, candidates, faq, model)
    VALUES ('c', 1, '2026-11-22 09:30:00.000000', 'wer?', 'fallback', 'gate', 0.1, '[]', 'f', 'm')"""

REBUILDING = '''"""A stricter column, for which SQLite has to build the table anew."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "0013", None, None


def upgrade() -> None:
    """Change it."""
    with op.batch_alter_table("chat") as batch:
        batch.alter_column("channel", type_=sa.String(64), existing_nullable=False)
'''


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return a database without tables."""
    place = str(tmp_path / "blank.sqlite")
    if request.param == "postgresql":
        place = request.getfixturevalue("postgres").blank()
    with closing(opened(place)) as made:
        yield made


def bring_to(database: Database, revision: str) -> None:
    """Make the tables as an earlier version did, with a chat and a question in them."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))

    def work(connection: sa.Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(sa.text(CHAT))
        connection.execute(sa.text(QUESTION))

    database.write(work)


def differences(database: Database) -> list[object]:
    """Return where the tables in the database differ from the described ones, apart from comments."""
    found = database.read(lambda c: list(compare_metadata(MigrationContext.configure(c), metadata)))
    return [difference for difference in found if "modify_comment" not in str(difference)]


def test_a_blank_database_gets_the_described_tables(blank: Database) -> None:
    """What the migrations build is what the tables describe."""
    assert status(blank).found is None
    assert upgrade(blank)
    assert differences(blank) == []
    assert status(blank).is_current
    assert not upgrade(blank)


@pytest.mark.parametrize("revision", EARLIER)
def test_an_earlier_form_keeps_its_data(blank: Database, revision: str, tmp_path: Path) -> None:
    """Chats and questions are there afterwards, and the new tables work."""
    bring_to(blank, revision)
    assert upgrade(blank)
    assert differences(blank) == []
    assert SqlChats(blank, "console").load("c").version == 3
    assert [q.text for q in questions_since(blank, FOREVER_AGO)] == ["wer?"]
    live(blank, tmp_path / "sent")
    assert len(questions_since(blank, FOREVER_AGO)) == 2


def test_every_earlier_form_is_tested() -> None:
    """A new migration makes the one before it an earlier form."""
    names = sorted(path.name[:4] for path in (SCRIPTS / "versions").glob("0*.py"))
    assert tuple(names[:-1]) == EARLIER


def test_a_rebuilt_table_keeps_what_refers_to_it(blank: Database, tmp_path: Path) -> None:
    """SQLite drops the old table; the questions that belong to its chats stay."""
    bring_to(blank, "0001")
    scripts = newer_scripts(tmp_path)
    (scripts / "versions" / "9999_extra.py").write_text(REBUILDING, encoding="utf-8")
    assert upgrade(blank, scripts=scripts)
    assert [q.text for q in questions_since(blank, FOREVER_AGO)] == ["wer?"]
    with pytest.raises(sa.exc.IntegrityError):
        blank.write(lambda connection: connection.execute(sa.text(QUESTION.replace("'c', 1", "'weg', 1"))))


def test_a_file_migrates_itself_and_a_server_does_not(blank: Database) -> None:
    """Other processes may be at work on a server: its operator says when."""
    if blank.is_server:
        with pytest.raises(StoreError, match="db upgrade"):
            make_ready(blank)
        upgrade(blank)
    make_ready(blank)
    assert status(blank).is_current


def test_upgrades_at_once_do_it_once(blank: Database) -> None:
    """The others wait and find it done."""
    if not blank.is_server:
        blank.path.touch(mode=0o600)
    done: list[bool] = []
    threads = [threading.Thread(target=lambda: done.append(upgrade(blank))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert not blank.is_server or sum(done) == 1
    assert differences(blank) == []


def test_a_newer_or_foreign_server_is_refused(blank: Database, tmp_path: Path) -> None:
    """As with files: an older program touches nothing."""
    upgrade(blank, scripts=newer_scripts(tmp_path))
    for open_ in (upgrade, make_ready):
        with pytest.raises(StoreError, match="neueren Version"):
            open_(blank)


def test_a_server_out_of_reach_is_told(tmp_path: Path) -> None:
    """One line, without the password."""
    url = f"postgresql://bot:geheim@/faq?host={tmp_path}"
    with closing(Database.on_server(url)) as database, pytest.raises(StoreError, match="nicht erreichbar") as caught:
        upgrade(database)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)
