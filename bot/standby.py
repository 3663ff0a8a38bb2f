"""The people behind the bot, as far as a citizen is told of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Standby:
    """Whether somebody is there."""

    hours: str = ""
    """Opening hours in words; nothing where somebody is always there."""
    opens: str = ""
    """From when on somebody is there; nothing while somebody is."""
    waiting: int = 0
    """Cases that nobody took yet."""
