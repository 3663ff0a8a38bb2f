"""Who belongs to the staff group: Telegram is asked, and believed for a while."""

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.telegram.api import Api, ApiError, RefusedError
from bot.clock import Clock

BELIEVED = timedelta(minutes=5)
"""How long an answer counts."""
STALE = timedelta(hours=1)
"""How long it counts while Telegram cannot be asked."""
_PATIENCE = 30.0

_INSIDE = ("creator", "administrator", "member")


class Members:
    """The members of the staff group, as far as they did something lately."""

    def __init__(self, clock: Clock, group_id: Callable[[], int | None]) -> None:
        self._clock = clock
        self._group_id = group_id
        self._lock = threading.Lock()
        self._known: dict[int, tuple[bool, datetime]] = {}
        self._api: Api | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self, api: Api) -> None:
        """Ask by these calls, in the loop that runs now."""
        self._api, self._loop = api, asyncio.get_running_loop()

    def has(self, person_id: int) -> bool:
        """Say whether a person is a member; raises ApiError when nobody knows. Not to be called in the loop."""
        now = self._clock.now()
        known = self._known.get(person_id)
        if known and now - known[1] < BELIEVED:
            return known[0]
        try:
            found = self._ask(person_id)
        except RefusedError:
            found = False
        except ApiError:
            if known and now - known[1] < STALE:
                return known[0]
            raise
        with self._lock:
            self._known[person_id] = (found, now)
        return found

    def forget(self, person_id: int) -> None:
        """Ask anew: somebody came or left."""
        with self._lock:
            self._known.pop(person_id, None)

    def _ask(self, person_id: int) -> bool:
        group = self._group_id()
        if self._api is None or self._loop is None or group is None:
            return False
        call = self._api.call("getChatMember", {"chat_id": group, "user_id": person_id})
        member = asyncio.run_coroutine_threadsafe(call, self._loop).result(_PATIENCE)
        status = member.get("status") if isinstance(member, dict) else None
        return status in _INSIDE or (status == "restricted" and bool(member.get("is_member")))
