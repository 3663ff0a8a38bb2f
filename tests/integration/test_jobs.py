"""Long jobs: one of each kind, in processes of their own, and what becomes of them in a crash."""

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.errors import BotError
from bot.jobs import (
    BROKEN_OFF,
    STALE,
    Job,
    JobKind,
    Jobs,
    JobState,
    LaunchError,
    Processes,
    RunningError,
    start,
    working,
)
from bot.regrouping import LONGEST_PAUSE, PAUSE, Regrouping
from bot.store.database import Database
from bot.store.jobs import SqlJobs
from tests.fakes import NOW, FakeClock, FakeLauncher
from tests.review_log import asked, log, numbers

SECOND = timedelta(seconds=1)


@pytest.fixture
def jobs(store: Database) -> SqlJobs:
    """Return the jobs."""
    return SqlJobs(store)


def found(jobs: Jobs, job: Job) -> Job:
    """Return a job as it stands now."""
    now = jobs.of_key(job.key)
    assert now
    return now


def test_one_job_of_a_kind_runs(jobs: SqlJobs) -> None:
    """Another kind may run beside it; when it has ended the next one may begin."""
    first = jobs.begin(JobKind.CLUSTER, "", NOW)
    with pytest.raises(RunningError, match="«cluster» läuft schon"):
        jobs.begin(JobKind.CLUSTER, "", NOW + SECOND)
    jobs.begin(JobKind.GATE, "hash", NOW)
    jobs.end(first.key, NOW + SECOND)
    assert found(jobs, first).state is JobState.DONE
    jobs.begin(JobKind.CLUSTER, "", NOW + SECOND)


def test_a_silent_job_has_failed(jobs: SqlJobs) -> None:
    """Its process must have died; what it says later changes nothing any more."""
    job = jobs.begin(JobKind.CLUSTER, "", NOW)
    jobs.beat(job.key, NOW + 30 * SECOND, (1, 4))
    late = NOW + 30 * SECOND + STALE
    latest = jobs.latest(JobKind.CLUSTER, late)
    assert latest
    assert (latest.state, latest.percent) == (JobState.RUNNING, 25)
    latest = jobs.latest(JobKind.CLUSTER, late + SECOND)
    assert latest
    assert (latest.state, latest.error) == (JobState.FAILED, BROKEN_OFF)
    jobs.end(job.key, late + SECOND)
    assert found(jobs, job).state is JobState.FAILED


def test_a_silent_job_does_not_hold_up_the_next(jobs: SqlJobs) -> None:
    """Also where nobody has looked at it."""
    job = jobs.begin(JobKind.CLUSTER, "", NOW)
    jobs.begin(JobKind.CLUSTER, "", NOW + STALE + SECOND)
    assert found(jobs, job).error == BROKEN_OFF


def test_the_latest_job_of_a_subject(jobs: SqlJobs) -> None:
    """Only so many are remembered."""
    for number in range(30):
        job = jobs.begin(JobKind.GATE, f"draft {number}", NOW + number * SECOND)
        jobs.end(job.key, NOW + number * SECOND, "kaputt" if number == 28 else None)
    told = jobs.latest(JobKind.GATE, NOW, "draft 28")
    assert told
    assert (told.state, told.error) == (JobState.FAILED, "kaputt")
    assert jobs.latest(JobKind.GATE, NOW, "draft 1") is None
    assert jobs.latest(JobKind.CLUSTER, NOW) is None


def test_work_tells_how_it_ended(jobs: SqlJobs, clock: FakeClock) -> None:
    """Well, with a trouble of the operator's, or unexpectedly."""
    with working(jobs, clock, JobKind.GATE, "a") as work:
        work.progress(1, 2)
        work.progress(1, 2)
    assert (found(jobs, work.job).state, found(jobs, work.job).percent) == (JobState.DONE, 50)
    with pytest.raises(BotError), working(jobs, clock, JobKind.GATE, "b") as work:
        raise BotError("Platte voll")
    assert found(jobs, work.job).error == "Platte voll"
    with pytest.raises(KeyError), working(jobs, clock, JobKind.GATE, "c") as work:
        raise KeyError
    assert "KeyError" in str(found(jobs, work.job).error)


# ------------------------------------------------------------------ processes


