"""Long jobs in the database: at most one of each kind runs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.jobs import BROKEN_OFF, STALE, Job, JobKind, JobState, RunningError
from bot.store.addresses import new_key
from bot.store.database import Database
from bot.store.review_tables import job as jobs

_KEPT = 20
"""Ended jobs of a kind that are remembered."""


class SqlJobs:
    """All long jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, kind: JobKind, subject: str, now: datetime) -> Job:
        """Note a new job; raise RunningError while one of its kind runs. One that is silent for long has failed."""
        fresh = Job(new_key(), kind, subject, JobState.RUNNING, 0, 0, None, now, now, None)

        def work(connection: Connection) -> None:
            _give_up_silent(connection, now)
            _forget_old(connection, kind)
            connection.execute(sa.insert(jobs).values(**fresh.__dict__))

        try:
            self._database.write(work)
        except IntegrityError as error:
            raise RunningError(f"«{kind}» läuft schon.") from error
        return fresh

    def beat(self, key: str, now: datetime, progress: tuple[int, int] | None = None) -> None:
        """Note that a job is alive, and how far it is."""
        values = {"seen_at": now, **(dict(zip(("done", "total"), progress, strict=True)) if progress else {})}
        self._change(key, values)

    def end(self, key: str, now: datetime, error: str | None = None) -> None:
        """Note that a job has ended."""
        state = JobState.FAILED if error else JobState.DONE
        self._change(key, {"state": state, "error": error, "seen_at": now, "ended_at": now})

    def of_key(self, key: str) -> Job | None:
        """Return a job."""
        query = sa.select(jobs).where(jobs.c.key == key)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return _job(row) if row else None

    def latest(self, kind: JobKind, now: datetime, subject: str | None = None) -> Job | None:
        """Return the last job of a kind; one that is silent for long is told as failed."""
        query = sa.select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.started_at.desc()).limit(1)
        if subject is not None:
            query = query.where(jobs.c.subject == subject)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        if row is not None and row.state == JobState.RUNNING and row.seen_at < now - STALE:
            self._database.write(lambda connection: _give_up_silent(connection, now))
            return self.of_key(row.key)
        return _job(row) if row else None

    def _change(self, key: str, values: dict[str, Any]) -> None:
        """Change a job that still runs; one that was given up stays so."""
        mine = (jobs.c.key == key) & (jobs.c.state == JobState.RUNNING)
        self._database.write(lambda connection: connection.execute(sa.update(jobs).where(mine).values(**values)))


def _give_up_silent(connection: Connection, now: datetime) -> None:
    """Note of jobs that were silent for long that their process must have died."""
    silent = (jobs.c.state == JobState.RUNNING) & (jobs.c.seen_at < now - STALE)
    values = {"state": JobState.FAILED, "error": BROKEN_OFF, "ended_at": now}
    connection.execute(sa.update(jobs).where(silent).values(**values))


def _forget_old(connection: Connection, kind: JobKind) -> None:
    """Keep the latest jobs of a kind alone."""
    same = sa.select(jobs.c.key).where(jobs.c.kind == kind).order_by(jobs.c.started_at.desc())
    kept = connection.scalars(same.limit(_KEPT)).all()
    connection.execute(sa.delete(jobs).where(jobs.c.kind == kind, jobs.c.key.not_in(kept)))


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    return Job(**{**values, "kind": JobKind(row.kind), "state": JobState(row.state)})
