"""The store on a real SQLite file."""

import os
import shutil
import sqlite3
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.bootstrap import forget_old
from bot.effects import Feedback, Mark
from bot.errors import ConflictError, StoreError
from bot.journal import Question
from bot.ports import Outcome
from bot.settings import load_settings
from bot.state import ChatState
from bot.store.addresses import new_key
from bot.store.chats import SqlChats
from bot.store.database import Database
from bot.store.index import IndexCache
from bot.store.migrate import SCRIPTS, backup, upgrade
from bot.store.questions import forget, questions_since
from bot.store.schema import metadata
from intents.decision import Candidate, Embedding
from tests.fakes import NOW, FakeClock
from tests.forking import FORK

QUESTION = Question(1, NOW, "wer?", "clarify", "margin", None, 0.4, (Candidate("a", 0.4),), "f", "m")

FOREVER_AGO = NOW - timedelta(days=10_000)


@pytest.fixture
def chats(database: Database) -> SqlChats:
    """Return the chats of a channel."""
    return SqlChats(database, "console")


def test_a_new_chat_has_a_fresh_state(chats: SqlChats) -> None:
    """What was never stored loads as a new chat."""
    assert chats.load("neu").version == 0
    assert chats.load("neu").state == ChatState()


def test_state_and_questions_come_back_as_they_were(database: Database, chats: SqlChats) -> None:
    """Everything survives the way through the database."""
    state = ChatState(True, True, 1, "wer?", "a", ("a",), ((1, "e:a"),), True, NOW)
    chats.commit("c", 0, Outcome(state, (QUESTION,)), NOW)
    assert chats.load("c").state == state
    assert questions_since(database, FOREVER_AGO) == [QUESTION]


def test_only_the_version_that_was_loaded_can_be_changed(database: Database, chats: SqlChats) -> None:
    """Of two writers the second gets a conflict, and nothing of it is stored."""
    chats.commit("c", 0, Outcome(ChatState(asked=1), (QUESTION,)), NOW)
    with pytest.raises(ConflictError):
        chats.commit("c", 0, Outcome(ChatState()), NOW)
    chats.commit("c", 1, Outcome(ChatState(asked=2)), NOW)
    with pytest.raises(ConflictError):
        chats.commit("c", 1, Outcome(ChatState(asked=3), (QUESTION,)), NOW)
    assert chats.load("c").state.asked == 2
    assert len(questions_since(database, FOREVER_AGO)) == 1


def test_a_question_is_never_logged_twice(database: Database, chats: SqlChats) -> None:
    """The number of a question is unique in its chat."""
    chats.commit("c", 0, Outcome(ChatState(), (QUESTION,)), NOW)
    with pytest.raises(ConflictError):
        chats.commit("c", 1, Outcome(ChatState(), (QUESTION,)), NOW)
    assert chats.load("c").version == 1
    assert len(questions_since(database, FOREVER_AGO)) == 1


def test_feedback_reaches_its_question_alone(database: Database, chats: SqlChats) -> None:
    """A mark changes the question with its number in its own chat."""
    for chat in ("c", "d"):
        chats.commit(chat, 0, Outcome(ChatState(), (QUESTION,)), NOW)
    chats.commit("c", 1, Outcome(ChatState(), marks=(Mark(1, Feedback.PICKED, "a"), Mark(9, Feedback.NONE))), NOW)
    found = questions_since(database, FOREVER_AGO)
    assert [(q.feedback, q.entry) for q in found] == [("picked", "a"), (None, None)]


