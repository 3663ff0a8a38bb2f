"""How the running bot is: what a page for its operator shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass
class Pulse:
    """Written by the loops of one process, read by its web pages; it has the vitals that bot.vitals looks at."""

    oldest_waiting: Callable[[], datetime | None]
    """When the oldest update came that is not handled yet; asks the store, so call it in a thread."""
    database: Callable[[], None]
    """Uses the database; raises StoreError when it does not work."""
    receiving: bool = False
    """Whether this process polls Telegram now; false on a stand-by process, and where Telegram calls a webhook."""
    last_receive: datetime | None = None
    """When Telegram was last asked, or called, with success; also when there was nothing new."""
    has_webhook: bool = False
    """Whether Telegram calls a webhook instead of being polled."""
    webhook_seen: datetime | None = None
    """When Telegram last confirmed that it calls our webhook."""
    sending: bool = False
    """Whether this process is the one that sends."""
    last_send_turn: datetime | None = None
    """When the sender last saw to what waits, or, on a stand-by process, whether it may lead."""
    dead_letters: int = 0
    """Updates that failed too often, since the start."""
    conflicts: int = 0
    """How often somebody else polled with the same token, since the start."""
    failed_messages: int = 0
    """Messages that Telegram refused, since the start."""
    pages_only: bool = False
    """Whether this process serves pages alone: neither receives nor sends."""
