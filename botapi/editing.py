"""Calls that change what stands in a chat: edit, delete, react, pin."""

from typing import Any

from botapi import errors
from botapi.access import bot_in, charge, chat_of, message_of, require, writable
from botapi.errors import bad
from botapi.markup import inline_keyboard
from botapi.params import Params, decoded
from botapi.sending import checked_caption, checked_text, without_caption
from botapi.values import Chat, Json, Message
from botapi.world import BOT_ID, World

DELETABLE = 48 * 3600
"""Seconds in which a message can be deleted."""
REPLACEABLE = {"photo", "video", "document", "audio", "animation"}
"""Attachments that can be exchanged."""
EMOJI = frozenset("👍👎❤🔥🥰👏😁🤔🤯😱😢🎉🙏👌🕊🤩💯⚡🏆💔🤨😐👀🤝✍🤗🫡🆒🤷😎😇😭🤓👻🎄")
"""Some of the reactions that Telegram allows."""


def edit_text(world: World, params: Params) -> Json:
    """Replace the text of one of the bot's messages; without a keyboard the old one goes."""
    chat, message = _own_message(world, params)
    if "text" not in message.content:
        raise bad(errors.NO_TEXT_TO_EDIT)
    return _edit(world, chat, message, checked_text(params, errors.EDIT_TOO_LONG), inline_keyboard(params))


def edit_caption(world: World, params: Params) -> Json:
    """Replace the caption of one of the bot's messages."""
    chat, message = _own_message(world, params)
    if "text" in message.content:
        raise bad(errors.NO_CAPTION_TO_EDIT)
    content = {**without_caption(message.content), **checked_caption(params)}
    return _edit(world, chat, message, content, inline_keyboard(params))


def edit_media(world: World, params: Params) -> Json:
    """Replace what is attached to one of the bot's messages, or attach something to a text."""
    chat, message = _own_message(world, params)
    media = decoded(params, "media") or {}
    kind, found = media.get("type"), _attached(world, str(media.get("media")))
    if kind not in REPLACEABLE or found is None or not ({"text", *REPLACEABLE} & message.content.keys()):
        raise bad(errors.CANNOT_EDIT)
    return _edit(world, chat, message, {kind: found, **checked_caption(media)}, inline_keyboard(params))


def _attached(world: World, file_id: str) -> Any:
    """Return what is attached to some message under the id of its file."""
    contents = (message.content for chat in world.chats.values() for message in chat.messages.values())
    for content in contents:
        for kind in REPLACEABLE & content.keys():
            files = content[kind] if isinstance(content[kind], list) else [content[kind]]
            if any(file.get("file_id") == file_id for file in files):
                return content[kind]
    return None


def edit_markup(world: World, params: Params) -> Json:
    """Replace the keyboard of one of the bot's messages."""
    chat, message = _own_message(world, params)
    return _edit(world, chat, message, message.content, inline_keyboard(params))


def _own_message(world: World, params: Params) -> tuple[Chat, Message]:
    """Return the message to edit, if the bot wrote it."""
    chat = writable(world, params)
    message = message_of(chat, params, errors.NO_EDIT)
    if message.sender != BOT_ID or message.service or "forward_origin" in message.extra:
        raise bad(errors.CANNOT_EDIT)
    return chat, message


def _edit(world: World, chat: Chat, message: Message, content: Json, markup: Json | None) -> Json:
    """Change a message; edits and sends share a budget (levlam in tdlib/td#2592)."""
    if (content, markup) == (message.content, message.markup):
        raise bad(errors.NOT_MODIFIED)
    charge(world, chat)
    message.content, message.markup, message.edit_date = content, markup, world.now()
    return world.message_json(chat, message)


def delete_message(world: World, params: Params) -> bool:
    """Delete a message; nobody is told."""
    chat = chat_of(world, params)
    message = message_of(chat, params, errors.NO_DELETE)
    if not _deletable(world, chat, message):
        raise bad(errors.CANNOT_DELETE)
    del chat.messages[message.id]
    return True


def delete_messages(world: World, params: Params) -> bool:
    """Delete what can be deleted of several messages."""
    chat = chat_of(world, params)
    for one in decoded(params, "message_ids") or []:
        message = chat.messages.get(int(one))
        if message and _deletable(world, chat, message):
            del chat.messages[message.id]
    return True


def _deletable(world: World, chat: Chat, message: Message) -> bool:
    """Tell whether the bot may delete a message: for 48 hours, own or with the right to; never a topic's beginning."""
    if world.clock.now() - message.date > DELETABLE or "forum_topic_created" in message.content:
        return False
    return chat.private or message.sender == BOT_ID or bot_in(chat).may("can_delete_messages")


def react(world: World, params: Params) -> bool:
    """Set the bot's reaction to a message; it costs budget in a group like everything else."""
    chat = writable(world, params)
    message = message_of(chat, params, errors.NO_REACTION)
    reactions = decoded(params, "reaction") or []
    if len(reactions) > 1 or any(str(one.get("emoji")).rstrip("\ufe0f") not in EMOJI for one in reactions):
        raise bad(errors.BAD_REACTION)
    charge(world, chat)
    message.reactions = reactions
    return True


def pin(world: World, params: Params) -> bool:
    """Pin a message; a message in the chat says so."""
    chat = writable(world, params)
    require(chat, "can_pin_messages", errors.NO_RIGHT_TO_PIN)
    message = message_of(chat, params, errors.NO_PIN)
    if message.id not in chat.pinned:
        charge(world, chat)
        chat.pinned.append(message.id)
        world.service(chat, BOT_ID, {"pinned_message": world.message_json(chat, message)}, message.thread_id)
    return True


def unpin(world: World, params: Params) -> bool:
    """Unpin a message, without an id the last one."""
    chat = writable(world, params)
    require(chat, "can_pin_messages", errors.NO_RIGHT_TO_PIN)
    wanted = message_of(chat, params, errors.NO_PIN).id if "message_id" in params else None
    chat.pinned = [one for one in chat.pinned if one != (wanted or chat.pinned[-1])]
    return True
