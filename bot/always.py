"""Opening hours where none are set: somebody is always there."""

from datetime import datetime, timedelta

from bot.opening_words import say


class AlwaysOpen:
    """Hours without an end."""

    def is_open(self, now: datetime) -> bool:  # noqa: ARG002
        """Say yes."""
        return True

    def next_opening(self, now: datetime) -> datetime:
        """Return now."""
        return now

    def due(self, now: datetime, hours: float) -> datetime:
        """Return the moment after so many hours."""
        return now + timedelta(hours=hours)

    def described(self) -> str:
        """Return nothing."""
        return ""

    def spoken(self, moment: datetime, now: datetime) -> str:
        """Return «heute bis 16 Uhr»."""
        return say(moment, now, is_opening=False)