def test_parallel_writers_lose_nothing(database: Database, chats: SqlChats) -> None:
    """Many threads change one chat; every change that was confirmed is there."""

    def add(_: int) -> None:
        while True:
            saved = chats.load("c")
            try:
                state = ChatState(asked=saved.state.asked + 1)
                chats.commit("c", saved.version, Outcome(state), NOW)
            except ConflictError:
                continue
            return

    threads = [threading.Thread(target=add, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert chats.load("c").state.asked == 12
    database.close()


def test_texts_are_forgotten_in_time(database: Database, chats: SqlChats) -> None:
    """Older texts go, figures stay, and the last words of a silent chat go as well."""
    old = Question(1, NOW - timedelta(days=31), "MEINGEHEIMNIS", "fallback", "gate", None, 0, (), "f", "m")
    state = ChatState(plain=True, last_question="MEINGEHEIMNIS", at=NOW - timedelta(days=2))
    chats.commit("c", 0, Outcome(state, (old,)), NOW - timedelta(days=2))
    chats.commit("d", 0, Outcome(ChatState(last_question="frisch"), (QUESTION,)), NOW)
    assert forget(database, now=NOW, before=NOW - timedelta(days=30)) == 1
    assert questions_since(database, FOREVER_AGO) == [QUESTION]
    assert chats.load("c").state == ChatState(plain=True, at=NOW - timedelta(days=2))
    assert chats.load("d").state.last_question == "frisch"
    count = sa.text("SELECT count(*) FROM question")
    assert database.read(lambda connection: connection.scalar(count)) == 2


def test_forgotten_texts_stand_in_no_file(tmp_path: Path, database: Database, chats: SqlChats) -> None:
    """The bytes are overwritten, in the database and in its write-ahead log."""
    vector = Embedding("x", b"MEINGEHEIMNIS" * 80)
    old = Question(
        1,
        NOW - timedelta(days=31),
        "MEINGEHEIMNIS",
        "fallback",
        "gate",
        None,
        0,
        (),
        "f",
        "m",
        embedding=vector,
        lemmas="MEINGEHEIMNIS",
    )
    chats.commit("c", 0, Outcome(ChatState(), (old,)), NOW)
    forget(database, now=NOW, before=NOW)
    assert all(b"MEINGEHEIMNIS" not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_a_reader_delays_overwriting_and_nothing_else(tmp_path: Path, database: Database, chats: SqlChats) -> None:
    """Nobody waits for it; what was deleted is gone from the files as soon as the reader is."""
    old = Question(1, NOW - timedelta(days=31), "MEINGEHEIMNIS", "fallback", "gate", None, 0, (), "f", "m")
    chats.commit("c", 0, Outcome(ChatState(), (old,)), NOW)
    reader = sqlite3.connect(database.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chat").fetchone()
    started = time.monotonic()
    forget(database, now=NOW, before=NOW)
    database.shrink_again()
    assert time.monotonic() - started < 5.0
    reader.close()
    database.shrink_again()
    assert all(b"MEINGEHEIMNIS" not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_reading_cannot_write(database: Database) -> None:
    """A unit of work that only reads has no way to change anything."""
    with pytest.raises(StoreError):
        database.read(lambda connection: connection.execute(sa.text("DELETE FROM chat")))


def test_a_failing_unit_of_work_leaves_no_trace(database: Database, chats: SqlChats) -> None:
    """An error in the middle rolls everything back."""

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO chat VALUES ('c', 'x', '{}', 1, '2026-01-01 00:00:00', 7, NULL)"))
        raise KeyError

    with pytest.raises(KeyError):
        database.write(work)
    assert chats.load("c").version == 0


def test_the_database_is_durable(database: Database) -> None:
    """WAL, full synchronisation, foreign keys and overwriting are on for the writer."""
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    values = database.write(lambda c: [c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names])
    assert values == ["wal", 2, 1, 1]


def test_migrations_and_tables_agree(database: Database) -> None:
    """What the migrations build is what the tables describe."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    def work(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert database.read(work) == []


def test_upgrading_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    """A current database is left alone, without a copy."""
    assert upgrade(database) is False
    assert not list(tmp_path.glob("*.vor-*"))


SECOND = '''"""A further column."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "0013", None, None


def upgrade() -> None:
    """Add it."""
    with op.batch_alter_table("chat") as batch:
        batch.add_column(sa.Column("extra", sa.Integer(), nullable=False, server_default="7"))


def downgrade() -> None:
    """Drop it."""
'''


def newer_scripts(tmp_path: Path) -> Path:
    """Return the migrations with one more."""
    scripts = tmp_path / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9999_extra.py").write_text(SECOND, encoding="utf-8")
    return scripts


def test_a_migration_keeps_the_data_and_a_copy(tmp_path: Path, database: Database, chats: SqlChats) -> None:
    """Before the tables change the whole database is copied."""
    chats.commit("c", 0, Outcome(ChatState(asked=3), (QUESTION,)), NOW)
    assert upgrade(database, scripts=newer_scripts(tmp_path))
    assert chats.load("c").state.asked == 3
    assert questions_since(database, FOREVER_AGO) == [QUESTION]
    copy = sqlite3.connect(tmp_path / "bot.sqlite.vor-0013")
    assert copy.execute("SELECT count(*) FROM question").fetchone() == (1,)
    assert "extra" not in str(copy.execute("SELECT sql FROM sqlite_master").fetchall())
    copy.close()


@pytest.mark.parametrize(("days", "kept"), [(30, 7 * 24), (3, 3 * 24), (0, 48)])
def test_a_copy_goes_with_the_texts_in_it(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, days: int, kept: int
) -> None:
    """It is there while a new version may have to be taken back."""
    monkeypatch.setenv("QUESTION_RETENTION_DAYS", str(days))
    copy, backup_by_hand = tmp_path / "bot.sqlite.vor-0012-2", tmp_path / "bot.sqlite.vor-umzug"
    for file in (copy, backup_by_hand):
        file.write_text("", encoding="utf-8")
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    for hours, is_there in ((kept - 1, True), (kept + 1, False)):
        forget_old(database, load_settings(env_file=None), FakeClock(NOW + timedelta(hours=hours)))
        assert copy.exists() == is_there
    assert backup_by_hand.exists()


def test_a_newer_database_is_refused(tmp_path: Path, database: Database) -> None:
    """An older program does not touch it."""
    upgrade(database, scripts=newer_scripts(tmp_path))
    with pytest.raises(StoreError, match="neueren Version"):
        upgrade(database)


def test_a_foreign_database_is_refused(tmp_path: Path) -> None:
    """Somebody else's file is not changed."""
    path = tmp_path / "fremd.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE rechnungen (id)")
    connection.close()
    with pytest.raises(StoreError, match="gehört nicht zu diesem Programm"):
        upgrade(Database.at(path))


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    """A text file is named as what it is."""
    path = tmp_path / "notizen.txt"
    path.write_text("Einkaufen\n" * 500, encoding="utf-8")
    with pytest.raises(StoreError, match="keine SQLite-Datenbank") as caught:
        upgrade(Database.at(path))
    assert "\n" not in str(caught.value)
    assert path.read_text(encoding="utf-8").startswith("Einkaufen")


def test_a_locked_database_is_told(tmp_path: Path, chats: SqlChats) -> None:
    """Another process that does not let go ends in one line."""
    other = sqlite3.connect(tmp_path / "bot.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="gesperrt"):
        chats.commit("c", 0, Outcome(ChatState()), NOW)
    other.close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A directory that cannot be made ends in one line."""
    (tmp_path / "datei").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="lässt sich nicht anlegen"):
        upgrade(Database.at(tmp_path / "datei" / "bot.sqlite"))


def test_a_full_disk_is_told(database: Database, chats: SqlChats) -> None:
    """A database that may not grow ends in one line, and what was there stays."""
    chats.commit("c", 0, Outcome(ChatState()), NOW)
    database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count=1").scalar())
    questions = tuple(Question(n, NOW, "x" * 2000, "fallback", "gate", None, 0, (), "f", "m") for n in range(1, 200))
    with pytest.raises(StoreError, match="voll"):
        chats.commit("c", 1, Outcome(ChatState(), questions), NOW)
    assert chats.load("c").version == 1


def test_a_backup_is_whole_and_never_overwrites(tmp_path: Path, database: Database, chats: SqlChats) -> None:
    """The copy holds what was committed; an existing file is kept."""
    chats.commit("c", 0, Outcome(ChatState(), (QUESTION,)), NOW)
    target = backup(database.path, tmp_path / "sicherung.sqlite")
    copied = Database.at(target)
    assert questions_since(copied, FOREVER_AGO) == [QUESTION]
    copied.close()
    with pytest.raises(StoreError, match="gibt es schon"):
        backup(database.path, target)
    with pytest.raises(StoreError, match="gibt es nicht"):
        backup(tmp_path / "weg.sqlite", tmp_path / "neu.sqlite")


def test_others_may_read_nothing(tmp_path: Path) -> None:
    """Folder, database, its further files, index and backups are the user's own, whatever the umask says."""
    before = os.umask(0)
    try:
        folder = tmp_path / "var"
        database = Database.at(folder / "bot.sqlite")
        upgrade(database)
        SqlChats(database, "console").commit("c", 0, Outcome(ChatState()), NOW)
        IndexCache(folder / "index.sqlite").put({"a": b"1234"})
        backup(database.path, folder / "sicherung.sqlite")
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        database.close()
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {"bot.sqlite", "bot.sqlite-wal", "index.sqlite", "sicherung.sqlite"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_an_open_database_is_closed_to_others(database: Database) -> None:
    """A file from before gets its rights at the next start."""
    database.path.chmod(0o644)
    upgrade(database)
    assert database.path.stat().st_mode & 0o777 == 0o600


def start(path: str) -> None:
    """Create the database and store a chat, as a process of its own."""
    database = Database.at(Path(path))
    upgrade(database)
    SqlChats(database, "console").commit(new_key(), 0, Outcome(ChatState(), (QUESTION,)), NOW)
    database.close()


def test_processes_may_start_at_once(tmp_path: Path) -> None:
    """Of several first starts one creates the tables, and all of them work."""
    path = tmp_path / "bot.sqlite"
    processes = [FORK.Process(target=start, args=(str(path),)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(questions_since(Database.at(path), FOREVER_AGO)) == 3


def test_the_index_cache_gives_back_what_it_got(tmp_path: Path) -> None:
    """Thousands of vectors come back; unknown keys are simply missing."""
    cache = IndexCache(tmp_path / "tief" / "index.sqlite")
    items = {f"k{n}": bytes([n % 256]) * 8 for n in range(1500)}
    cache.put(items)
    assert IndexCache(tmp_path / "tief" / "index.sqlite").get([*items, "fremd"]) == items
    assert cache.get([]) == {}


@pytest.mark.parametrize("content", [b"kein SQLite" * 200, b""])
def test_a_damaged_index_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    """A broken file costs time, never a start."""
    path = tmp_path / "index.sqlite"
    path.write_bytes(content)
    cache = IndexCache(path)
    assert cache.get(["a"]) == {}
    cache.put({"a": b"1234"})
    assert cache.get(["a"]) == {"a": b"1234"}


def test_an_index_of_another_form_is_begun_anew(tmp_path: Path) -> None:
    """A table with other columns is set aside."""
    path = tmp_path / "index.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE vector (id)")
    connection.close()
    cache = IndexCache(path)
    cache.put({"a": b"1234"})
    cache.put({"a": b"1234"})
    assert cache.get(["a"]) == {"a": b"1234"}


def test_a_damaged_vector_is_not_handed_out(tmp_path: Path) -> None:
    """A flipped byte is noticed by the checksum."""
    path = tmp_path / "index.sqlite"
    cache = IndexCache(path)
    cache.put({"a": b"1234", "b": b"5678"})
    connection = sqlite3.connect(path)
    connection.execute("UPDATE vector SET vector = x'0000000031323335' WHERE key = 'a'")
    connection.commit()
    connection.close()
    assert cache.get(["a", "b"]) == {"b": b"5678"}


def test_without_a_writable_place_the_index_is_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It works without a cache and says so once."""
    (tmp_path / "datei").write_text("", encoding="utf-8")
    cache = IndexCache(tmp_path / "datei" / "index.sqlite")
    cache.put({"a": b"1"})
    assert cache.get(["a"]) == {}
    assert capsys.readouterr().err.count("index_cache_trouble") == 1


def test_a_locked_index_is_no_reason_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that writes for long does not end this one."""
    monkeypatch.setattr("bot.store.index._BUSY_SECONDS", 0.1)
    path = tmp_path / "index.sqlite"
    cache = IndexCache(path)
    cache.put({"a": b"1"})
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    cache.put({"b": b"2"})
    assert cache.get(["a"]) == {}
    other.close()
    assert cache.get(["a"]) == {"a": b"1"}
