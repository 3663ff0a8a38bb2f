"""Wakes tasks when something happened."""

import asyncio


class Bell:
    """Tasks of one event loop wait for it; `ring` belongs into the same loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake all who wait."""
        for event in self._waiting:
            event.set()

    def heard(self) -> asyncio.Event:
        """Return an event for the next ring; give it back with `forget`."""
        event = asyncio.Event()
        self._waiting.add(event)
        return event

    def forget(self, event: asyncio.Event) -> None:
        """Ring for it no more."""
        self._waiting.discard(event)

    async def wait(self, seconds: float) -> None:
        """Wait for the next ring, at most so long."""
        event = self.heard()
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self.forget(event)
