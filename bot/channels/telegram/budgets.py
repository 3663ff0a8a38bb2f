"""Telegram's limits on what a bot sends, kept beforehand so that no 429 comes.

A message counts from the start of its call until a window's length after the end of it: Telegram, which counts it
somewhere in between, then never sees more than the window allows, whatever the network does.
"""

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from bot.channels.telegram.options import Limits


@dataclass(frozen=True)
class Window:
    """At most so many messages in so many seconds."""

    count: int
    seconds: float

    @classmethod
    def of_rate(cls, rate: float, seconds: float) -> "Window":
        """Return the window of a rate: 30 in one second stay so, half a message in one is one in two."""
        count = max(1, math.floor(rate))
        return cls(count, count * seconds / rate)


class Meter:
    """What counts against some windows; times are seconds of a clock that never jumps."""

    def __init__(self, *windows: Window) -> None:
        self._windows = windows
        self._longest = max(window.seconds for window in windows)
        self._under_way = 0
        self._ends: deque[float] = deque()

    def begin(self, cost: int = 1) -> None:
        """Count a call that starts, and how many messages it sends."""
        self._under_way += cost

    def end(self, now: float, *, counts: bool = True, cost: int = 1) -> None:
        """Note that a call is over; one that surely never reached Telegram does not count."""
        self._under_way -= cost
        for _ in range(cost if counts else 0):
            self.note(now)

    def note(self, at: float) -> None:
        """Count a message that is over, oldest first."""
        self._ends.append(at)

    def room(self, now: float) -> int:
        """Return how many calls may start."""
        self._forget(now)
        return min(window.count - self._under_way - self._within(window, now) for window in self._windows)

    def wait(self, now: float) -> float:
        """Return the seconds until a call may start, if no other one ends meanwhile; 0 if it may."""
        return max(self._wait(window, now) for window in self._windows)

    def is_idle(self, now: float) -> bool:
        """Say whether nothing counts."""
        self._forget(now)
        return not self._under_way and not self._ends

    def _wait(self, window: Window, now: float) -> float:
        excess = self._under_way + self._within(window, now) - window.count + 1
        within = self._within(window, now)
        if excess <= 0:
            return 0.0
        if excess > within:
            return window.seconds  # those under way hold it; their ends ring the bell
        return self._ends[len(self._ends) - within + excess - 1] + window.seconds - now

    def _within(self, window: Window, now: float) -> int:
        return sum(1 for end in self._ends if end > now - window.seconds)

    def _forget(self, now: float) -> None:
        while self._ends and self._ends[0] <= now - self._longest:
            self._ends.popleft()


class Budgets:
    """The meters of one bot: one over all, and one for each chat that was written to lately."""

    def __init__(self, limits: Limits) -> None:
        self._private = private_windows(limits)
        self._group = (Window.of_rate(limits.group_per_minute, 60),)
        self._overall = Meter(Window.of_rate(limits.overall_per_second, 1))
        self._chats: dict[str, Meter] = {}

    def begin(self, chat: str, chat_id: int, cost: int = 1) -> None:
        """Count a call to a chat that starts."""
        self._overall.begin(cost)
        self._meter(chat, chat_id).begin(cost)

    def end(self, chat: str, now: float, *, counts: bool = True, cost: int = 1) -> None:
        """Note that a call is over."""
        self._overall.end(now, counts=counts, cost=cost)
        self._chats[chat].end(now, counts=counts, cost=cost)

    def restore(self, chat: str, chat_id: int, at: float) -> None:
        """Count a message from before the start, oldest first."""
        self._overall.note(at)
        self._meter(chat, chat_id).note(at)

    def room(self, now: float) -> int:
        """Return how many calls may start, whoever they are for."""
        return max(0, self._overall.room(now))

    def full(self, now: float) -> Collection[str]:
        """Return the chats that no call may start to."""
        self._chats = {chat: meter for chat, meter in self._chats.items() if not meter.is_idle(now)}
        return {chat for chat, meter in self._chats.items() if meter.room(now) <= 0}

    def is_short(self, chat: str, chat_id: int, now: float) -> bool:
        """Say whether so little room is left in a group that what is no word has to go."""
        return chat_id < 0 and self._meter(chat, chat_id).room(now) <= self._group[0].count // 4

    def wait(self, now: float) -> float:
        """Return the seconds until there is room again where there is none now."""
        waits = [self._overall.wait(now), *(meter.wait(now) for meter in self._chats.values())]
        return min((wait for wait in waits if wait > 0), default=math.inf)

    def _meter(self, chat: str, chat_id: int) -> Meter:
        """Return a chat's meter; a group is told by its negative id."""
        if chat not in self._chats:
            self._chats[chat] = Meter(*(self._group if chat_id < 0 else self._private))
        return self._chats[chat]


def private_windows(limits: Limits) -> tuple[Window, Window]:
    """Return a private chat's windows: a burst is allowed, and has to be made up for before the next one.

    With one window alone, bursts of three every three seconds would be six messages in three seconds and a bit.
    """
    burst, rate = max(1, limits.private_burst), limits.private_per_second
    return Window(burst, burst / rate), Window(2 * burst - 1, (2 * burst - 1) / rate)
