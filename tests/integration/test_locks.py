"""Who may run: one bot on a SQLite file, one leader of each role on a server."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

import psycopg
import pytest

from bot.bootstrap import Wiring
from bot.cli import main
from bot.errors import StoreError
from bot.store.checks import is_running
from bot.store.locks import LeaderLock, Role, running
from tests.fakes import FakeClock, understanding_of
from tests.forking import FORK
from tests.postgres import Server


@pytest.fixture
def url(postgres: Server) -> str:
    """Return the address of a database."""
    return postgres.ready()


@pytest.fixture
def leader(url: str) -> Iterator[LeaderLock]:
    """Return a lock that this process holds."""
    lock = LeaderLock(url, Role.POLL)
    assert lock.take()
    yield lock
    lock.release()


def test_there_is_one_leader_of_a_role(url: str, leader: LeaderLock) -> None:
    """Another role is free; the role is free again when its leader lets go."""
    other, sender = LeaderLock(url, Role.POLL), LeaderLock(url, Role.SEND)
    assert (other.take(), sender.take()) == (False, True)
    assert leader.take()
    leader.release()
    assert not leader.is_held()
    assert other.take()
    other.release()
    sender.release()


def test_a_lost_lock_is_noticed_before_the_next_call(url: str, leader: LeaderLock) -> None:
    """The connection is gone, another process leads; the lock does not come back by itself."""
    assert leader.is_held()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'faq-bot poll'"
        )
    other = LeaderLock(url, Role.POLL)
    assert other.take()
    assert not leader.is_held()
    assert not leader.take()
    assert other.is_held()
    other.release()


def hold(database: str, ready: Event) -> None:
    """Run on a file until the process is killed."""
    with running(Path(database)):
        ready.set()
        signal.pause()


def test_a_second_run_is_refused_and_other_verbs_work(
    tmp_path: Path,
    tiny_faq: Path,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The lock ends with the process that held it, also when that is killed."""
    monkeypatch.setenv("FAQ_PATH", str(tiny_faq))
    wiring = Wiring(clock, understanding_of({}))
    ready = FORK.Event()
    first = FORK.Process(target=hold, args=(str(tmp_path / "var" / "bot.sqlite"), ready))
    first.start()
    assert ready.wait(30)
    assert main(["run"], wiring=wiring) == 1
    assert "läuft schon" in capsys.readouterr().err
    assert main(["db", "upgrade"], wiring=wiring) == 0
    assert main(["privacy", "prune"], wiring=wiring) == 0
    os.kill(first.pid or 0, signal.SIGKILL)
    first.join()
    with running(tmp_path / "var" / "bot.sqlite"):
        pass


def test_a_link_leads_to_the_same_lock(tmp_path: Path) -> None:
    """Two bots on one file would answer twice, under whatever names they know it."""
    (tmp_path / "daten").mkdir()
    (tmp_path / "bot.sqlite").symlink_to(tmp_path / "daten" / "bot.sqlite")
    with running(tmp_path / "daten" / "bot.sqlite"):
        assert is_running(tmp_path / "bot.sqlite")
        with pytest.raises(StoreError, match="läuft schon"), running(tmp_path / "bot.sqlite"):
            pass


def test_a_place_that_cannot_be_locked_is_told(tmp_path: Path) -> None:
    """One line that names the lock file."""
    (tmp_path / "datei").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="Sperrdatei"), running(tmp_path / "datei" / "bot.sqlite"):
        pass


def test_the_verbs_work_on_a_server(
    postgres: Server, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status before and after, upgrade, prune; a backup is the server's own business."""
    monkeypatch.setenv("DATABASE_URL", postgres.blank())
    wiring = Wiring(clock, understanding_of({}))
    assert main(["db", "status"], wiring=wiring) == 1
    assert "keine Tabellen" in capsys.readouterr().out
    assert main(["privacy", "prune"], wiring=wiring) == 1
    assert "db upgrade" in capsys.readouterr().err
    for verb in (["db", "upgrade"], ["db", "status"], ["privacy", "prune"]):
        assert main(verb, wiring=wiring) == 0
    assert "auf dem neuesten Stand" in capsys.readouterr().out
    assert main(["db", "backup", "x.sqlite"], wiring=wiring) == 1
    assert "pg_dump" in capsys.readouterr().err


def test_a_leader_that_is_gone_is_no_obstacle(url: str) -> None:
    """Letting go of a lost connection raises nothing."""
    lock = LeaderLock(url, Role.SEND)
    assert lock.take()
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'faq-bot send'"
        )
    lock.release()
    assert not lock.is_held()
