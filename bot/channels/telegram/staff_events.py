"""What is written and pressed where people answer people, read from raw updates."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from telegram.constants import ChatID

from bot.channels.telegram.translate import Me, clean

Json = Mapping[str, Any]

TEXT = "text"
"""The kind of a message that is nothing but words."""
KINDS = ("photo", "document", "voice", "video", "audio", "animation", "video_note", "sticker", "location", "contact")
"""Kinds of content by the name of their field; an animation comes with a document of the same name."""

NOTE = ("//", "/notiz")
"""What a note for colleagues begins with."""

_NUMBER = re.compile(r"#(\d{1,9})\b")


@dataclass(frozen=True)
class Person:
    """Who did something."""

    id: int
    name: str
    is_bot: bool = False
    is_team: bool = False
    """An administrator who writes as the group."""


@dataclass(frozen=True)
class Written:
    """A message, or an album, of the private chat or of a topic."""

    messages: tuple[int, ...]
    person: Person
    text: str
    kind: str
    """TEXT, one of KINDS, or nothing for anything else."""
    thread: int | None = None
    reply_to: int | None = None
    size: int = 0
    """Bytes of the largest file."""
    is_forwarded: bool = False
    is_edited: bool = False
    is_caption: bool = False
    entities: tuple[Json, ...] = ()
    file: str = ""
    """Telegram's id of what is attached, the largest form of a picture."""
    at: int = 0
    """When it was written first, in seconds."""


@dataclass(frozen=True)
class Pressed:
    """A button was pressed."""

    token: str
    person: Person
    message: int
    thread: int | None = None


@dataclass(frozen=True)
class TopicChanged:
    """A topic was opened, closed or opened again."""

    what: str
    """created, closed, reopened."""
    thread: int
    person: Person
    name: str = ""

    @property
    def case(self) -> int | None:
        """Number of the case in a topic's name."""
        found = _NUMBER.search(self.name)
        return int(found[1]) if found else None


@dataclass(frozen=True)
class Left:
    """Somebody's standing in the group changed."""

    person: int


@dataclass(frozen=True)
class Reacted:
    """Somebody reacted to a message, or took that back."""

    message: int
    emoji: str
    person: Person


@dataclass(frozen=True)
class Moved:
    """The group goes on under another id; whoever writes to the old one is told which."""


StaffEvent = Written | Pressed | TopicChanged | Left | Reacted | Moved


def staff_event(raws: Sequence[bytes], me: Me) -> StaffEvent | None:
    """Return what an update, or an album, tells; None for nothing."""
    updates = [json.loads(raw) for raw in raws]
    first = updates[0]
    if "callback_query" in first:
        return _pressed(first["callback_query"])
    if "chat_member" in first:
        return Left(int(first["chat_member"]["new_chat_member"]["user"]["id"]))
    if "message_reaction" in first:
        return _reacted(first["message_reaction"])
    messages = [update.get("message") or update.get("edited_message") for update in updates]
    found = [message for message in messages if message]
    if not found:
        return None
    if "migrate_to_chat_id" in found[0]:
        return Moved()
    return _topic_changed(found[0]) or written(found, me)


def written(messages: Sequence[Json], me: Me) -> Written | None:
    """Return a message, or the parts of an album as one; None for what no person wrote."""
    first = messages[0]
    person = _person(first)
    kinds = [_kind(message) for message in messages]
    if person is None or person.id == me.id or (person.is_bot and not person.is_team) or _is_service(first):
        return None
    spoken = sorted((message for message in messages if _words(message)), key=_is_no_note)
    speaking = spoken[0] if spoken else first
    thread = _thread(first)
    replied = (first.get("reply_to_message") or {}).get("message_id")
    return Written(
        messages=tuple(sorted(int(message["message_id"]) for message in messages)),
        person=person,
        text=clean(_words(speaking)),
        kind=next((kind for kind in kinds if not kind), kinds[0]),
        thread=thread,
        reply_to=replied if replied != thread else None,
        size=max(_size(message) for message in messages),
        is_forwarded="forward_origin" in first,
        is_edited="edit_date" in first,
        is_caption="caption" in speaking,
        entities=tuple(speaking.get("entities") or speaking.get("caption_entities") or ()),
        file=_file(first),
        at=int(first.get("date") or 0),
    )


def _words(message: Json) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _is_no_note(message: Json) -> bool:
    """Say whether colleagues are not meant alone; one note makes the whole album one."""
    return not _words(message).startswith(NOTE)


def _pressed(query: Json) -> Pressed | None:
    message, person = query.get("message"), _user(query.get("from"))
    if not message or not query.get("data") or person is None or person.is_bot:
        return None
    return Pressed(clean(str(query["data"])), person, int(message["message_id"]), _thread(message))


def _reacted(reaction: Json) -> Reacted | None:
    """Return a reaction; one that is no plain emoji cannot be shown by a bot."""
    person = _user(reaction.get("user")) or _team(reaction)
    emoji = [str(one["emoji"]) for one in reaction["new_reaction"] if one.get("type") == "emoji"]
    if person is None or (reaction["new_reaction"] and not emoji):
        return None
    return Reacted(int(reaction["message_id"]), emoji[-1] if emoji else "", person)


def _topic_changed(message: Json) -> TopicChanged | None:
    for what in ("created", "closed", "reopened"):
        content, thread, person = message.get(f"forum_topic_{what}"), _thread(message), _person(message)
        if content is not None and thread is not None and person is not None:
            return TopicChanged(what, thread, person, str(content.get("name", "")))
    return None


def _person(message: Json) -> Person | None:
    """Return who wrote; an anonymous administrator writes as the group itself."""
    person = _user(message.get("from"))
    sender = message.get("sender_chat")
    if person is None:
        return None
    is_team = person.id == ChatID.ANONYMOUS_ADMIN and sender is not None and sender["id"] == message["chat"]["id"]
    return Person(person.id, person.name, person.is_bot, is_team)


def _team(reaction: Json) -> Person | None:
    """Return the group itself, as which an anonymous administrator reacts."""
    actor = reaction.get("actor_chat") or {}
    is_group = actor.get("id") == reaction["chat"]["id"]
    return Person(ChatID.ANONYMOUS_ADMIN, "", is_bot=True, is_team=True) if is_group else None


def _user(user: Json | None) -> Person | None:
    if not user:
        return None
    return Person(int(user["id"]), clean(str(user.get("first_name", "")))[:64], bool(user.get("is_bot")))


def _thread(message: Json) -> int | None:
    return int(message["message_thread_id"]) if message.get("is_topic_message") else None


def _kind(message: Json) -> str:
    if message.get("text"):
        return TEXT
    if "animation" in message:
        return "animation"
    return next((kind for kind in KINDS if kind in message), "")


def _is_service(message: Json) -> bool:
    """Say whether nobody wrote it: joined, pinned, renamed."""
    return not _kind(message) and not any(name in message for name in _ODD)


_ODD = ("poll", "story", "game", "invoice", "paid_media", "checklist", "dice", "venue")


def _size(message: Json) -> int:
    """Return the bytes of what is attached, the largest form of a picture."""
    return max((int(file.get("file_size") or 0) for file in _files(message)), default=0)


def _file(message: Json) -> str:
    """Return Telegram's id of what is attached; of a picture the last, which is the largest."""
    files = _files(message)
    return str(files[-1].get("file_id") or "") if files else ""


def _files(message: Json) -> list[Json]:
    """Return what is attached, a picture in all its sizes."""
    content = message.get(_kind(message))
    return [file for file in (content if isinstance(content, list) else [content]) if isinstance(file, dict)]
