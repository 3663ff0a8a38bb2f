"""getUpdates: waits for updates, confirms by offset, tolerates one poller at a time."""

import asyncio
from collections.abc import Sequence
from typing import Any

from botapi import errors
from botapi.bell import Bell
from botapi.errors import ApiError, refused
from botapi.params import Params, decoded, number
from botapi.updates import Update
from botapi.world import World

MAX_TIMEOUT = 50
MAX_LIMIT = 100


class Poller:
    """The poll that waits, if any."""

    def __init__(self, world: World, bell: Bell) -> None:
        self._world = world
        self._bell = bell
        self._waiting: asyncio.Future[None] | None = None

    async def get_updates(self, params: Params) -> list[dict[str, Any]]:
        """Return updates as soon as there are some; a second poll ends the first one with 409."""
        self._begin(params)
        self.abort(refused(409, errors.OTHER_POLLER))
        return [update.json() for update in await self._poll(params)]

    def abort(self, reason: ApiError) -> None:
        """End the poll that waits."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(reason)

    def _begin(self, params: Params) -> None:
        """Refuse while a webhook is set; remember the wanted kinds."""
        with self._world.lock:
            if self._world.webhook.url:
                raise refused(409, errors.WEBHOOK_ACTIVE)
            self._world.updates.allow(decoded(params, "allowed_updates"))

    async def _poll(self, params: Params) -> Sequence[Update]:
        """Wait for updates until the call's timeout."""
        loop = asyncio.get_running_loop()
        mine = self._waiting = loop.create_future()
        end = loop.time() + min(MAX_TIMEOUT, max(0, number(params, "timeout")))
        try:
            while not (found := self._read(params)) and (left := end - loop.time()) > 0:
                await self._rest(mine, left)
            return found
        finally:
            mine.cancel()

    def _read(self, params: Params) -> Sequence[Update]:
        """Confirm and read."""
        limit = min(MAX_LIMIT, max(1, number(params, "limit", MAX_LIMIT)))
        with self._world.lock:
            return self._world.updates.read(number(params, "offset"), limit, self._world.clock.now())

    async def _rest(self, mine: asyncio.Future[None], seconds: float) -> None:
        """Wait for a ring; raises ApiError when another call ends this poll."""
        ring = asyncio.ensure_future(self._bell.wait(seconds))
        await asyncio.wait({mine, ring}, return_when=asyncio.FIRST_COMPLETED)
        if mine.done():
            ring.cancel()
            mine.result()
