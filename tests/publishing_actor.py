"""A process that publishes, and dies in the middle."""

import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.going_live import GoingLive, Rules
from bot.live import LiveFaq
from bot.publishing import Publishing
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.faq_versions import SqlFaqVersions
from tests.fakes import NOW, FakeClock, FakeUnderstanding
from tests.store_actor import opened

_STEPS = ("open", "os.rename", "os.remove", "os.chmod")
"""What the operating system is asked for on the way of a file."""


def live(database: Database, path: Path) -> LiveFaq:
    """Return the live FAQ of a process on this database and file, loaded."""
    made = LiveFaq(path, SqlFaqVersions(database), FakeClock(), lambda _faq, _day: FakeUnderstanding())
    made.load()
    return made


def going_live(database: Database, *, four_eyes: bool = False) -> GoingLive:
    """Return what may happen to the draft."""
    return GoingLive(Publishing(SqlDrafts(database)), Rules(four_eyes))


def publish_until(place: str, path: str, moment: int) -> None:
    """Publish the draft and mirror it, but die before this statement, commit or step of a file."""
    with closing(opened(place)) as database:
        following = live(database, Path(path))
        service = going_live(database)
        key = service.publishing.draft().key
        _die_before(moment, path)
        service.publish(key, "Petra", NOW, is_sure=True)
        following.look()


def _die_before(moment: int, path: str) -> None:
    """Count statements, commits and steps of the FAQ's file; kill this process at one of them."""
    count = 0

    def tick(*_: Any) -> None:
        nonlocal count
        count += 1
        if count > moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def step(event: str, values: tuple[Any, ...]) -> None:
        if event in _STEPS and Path(path).name in str(values[0]):
            tick()

    sa.event.listen(sa.Engine, "before_cursor_execute", tick)
    sa.event.listen(sa.Engine, "commit", tick)
    sys.addaudithook(step)
