"""The server's time: the one module of this room that asks the machine."""

import asyncio
import time


class ServerClock:
    """The machine's clock, moved on by what a test asks for."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return the server's time in seconds since 1970."""
        return time.time() + self._ahead  # noqa: TID251 - this is the clock

    def shift(self, seconds: float) -> None:
        """Move the server's time on; waiting calls notice it at their next look."""
        self._ahead += seconds


async def sleep(seconds: float) -> None:
    """Wait in real time."""
    await asyncio.sleep(seconds)  # noqa: TID251 - this is the clock