def test_the_verb_runs_as_a_process(database: Database) -> None:
    """It groups what is in the log, and tells that it is done."""
    launcher = Processes(environment={**os.environ, "DATABASE_URL": f"sqlite:///{database.path}"})
    log(database, asked("Was kostet ein Hund?"))
    jobs = SqlJobs(database)
    ended = waited(jobs, start(jobs, launcher, JobKind.CLUSTER, "", SystemClock().now()))
    assert (ended.state, ended.error) == (JobState.DONE, None)
    assert numbers(database) == {"Was kostet ein Hund?": 1}
    launcher.close()


def test_a_process_that_is_told_to_end_says_so(database: Database, tmp_path: Path) -> None:
    """At the end of the bot its children go, and their jobs with them."""
    program = tmp_path / "slow.py"
    program.write_text(SLOW.format(root=str(Path(__file__).parents[2]), path=str(database.path)), encoding="utf-8")
    launcher, jobs = Processes(program), SqlJobs(database)
    job = start(jobs, launcher, JobKind.CLUSTER, "", NOW)
    while found(jobs, job).done == 0:
        time.sleep(0.02)
    launcher.close()
    assert (found(jobs, job).state, found(jobs, job).error) == (JobState.FAILED, BROKEN_OFF)


SLOW = """
import sys, time
sys.path.insert(0, "{root}")
from pathlib import Path
from bot.clock import SystemClock
from bot.jobs import JobKind, working
from bot.store.database import Database
from bot.store.jobs import SqlJobs

with working(SqlJobs(Database.at(Path("{path}"))), SystemClock(), JobKind.CLUSTER, "", sys.argv[3]) as work:
    work.progress(1, 100)
    time.sleep(60)
"""


def waited(jobs: Jobs, job: Job) -> Job:
    """Return a job when its process has ended."""
    end = time.monotonic() + 60
    while found(jobs, job).state is JobState.RUNNING and time.monotonic() < end:
        time.sleep(0.05)
    return found(jobs, job)


def test_a_process_that_cannot_be_started_is_told(jobs: SqlJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job has failed, and the next one may begin."""
    monkeypatch.setattr(sys, "executable", "/nirgends/python")
    with pytest.raises(LaunchError, match="lässt sich nicht starten"):
        start(jobs, Processes(), JobKind.CLUSTER, "", NOW)
    jobs.begin(JobKind.CLUSTER, "", NOW)


# ------------------------------------------------------------------ when


class Arrivals:
    """Says whether something came."""

    due = True

    def is_due(self) -> bool:
        """Say it."""
        return self.due


def test_grouping_begins_when_something_came_and_every_hour(jobs: SqlJobs, clock: FakeClock) -> None:
    """Not twice at once, and with a pause between."""
    launcher, arrivals = FakeLauncher(), Arrivals()
    regrouping = Regrouping(arrivals, jobs, launcher, clock)

    def started(*, after: timedelta = timedelta()) -> int:
        clock.moment += after
        regrouping.look()
        return len(launcher.started)

    arrivals.due = False
    assert started() == 0
    arrivals.due = True
    assert started() == 1
    assert started(after=STALE) == 1, "it runs"
    jobs.end(launcher.started[0].key, clock.now())
    assert started() == 1, "it ran just now"
    assert started(after=PAUSE) == 2
    jobs.end(launcher.started[1].key, clock.now())
    arrivals.due = False
    assert started(after=LONGEST_PAUSE - SECOND) == 2
    assert started(after=SECOND) == 3


def test_a_process_that_died_is_followed_by_another(jobs: SqlJobs, clock: FakeClock) -> None:
    """Nobody has to clear up."""
    launcher = FakeLauncher()
    regrouping = Regrouping(Arrivals(), jobs, launcher, clock)
    regrouping.look()
    clock.moment += max(PAUSE, STALE + SECOND)
    regrouping.look()
    assert len(launcher.started) == 2
    assert found(jobs, launcher.started[0]).error == BROKEN_OFF


def test_the_children_are_no_zombies(database: Database) -> None:
    """A child that ended is forgotten when the next one starts; one that is killed is seen as dead."""
    launcher = Processes(Path("-c"))
    launcher.launch(SqlJobs(database).begin(JobKind.GATE, "", NOW))
    child = launcher._children[0]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    launcher.launch(SqlJobs(database).begin(JobKind.CLUSTER, "", NOW))
    assert child not in launcher._children
    launcher.close()
