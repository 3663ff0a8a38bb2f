"""What has to be known of a raw update before it is understood; any JSON at all may come."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from telegram import Update

from bot.delivery import Arrival

_UNUSED = ("managed_bot", "guest_message")
WANTED = tuple(str(kind) for kind in Update.ALL_TYPES if kind not in _UNUSED)
"""The kinds asked for at every start. With a short list Telegram left out service messages of topics."""

_ALBUM = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST = 2**63
_YEAR_3000 = 32_503_680_000
_GONE = ("kicked", "left")


def arrival_from(bot_id: int, update: object) -> Arrival | None:
    """Return an update as it is kept; None without a usable number, for then it can be neither kept nor confirmed."""
    number = number_of(update)
    if number is None:
        return None
    raw = json.dumps(update, separators=(",", ":")).encode("ascii")
    return Arrival(bot_id, number, chat_id_of(update), raw, album_of(update), moved_by(update))


def number_of(update: object) -> int | None:
    """Return an update's number, None for one that cannot be used."""
    return _number(_at(update, "update_id"))


def kind_of(update: object) -> str:
    """Return the kind of an update as far as it may be logged: no word of a citizen's."""
    names = update if isinstance(update, dict) else {}
    return next((kind for kind in WANTED if kind in names), "unknown")


def chat_id_of(update: object) -> int:
    """Return the chat of an update; 0 where it belongs to none, or to one that nobody can make out."""
    inside = _content(update)
    for path in (("chat", "id"), ("message", "chat", "id")):
        found = _number(_at(inside, *path))
        if found is not None:
            return found
    return 0


def album_of(update: object) -> str | None:
    """Return the album that a new message is a part of."""
    album = _at(update, "message", "media_group_id")
    return album if isinstance(album, str) and _ALBUM.fullmatch(album) else None


def moved_by(update: object) -> tuple[int, int] | None:
    """Return the old and the new id of a group that became a supergroup; both chats tell of it."""
    here = chat_id_of(update)
    new, old = (_number(_at(update, "message", f"migrate_{way}_chat_id")) for way in ("to", "from"))
    if new is not None:
        return here, new
    return (old, here) if old is not None else None


def query_of(update: object) -> str | None:
    """Return the id of a pressed button's query."""
    query = _at(update, "callback_query", "id")
    return query if isinstance(query, str) and query else None


def blocked_by(update: object) -> bool | None:
    """Say whether the bot was thrown out of a chat, or let in again; None when the update tells neither."""
    status = _at(update, "my_chat_member", "new_chat_member", "status")
    return status in _GONE if isinstance(status, str) else None


def written_at(update: object) -> datetime | None:
    """Return when a citizen wrote a new message in a private chat."""
    at = _number(_at(update, "message", "date"))
    return (
        datetime.fromtimestamp(at, UTC) if at is not None and 0 <= at < _YEAR_3000 and chat_id_of(update) > 0 else None
    )


def text_of(update: object) -> str:
    """Return the text of a new message."""
    text = _at(update, "message", "text")
    return text if isinstance(text, str) else ""


def is_private_text(update: object) -> bool:
    """Say whether a citizen wrote something in a private chat."""
    return isinstance(_at(update, "message", "text"), str) and chat_id_of(update) > 0


def _content(update: object) -> object:
    """Return what an update brings."""
    kind = kind_of(update)
    if kind != "unknown":
        return _at(update, kind)
    values = update.values() if isinstance(update, dict) else ()
    return next((value for value in values if isinstance(value, dict)), None)


def _at(value: Any, *path: str) -> object:
    """Return what stands in nested objects, None where something else stands."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _number(value: object) -> int | None:
    """Return a whole number that the database can hold."""
    fits = isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST
    return value if fits and isinstance(value, int) else None
