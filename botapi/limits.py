"""Telegram's rate limits, kept by the server: who writes too fast gets a 429."""

import math
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Window:
    """So many writes in so many seconds."""

    count: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What Telegram's FAQ says: one a second in a chat, with bursts; 20 a minute in a group; 30 a second in all."""

    private: Window = Window(5, 5.0)
    group: Window = Window(20, 60.0)
    overall: Window = Window(30, 1.0)


UNLIMITED = Limits(*(Window(1_000_000, 1.0) for _ in range(3)))
"""For tests and benchmarks of something else."""


@dataclass
class Meter:
    """Remembers when writes happened."""

    times: deque[float] = field(default_factory=deque)

    def wait(self, window: Window, cost: int, now: float) -> float:
        """Return the seconds until `cost` writes fit, 0 if they fit now."""
        while self.times and self.times[0] <= now - window.seconds:
            self.times.popleft()
        excess = len(self.times) + min(cost, window.count) - window.count
        return self.times[excess - 1] + window.seconds - now if excess > 0 else 0.0

    def note(self, cost: int, now: float) -> None:
        """Count writes."""
        self.times.extend([now] * cost)


class Budget:
    """The meters of one bot."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._overall = Meter()
        self._chats: dict[int, Meter] = {}

    def charge(self, chat_id: int, cost: int, now: float) -> int:
        """Count writes to a chat; return 0, or the seconds to wait, and then nothing is counted."""
        window = self.limits.private if chat_id > 0 else self.limits.group
        meter = self._chats.setdefault(chat_id, Meter())
        wait = max(meter.wait(window, cost, now), self._overall.wait(self.limits.overall, cost, now))
        if wait > 0:
            return max(1, math.ceil(wait))
        meter.note(cost, now)
        self._overall.note(cost, now)
        return 0
