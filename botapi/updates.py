"""Updates that wait for the bot: order, confirmation, expiry, allowed kinds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
)
ON_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")
"""Kinds that come only when they are asked for."""
DEFAULT = frozenset(KINDS) - frozenset(ON_REQUEST)
DAY = 86_400
"""Seconds that an update waits."""
CALLBACK_SECONDS = 150
"""Seconds that a pressed button waits (source: telegram-bot-api)."""


@dataclass(frozen=True)
class Update:
    """An update and where it waits."""

    id: int
    kind: str
    payload: dict[str, Any]
    queue: str
    """A webhook delivers one queue strictly in order; buttons have queues of their own."""
    expires: float

    def json(self) -> dict[str, Any]:
        """Return a Telegram Update."""
        return {"update_id": self.id, self.kind: self.payload}


class UpdateQueue:
    """All updates that the bot has not confirmed, oldest first."""

    def __init__(self, first_id: int) -> None:
        self.next_id = first_id
        """A test may set it: after a silent week Telegram goes on at a random id."""
        self.allowed = DEFAULT
        self.asked: list[str] | None = None
        """The list of kinds as the bot gave it."""
        self._waiting: dict[int, Update] = {}
        self._queues: dict[str, dict[int, Update]] = {}
        self._soonest = math.inf
        """When the next update expires."""

    def add(self, kind: str, payload: dict[str, Any], queue: str, expires: float) -> None:
        """Let an update wait, unless the bot does not want its kind."""
        if kind in self.allowed or kind not in KINDS:
            self._keep(Update(self.next_id, kind, payload, queue, expires))
            self.next_id += 1

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Change the wanted kinds; None leaves them, an empty or senseless list means the default."""
        if kinds is None:
            return
        known = [kind for kind in kinds if kind in KINDS]
        self.allowed = frozenset(known) or DEFAULT
        self.asked = known or None

    def waiting(self, now: float) -> list[Update]:
        """Return what has not expired."""
        if now >= self._soonest:
            self._replace([update for update in self._waiting.values() if update.expires > now])
        return list(self._waiting.values())

    def read(self, offset: int, limit: int, now: float) -> list[Update]:
        """Forget what `offset` confirms and return the next updates; a negative offset counts from the end."""
        if offset < 0:
            self._replace(self.waiting(now)[offset:])
        elif offset > 0:
            self._replace([update for update in self.waiting(now) if update.id >= offset])
        return self.waiting(now)[:limit]

    def heads(self, now: float) -> list[Update]:
        """Return the oldest update of each queue."""
        if now >= self._soonest:
            self.waiting(now)
        return [next(iter(queue.values())) for queue in self._queues.values()]

    def forget(self, update_id: int) -> None:
        """Drop a delivered update."""
        update = self._waiting.pop(update_id, None)
        if update:
            queue = self._queues[update.queue]
            del queue[update_id]
            if not queue:
                del self._queues[update.queue]

    def clear(self) -> None:
        """Drop everything."""
        self._replace([])

    def _keep(self, update: Update) -> None:
        """Put an update at the end."""
        self._waiting[update.id] = update
        self._queues.setdefault(update.queue, {})[update.id] = update
        self._soonest = min(self._soonest, update.expires)

    def _replace(self, updates: Sequence[Update]) -> None:
        """Let these wait and no others."""
        self._waiting, self._queues, self._soonest = {}, {}, math.inf
        for update in updates:
            self._keep(update)
