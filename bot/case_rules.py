"""What is settled about cases: by the operator, by the calendar, by Telegram."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

CARD_PAUSE = timedelta(seconds=3)
"""The card is refreshed once for all that happens in so long a time."""
TOPIC_PATIENCE = timedelta(seconds=60)
"""How long a topic of which nothing is known may still turn up."""
REOPENABLE = timedelta(hours=24)
"""How long after its end a case goes on when the citizen writes again."""
FORGET_AGAIN = timedelta(days=1)
"""When to try again to delete a topic whose time is over."""
WITHDRAWABLE = timedelta(hours=48)
"""How long Telegram lets a bot delete a message."""
MOST_A_MINUTE = 20
"""Messages of one citizen that are passed on."""


class Hours(Protocol):
    """When somebody is there."""

    def is_open(self, now: datetime) -> bool:
        """Say whether it is open."""

    def next_opening(self, now: datetime) -> datetime:
        """Return from when on it is open: now, if it is."""

    def due(self, now: datetime, hours: float) -> datetime:
        """Return the moment at which so many business hours have passed."""

    def described(self) -> str:
        """Return the hours in words; nothing where it is always open."""

    def spoken(self, moment: datetime, now: datetime) -> str:
        """Return a moment in words."""


@dataclass(frozen=True)
class Rules:
    """What the operator settled."""

    hours: Hours
    relay_all: bool = False
    """Whoever writes in a topic is passed on, not the clerk of the case alone."""
    reply_within: float | None = None
    """Business hours in which an answer is promised."""
    remind_after: timedelta = timedelta(minutes=30)


@dataclass(frozen=True)
class Author:
    """The clerk who does something."""

    person: str | None
    """Key of the person; None for somebody who writes as the group."""
    name: str


def reminding(rules: Rules, now: datetime) -> datetime:
    """Return when to remind: so long after somebody is there."""
    return rules.hours.next_opening(now) + rules.remind_after
