"""Raw updates into what happened: the only module that reads Telegram's JSON."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatID

from bot.channels.safe import neutral
from bot.events import ChoicePicked, CommandGiven, Event, MediaSent, TextSaid, event_from_text

LONGEST_TEXT = 8192
"""Characters that are read; Telegram allows 4096."""

Rows = tuple[tuple[Mapping[str, Any], ...], ...]
"""An inline keyboard as JSON values."""

_MEDIA = {
    "photo": "picture",
    "video": "picture",
    "animation": "picture",
    "voice": "voice",
    "audio": "voice",
    "video_note": "voice",
    "sticker": "sticker",
    "dice": "sticker",
    "venue": "place",
    "location": "place",
    "contact": "contact",
    "document": "file",
    "poll": "other",
    "story": "other",
    "game": "other",
    "invoice": "other",
    "paid_media": "other",
    "checklist": "other",
}
"""Which text answers which kind; what is not here is no message of a person: joined, pinned, renamed …"""

_LINKED = ("mensch", "auskunft", "loeschen")
"""Commands that a link into the private chat gives: t.me/bot?start=mensch."""

_MASKS = (ChatID.ANONYMOUS_ADMIN, ChatID.FAKE_CHANNEL)
"""Accounts that look like bots, behind which people write in groups."""

BROKEN = (ValueError, KeyError, TypeError, AttributeError)
"""What reading an update may raise that is not as Telegram makes them."""

_ALIASES = {"löschen": "loeschen"}


@dataclass(frozen=True)
class Me:
    """Who the bot is on Telegram."""

    id: int
    username: str


@dataclass(frozen=True)
class Incoming:
    """What happened in a chat."""

    event: Event
    message: int
    """Id of the citizen's message, or of the bot's whose button was pressed."""
    at: datetime | None = None
    """When it was written; unknown of a button."""
    edited_at: datetime | None = None
    group: bool = False
    thread: int | None = None
    """The topic of a forum."""
    attached: bool = False
    """The text stood below a picture or a file."""
    pressed: bool = False
    """A button of a message that `message` names."""
    buttons: Rows | None = None
    """Of that message; None when it cannot be changed any more."""
    shown: str = ""
    """Its text …"""
    entities: tuple[Mapping[str, Any], ...] = ()
    """… and what is bold or a link in it, as JSON values."""


def translate(raw: bytes, me: Me) -> Incoming | None:
    """Return what an update tells, None when it is nothing for the bot; a broken one raises."""
    data = json.loads(raw)
    if not isinstance(data, dict):
        raise TypeError("an update is an object")
    update = Update.de_json(data)
    if update.callback_query:
        return _pressed(update.callback_query)
    message = update.message or update.edited_message
    return _written(message, me) if message and _is_from_person(message) else None


def translate_album(raws: Sequence[bytes], me: Me) -> Incoming | None:
    """Return what the parts of an album tell together: the one with a text speaks for all.

    Broken parts are left out; when all are broken, the first raises.
    """
    parts: list[Incoming | None] = []
    errors: list[Exception] = []
    for raw in raws:
        try:
            parts.append(translate(raw, me))
        except BROKEN as error:
            errors.append(error)
    if errors and not parts:
        raise errors[0]
    found = [incoming for incoming in parts if incoming]
    speaking = [incoming for incoming in found if not isinstance(incoming.event, MediaSent)]
    return next(iter((*speaking, *found)), None)


def is_private(raw: bytes) -> bool:
    """Say whether an update that may be broken seems to come from a private chat."""
    try:
        data = json.loads(raw)
        holder = next(value for key, value in data.items() if key != "update_id")
        message = holder.get("message")
        chat = (message if isinstance(message, dict) else holder)["chat"]
        return bool(chat["type"] == "private")
    except (*BROKEN, StopIteration):
        return False


def clean(text: str) -> str:
    """Return a text without what no database and no JSON takes or nobody sees, cut to what is read."""
    seen = (char for char in neutral(text[:LONGEST_TEXT]) if unicodedata.category(char) != "Cf")
    return "".join(seen).strip()


def _is_from_person(message: Message) -> bool:
    """Say whether a person wrote in a private chat or a group; bots, and this one above all, are not answered."""
    author = message.from_user
    if author is None or message.chat.type == "channel":
        return False
    return not author.is_bot or author.id in _MASKS


def _pressed(query: CallbackQuery) -> Incoming | None:
    """Return which choice was picked; one that belongs to a game or to no chat is nothing."""
    message = query.message
    if message is None or not query.data or query.from_user.is_bot:
        return None
    incoming = Incoming(
        ChoicePicked(clean(query.data)), message.message_id, group=_is_group(message.chat.type), pressed=True
    )
    if not (isinstance(message, Message) and message.is_accessible):
        return incoming
    markup = message.reply_markup.to_dict()["inline_keyboard"] if message.reply_markup else ()
    entities = tuple(entity.to_dict() for entity in message.entities)
    known = replace(incoming, thread=_thread(message), buttons=tuple(map(tuple, markup)))
    return replace(known, shown=message.text or "", entities=entities)


def _written(message: Message, me: Me) -> Incoming | None:
    """Return what a message says; in groups only if it is meant for the bot."""
    group = _is_group(message.chat.type)
    event = _in_group(message, me) if group else _in_private(message)
    if event is None or (message.edit_date and isinstance(event, MediaSent)):
        return None  # a shared position is «edited» with every step
    return Incoming(
        event,
        message.message_id,
        at=message.date,
        edited_at=message.edit_date,
        group=group,
        thread=_thread(message),
        attached=message.text is None and isinstance(event, TextSaid),
    )


def _in_private(message: Message) -> Event | None:
    """Return what a citizen does in the private chat."""
    text = clean(message.text or message.caption or "")
    if text:
        return _event(text)
    kind = next((kind for name, kind in _MEDIA.items() if getattr(message, name, None)), None)
    if kind is None and message.text:
        return TextSaid("")
    return MediaSent(kind) if kind else None


def _in_group(message: Message, me: Me) -> Event | None:
    """Return what is meant for the bot: a command, or a text that mentions it; a reply alone may be for others."""
    text = clean(message.text or message.caption or "")
    if text.startswith("/"):
        return _group_command(text, me)
    words = _mention(me).sub(" ", text)
    if words == text:
        return None
    return TextSaid(words.strip()) if words.strip() else CommandGiven("hilfe")


def _group_command(text: str, me: Me) -> Event | None:
    """Return a command, unless it is another bot's."""
    _, _, name = text.split(maxsplit=1)[0].partition("@")
    if name and name.casefold() != me.username.casefold():
        return None
    event = _event(text)
    known = isinstance(event, CommandGiven) and (name or event.name in _GROUP_COMMANDS)
    return event if known else None


_GROUP_COMMANDS = frozenset(
    ("start", "themen", "mensch", "leicht", "hilfe", "help", "datenschutz", "impressum", "auskunft", "loeschen")
)
"""Commands that are taken without the bot's name; others may be for another bot."""


def _event(text: str) -> Event:
    """Return a command or a text; a link into the private chat stands for the command it names."""
    event = event_from_text(text)
    if not isinstance(event, CommandGiven):
        return event
    if event.name == "start" and event.argument in _LINKED:
        return CommandGiven(event.argument)
    return replace(event, name=_ALIASES.get(event.name, event.name))


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])@{re.escape(me.username)}(?!\w)", re.IGNORECASE)


def _is_group(kind: str) -> bool:
    return kind in ("group", "supergroup")


def _thread(message: Message) -> int | None:
    """Return the topic of a forum that a message stands in."""
    return message.message_thread_id if message.is_topic_message else None
