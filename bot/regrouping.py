"""Lets questions be grouped from time to time: soon after something came, and every hour, for weeks pass."""

from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from bot.clock import Clock
from bot.jobs import JobKind, Jobs, JobState, Launcher, LaunchError, RunningError, start

PAUSE = timedelta(minutes=5)
"""Between two runs, when something came."""
LONGEST_PAUSE = timedelta(hours=1)


class Arrivals(Protocol):
    """Knows whether something is to be grouped; bot.store.grouping.SqlGrouping does."""

    def is_due(self) -> bool:
        """Say whether something came that is in no group yet; cheap."""


class Regrouping:
    """Starts the grouping when it is time; several processes may look at once."""

    def __init__(self, arrivals: Arrivals, jobs: Jobs, launcher: Launcher, clock: Clock) -> None:
        self._arrivals = arrivals
        self._jobs = jobs
        self._launcher = launcher
        self._clock = clock

    def look(self) -> None:
        """Start the grouping if it is time; to be called often."""
        if self._is_time():
            with suppress(RunningError, LaunchError):  # the job tells its own failure
                start(self._jobs, self._launcher, JobKind.CLUSTER, "", self._clock.now())

    def _is_time(self) -> bool:
        last = self._jobs.latest(JobKind.CLUSTER, self._clock.now())
        if last is None:
            return self._arrivals.is_due()
        if last.state is JobState.RUNNING:
            return False
        age = self._clock.now() - last.started_at
        return age >= LONGEST_PAUSE or (age >= PAUSE and self._arrivals.is_due())
