"""Whether the bot can work right now: what is looked at, and what is good enough."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.errors import BotError
from bot.live import Live

LONGEST_SILENCE = timedelta(seconds=60)
"""Since Telegram answered last."""
WEBHOOK_SILENCE = timedelta(seconds=150)
"""Since Telegram confirmed the webhook last, which it is asked every minute."""
LONGEST_WAIT = timedelta(seconds=60)
"""Of an update that nobody has taken yet."""

Checks = dict[str, dict[str, Any]]
"""By name; «ok» and what was found."""


class Vitals(Protocol):
    """What the running bot tells about itself."""

    @property
    def receiving(self) -> bool:
        """Whether this process polls; False on a stand-by and with a webhook, which may be silent all night."""

    @property
    def last_receive(self) -> datetime | None:
        """When Telegram last answered a poll, with updates or without."""

    @property
    def has_webhook(self) -> bool:
        """Whether Telegram calls a webhook."""

    @property
    def webhook_seen(self) -> datetime | None:
        """When Telegram last confirmed that it calls it."""

    @property
    def sending(self) -> bool:
        """Whether this process sends; False on a stand-by."""

    @property
    def last_send_turn(self) -> datetime | None:
        """When the sender last looked around, leading or not."""

    @property
    def pages_only(self) -> bool:
        """Whether this process serves pages alone."""

    @property
    def dead_letters(self) -> int:
        """How many updates were set aside since the start."""

    @property
    def conflicts(self) -> int:
        """How often somebody else polled since the start."""

    @property
    def failed_messages(self) -> int:
        """How many messages were given up since the start."""

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest update came that waits to be worked on; raises StoreError."""

    def database(self) -> None:
        """Use the database; raises StoreError when it does not work."""


class Content(Protocol):
    """The FAQ that is live; bot.live.LiveFaq is one."""

    @property
    def is_loaded(self) -> bool:
        """Say whether questions can be answered."""

    def current(self) -> Live:
        """Return what is live."""

    def problem(self) -> str | None:
        """Say what keeps a newer form from going live."""


def readiness(vitals: Vitals, content: Content, now: datetime) -> Checks:
    """Look at everything; a newer FAQ that cannot go live is told, and the last good one is good enough."""
    database = _database(vitals)
    if vitals.pages_only:
        return {"database": database, **_content(content)}
    return {
        "database": database,
        "receive": _receive(vitals, now),
        "queue": _queue(vitals, now) if database["ok"] else {"ok": False},
        "send": _send(vitals, now),
        **_content(content),
    }


def _database(vitals: Vitals) -> dict[str, Any]:
    try:
        vitals.database()
    except BotError:
        return {"ok": False}
    return {"ok": True}


def _receive(vitals: Vitals, now: datetime) -> dict[str, Any]:
    """Find a poll that Telegram has not answered for long, or a webhook that it has not confirmed."""
    if vitals.has_webhook:
        return {"webhook": True, **_recent(vitals.webhook_seen, now, WEBHOOK_SILENCE)}
    others = {"polling": vitals.receiving, "conflicts": vitals.conflicts}
    if not vitals.receiving:
        return {"ok": True, **others}
    return {**others, **_recent(vitals.last_receive, now, LONGEST_SILENCE)}


def _send(vitals: Vitals, now: datetime) -> dict[str, Any]:
    """Find a sender that stands still."""
    told = {"sending": vitals.sending, "failed": vitals.failed_messages}
    return {**told, **_recent(vitals.last_send_turn, now, LONGEST_SILENCE)}


def _recent(last: datetime | None, now: datetime, longest: timedelta) -> dict[str, Any]:
    """Say how long something is ago, and whether that is well."""
    age = now - last if last else None
    return {"ok": age is not None and age <= longest, "seconds": _seconds(age)}


def _queue(vitals: Vitals, now: datetime) -> dict[str, Any]:
    """Find an update that waits too long."""
    try:
        oldest = vitals.oldest_waiting()
    except BotError:
        return {"ok": False}
    age = now - oldest if oldest else timedelta()
    return {"ok": age <= LONGEST_WAIT, "seconds": _seconds(age), "parked": vitals.dead_letters}


def _content(content: Content) -> Checks:
    """Name FAQ and models."""
    if not content.is_loaded:
        return {"faq": {"ok": False}, "models": {"ok": False}}
    live = content.current()
    return {
        "faq": {"ok": True, "hash": live.hash, "problem": content.problem()},
        "models": {"ok": True, "hash": live.model},
    }


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds(), 1)
