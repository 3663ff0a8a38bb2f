"""Calls that make messages: send, copy, forward."""

from dataclasses import dataclass, field
from itertools import pairwise

from botapi import errors
from botapi.access import charge, chat_of, message_of, place_of, writable
from botapi.entities import Entity, parse_html, trimmed, utf16
from botapi.errors import bad
from botapi.markup import inline_keyboard
from botapi.params import Params, decoded, text
from botapi.values import Chat, Json, Message
from botapi.world import BOT_ID, World

MAX_TEXT = 4096
MAX_CAPTION = 1024
"""UTF-16 units after the tags are gone."""
MAX_COPIES = 100


@dataclass(frozen=True)
class Draft:
    """A message before it stands in a chat."""

    content: Json
    markup: Json | None = None
    extra: Json = field(default_factory=dict)


def send_message(world: World, params: Params) -> Json:
    """Send a text."""
    content = checked_text(params, errors.TOO_LONG)
    extra = {"link_preview_options": preview} if (preview := decoded(params, "link_preview_options")) else {}
    chat = writable(world, params)
    message = deliver(world, chat, params, [Draft(content, inline_keyboard(params), extra)])[0]
    return world.message_json(chat, message)


def copy_message(world: World, params: Params) -> Json:
    """Copy a message without a hint at its author; return the copy's id."""
    source = chat_of(world, params, "from_chat_id")
    original = message_of(source, params, errors.NO_COPY)
    content = _copied(original, params)
    draft = Draft(content, inline_keyboard(params))
    return {"message_id": deliver(world, writable(world, params), params, [draft])[0].id}


def copy_messages(world: World, params: Params) -> list[Json]:
    """Copy up to 100 messages in order; what cannot be copied is skipped, albums stay albums."""
    originals = _several(world, params, errors.NO_COPY)
    drafts = [Draft(_copied(message, {}), extra=_album(world, message)) for message in originals]
    copies = deliver(world, writable(world, params), params, drafts)
    return [{"message_id": message.id} for message in copies]


def forward_message(world: World, params: Params) -> Json:
    """Forward a message: its author is named."""
    source = chat_of(world, params, "from_chat_id")
    original = message_of(source, params, errors.NO_FORWARD)
    if original.service:
        raise bad(errors.CANNOT_FORWARD)
    chat = writable(world, params)
    return world.message_json(chat, deliver(world, chat, params, [_forwarded(world, original)])[0])


def forward_messages(world: World, params: Params) -> list[Json]:
    """Forward up to 100 messages in order."""
    drafts = [_forwarded(world, original) for original in _several(world, params, errors.NO_FORWARD)]
    sent = deliver(world, writable(world, params), params, drafts)
    return [{"message_id": message.id} for message in sent]


def deliver(world: World, chat: Chat, params: Params, drafts: list[Draft]) -> list[Message]:
    """Put the bot's messages into a chat; they cost as many writes as they are."""
    thread, replied = place_of(chat, params)
    charge(world, chat, len(drafts))
    return [_post(world, chat, draft, thread, replied) for draft in drafts]


def _post(world: World, chat: Chat, draft: Draft, thread: int | None, replied: int | None) -> Message:
    """Put one message into a chat."""
    message = world.new_message(chat, BOT_ID, draft.content, thread)
    message.reply_to, message.markup, message.extra = replied, draft.markup, draft.extra
    return world.post(chat, message)


def checked_text(params: Params, too_long: str) -> Json:
    """Return text and entities of a message."""
    content = formatted(params, "text", "entities")
    if not content["text"]:
        raise bad(errors.NO_TEXT)
    if utf16(content["text"]) > MAX_TEXT:
        raise bad(too_long)
    return content


def checked_caption(params: Params) -> Json:
    """Return caption and entities of a message with media; an empty caption is none."""
    content = formatted(params, "caption", "caption_entities")
    if utf16(content["caption"]) > MAX_CAPTION:
        raise bad(errors.CAPTION_TOO_LONG)
    return content if content["caption"] else {}


def formatted(params: Params, name: str, entities_name: str) -> Json:
    """Return a text and its entities under the names that a message has for them."""
    plain, entities = trimmed(*_parsed(params, name, entities_name))
    return {name: plain, **({entities_name: entities} if entities else {})}


def _parsed(params: Params, name: str, entities_name: str) -> tuple[str, list[Entity]]:
    """Read HTML, or plain text with the entities that came along."""
    raw, mode = text(params, name) or "", (text(params, "parse_mode") or "").lower()
    if mode == "html":
        return parse_html(raw)
    if mode:
        raise bad(errors.BAD_PARSE_MODE)
    return raw, decoded(params, entities_name) or []


def _copied(original: Message, params: Params) -> Json:
    """Return the content of a copy; media may get another caption."""
    if original.service:
        raise bad(errors.CANNOT_COPY)
    if text(params, "caption") is None or "text" in original.content:
        return dict(original.content)
    return {**without_caption(original.content), **checked_caption(params)}


def without_caption(content: Json) -> Json:
    """Return media alone."""
    return {key: value for key, value in content.items() if key not in ("caption", "caption_entities")}


def _several(world: World, params: Params, complaint: str) -> list[Message]:
    """Return the messages that a call names, without those that cannot be passed on."""
    source = chat_of(world, params, "from_chat_id")
    ids = [int(one) for one in decoded(params, "message_ids") or []]
    if len(ids) > MAX_COPIES or any(after <= before for before, after in pairwise(ids)):
        raise bad(errors.BAD_ORDER)
    found = [source.messages[one] for one in ids if one in source.messages and not source.messages[one].service]
    if not found:
        raise bad(complaint)
    return found


def _album(world: World, original: Message) -> Json:
    """Return the album of a copy: another one than the original's, the same for all its parts."""
    group = original.extra.get("media_group_id")
    return {"media_group_id": f"{group}{world.clock.now():.0f}"} if group else {}


def _forwarded(world: World, original: Message) -> Draft:
    """Return a message that says where it comes from."""
    origin = {"type": "user", "sender_user": world.users[original.sender].json(), "date": original.date}
    return Draft(dict(original.content), extra={"forward_origin": original.extra.get("forward_origin", origin)})
