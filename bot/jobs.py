"""Long work in a process of its own: a verb of the command line, one at a time of each kind, with progress."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol

from bot.clock import Clock
from bot.errors import BotError

BEAT_SECONDS = 5.0
"""How often a job says that it is alive."""
STALE = timedelta(seconds=60)
"""Silence after which a job is taken for dead."""
BROKEN_OFF = "Abgebrochen: Der Prozess endete, bevor er fertig war."
_UNEXPECTED = "Unerwarteter Fehler ({}). Mehr steht im Protokoll."
_MILESTONES = 100
"""How many steps of progress are written at most."""
_NICENESS = 10
_PATIENCE = 1.0
"""Seconds that all children together have to end when they are told to."""
_PROGRAM = Path(__file__).resolve().parents[1] / "run_bot.py"
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Numbers are crunched on one core, so that answers keep theirs."""


class JobKind(StrEnum):
    """What is done; also the verb that does it."""

    CLUSTER = "cluster"
    GATE = "gate"


class JobState(StrEnum):
    """How far a job is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RunningError(BotError):
    """A job of this kind runs already."""


class LaunchError(BotError):
    """The machine does not start the process of a job."""


@dataclass(frozen=True)
class Job:
    """One run of a kind of work."""

    key: str
    kind: JobKind
    subject: str
    """What it is about, such as the hash of a draft."""
    state: JobState
    done: int
    total: int
    """0: not known yet."""
    error: str | None
    started_at: datetime
    seen_at: datetime
    """When it last said that it is alive."""
    ended_at: datetime | None

    @property
    def percent(self) -> int:
        """How much is done."""
        return 100 * self.done // self.total if self.total else 0


class Jobs(Protocol):
    """Keeps jobs; bot.store.jobs.SqlJobs is one."""

    def begin(self, kind: JobKind, subject: str, now: datetime) -> Job:
        """Note a new job; raise RunningError while one of its kind runs. One that is silent for long has failed."""

    def beat(self, key: str, now: datetime, progress: tuple[int, int] | None = None) -> None:
        """Note that a job is alive, and how far it is."""

    def end(self, key: str, now: datetime, error: str | None = None) -> None:
        """Note that a job has ended."""

    def of_key(self, key: str) -> Job | None:
        """Return a job."""

    def latest(self, kind: JobKind, now: datetime, subject: str | None = None) -> Job | None:
        """Return the last job of a kind; one that is silent for long is told as failed."""


class Launcher(Protocol):
    """Starts a job's process; Processes is one."""

    def launch(self, job: Job) -> None:
        """Start the verb of a job's kind."""

    def close(self) -> None:
        """End what still runs."""


def start(jobs: Jobs, launcher: Launcher, kind: JobKind, subject: str, now: datetime) -> Job:
    """Begin a job in a process of its own; raise RunningError while one of its kind runs, or LaunchError."""
    job = jobs.begin(kind, subject, now)
    try:
        launcher.launch(job)
    except OSError as error:
        jobs.end(job.key, now, str(error))
        raise LaunchError(f"Der Prozess «{kind}» lässt sich nicht starten: {error.strerror}.") from error
    return job


class Processes:
    """Starts verbs as child processes of low priority, and ends them with this one."""

    def __init__(self, program: Path = _PROGRAM, environment: Mapping[str, str] | None = None) -> None:
        self._command = (sys.executable, str(program))
        self._environment = environment
        self._children: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def launch(self, job: Job) -> None:
        """Start the verb of a job's kind."""
        environment = {**(os.environ if self._environment is None else self._environment), **_ONE_THREAD}
        command = [*self._command, job.kind, "--job", job.key]
        with self._lock:
            self._children = [child for child in self._children if child.poll() is None]
            self._children.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL))  # noqa: S603 - our own

    def close(self) -> None:
        """End the children that still run; their jobs are noted as broken off."""
        with self._lock:
            for child in self._children:
                child.terminate()
            deadline = time.monotonic() + _PATIENCE
            for child in self._children:
                _end(child, max(0.0, deadline - time.monotonic()))
            self._children.clear()


def _end(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a child has ended; one that does not hear is killed, and its silence tells."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


class Working:
    """What a verb has while it does a job: it tells how far it is."""

    def __init__(self, jobs: Jobs, clock: Clock, job: Job) -> None:
        self.job = job
        self._jobs = jobs
        self._clock = clock
        self._told = 0
        self._stop = threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Tell how far the work is; writes only what makes a difference."""
        step = _MILESTONES * done // max(total, 1)
        if step != self._told:
            self._told = step
            self._jobs.beat(self.job.key, self._clock.now(), (done, total))

    def beat(self) -> None:
        """Say again and again that the process is alive, until the work ends."""
        while not self._stop.wait(BEAT_SECONDS):
            with suppress(BotError):  # the database is busy; the next beat tells as much
                self._jobs.beat(self.job.key, self._clock.now())

    def stop(self) -> None:
        """Stop saying so."""
        self._stop.set()


@contextmanager
def working(jobs: Jobs, clock: Clock, kind: JobKind, subject: str, key: str | None = None) -> Iterator[Working]:
    """Do a job in this process; however the work ends is noted.

    `key` names a job for which this process was started; else one is begun, which raises RunningError.
    """
    job = (jobs.of_key(key) if key else None) or jobs.begin(kind, subject, clock.now())
    work, error = Working(jobs, clock, job), BROKEN_OFF
    if key:
        _give_way()
    alive = threading.Thread(target=work.beat, name="job", daemon=True)
    alive.start()
    try:
        yield work
        error = ""
    except BotError as caught:
        error = str(caught)
        raise
    except Exception as caught:
        error = _UNEXPECTED.format(type(caught).__name__)
        raise
    finally:
        work.stop()
        alive.join()
        jobs.end(job.key, clock.now(), error or None)


def _give_way() -> None:
    """Let other processes go first, and end orderly when told to."""
    os.nice(max(0, _NICENESS - os.nice(0)))
    signal.signal(signal.SIGTERM, _leave)


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End as if the work had failed, so that this is noted."""
    raise SystemExit(1)
