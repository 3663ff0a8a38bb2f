"""Calls on forum topics. Each is a write to the group and costs budget (levlam in tdlib/td#2592)."""

from botapi import errors
from botapi.access import bot_in, charge, require, topic_of, writable
from botapi.errors import bad
from botapi.params import Params, number, text
from botapi.values import Chat, Json, Topic
from botapi.world import BOT_ID, World

MAX_NAME = 128
COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def create(world: World, params: Params) -> Json:
    """Open a topic; a long name is cut."""
    chat = writable(world, params)
    if not chat.is_forum:
        raise bad(errors.NO_FORUM)
    require(chat, "can_manage_topics", errors.NO_RIGHT_TO_CREATE)
    name = _name(params)
    charge(world, chat)
    colour = number(params, "icon_color", COLOURS[0])
    return world.open_topic(chat, BOT_ID, name, colour if colour in COLOURS else COLOURS[0]).json()


def edit(world: World, params: Params) -> bool:
    """Rename a topic."""
    chat, topic = _managed(world, params)
    name = _name(params) if text(params, "name") else topic.name
    if name == topic.name:
        raise bad(errors.TOPIC_NOT_MODIFIED)
    charge(world, chat)
    rename(world, chat, topic, name, BOT_ID)
    return True


def close(world: World, params: Params) -> bool:
    """Close a topic."""
    return _switch(world, params, closed=True)


def reopen(world: World, params: Params) -> bool:
    """Reopen a topic."""
    return _switch(world, params, closed=False)


def delete(world: World, params: Params) -> bool:
    """Delete a topic with its messages; nobody is told."""
    chat, topic = _existing(world, params)
    require(chat, "can_delete_messages")
    charge(world, chat)
    remove(chat, topic)
    return True


def rename(world: World, chat: Chat, topic: Topic, name: str, by: int) -> None:
    """Give a topic another name and say so in it."""
    topic.name = name
    world.service(chat, by, {"forum_topic_edited": {"name": name}}, topic.thread_id)


def switch(world: World, chat: Chat, topic: Topic, by: int, *, closed: bool) -> None:
    """Close or reopen a topic and say so in it."""
    topic.closed = closed
    content: Json = {"forum_topic_closed": {}} if closed else {"forum_topic_reopened": {}}
    world.service(chat, by, content, topic.thread_id)


def remove(chat: Chat, topic: Topic) -> None:
    """Take a topic and its messages out of a chat."""
    topic.deleted = True
    chat.messages = {key: value for key, value in chat.messages.items() if value.thread_id != topic.thread_id}


def _switch(world: World, params: Params, *, closed: bool) -> bool:
    """Close or reopen for a call."""
    chat, topic = _managed(world, params)
    if topic.closed == closed:
        raise bad(errors.TOPIC_NOT_MODIFIED)
    charge(world, chat)
    switch(world, chat, topic, BOT_ID, closed=closed)
    return True


def _managed(world: World, params: Params) -> tuple[Chat, Topic]:
    """Return a topic that the bot may change: any with the right to, else its own."""
    chat, topic = _existing(world, params)
    opening = chat.messages.get(topic.thread_id)
    if not bot_in(chat).may("can_manage_topics") and not (opening and opening.sender == BOT_ID):
        raise bad(errors.NO_RIGHT)
    return chat, topic


def _existing(world: World, params: Params) -> tuple[Chat, Topic]:
    """Return a topic that is there."""
    chat = writable(world, params)
    return chat, topic_of(chat, params)


def _name(params: Params) -> str:
    """Return a topic's name, cut to 128 characters."""
    name = (text(params, "name") or "").strip()[:MAX_NAME]
    if not name:
        raise bad(errors.NO_TITLE)
    return name
