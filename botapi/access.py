"""What the bot may reach: chats, topics, rights and the rate limits."""

from botapi import errors
from botapi.errors import bad, refused, too_many
from botapi.params import Params, decoded, flag, number, text
from botapi.values import Chat, Member, Message, Topic
from botapi.world import BOT_ID, World


def chat_of(world: World, params: Params, name: str = "chat_id") -> Chat:
    """Return the chat that a call names; raises 400 for an unknown or a migrated one."""
    given = text(params, name)
    if not given:
        raise bad(errors.NO_CHAT_ID)
    chat = world.chats.get(number(params, name))
    if chat is None:
        raise bad(errors.NO_CHAT)
    if chat.migrated_to is not None:
        raise refused(400, errors.MIGRATED, migrate_to_chat_id=chat.migrated_to)
    if not chat.private and not bot_in(chat).inside:
        raise refused(403, errors.KICKED)
    return chat


def writable(world: World, params: Params) -> Chat:
    """Return the chat that a call names; raises 403 where the bot may not write."""
    chat = chat_of(world, params)
    if chat.private and not bot_in(chat).inside:
        raise refused(403, errors.BLOCKED)
    if not chat.started:
        raise refused(403, errors.NOT_STARTED)
    return chat


def bot_in(chat: Chat) -> Member:
    """Return what the bot is in a chat."""
    return chat.members.get(BOT_ID, Member("left"))


def require(chat: Chat, right: str, complaint: str = errors.NO_RIGHT) -> None:
    """Refuse what needs a right that the bot lacks; in a private chat it needs none."""
    if not chat.private and not bot_in(chat).may(right):
        raise bad(complaint)


def charge(world: World, chat: Chat, cost: int = 1) -> None:
    """Count writes to a chat; raises 429."""
    wait = world.budget.charge(chat.id, cost, world.clock.now())
    if wait:
        raise too_many(wait)


def message_of(chat: Chat, params: Params, complaint: str) -> Message:
    """Return the message that a call names."""
    message = chat.messages.get(number(params, "message_id"))
    if message is None:
        raise bad(complaint)
    return message


def place_of(chat: Chat, params: Params) -> tuple[int | None, int | None]:
    """Return the topic a message goes to and the message it replies to."""
    replied = _replied(chat, params)
    thread = number(params, "message_thread_id") or None
    if thread is None:
        thread = replied.thread_id if replied else None
    elif replied and replied.thread_id != thread:
        raise bad(errors.NO_REPLY)
    if thread is not None:
        _check_topic(chat, thread)
    return thread, replied.id if replied else None


def _check_topic(chat: Chat, thread: int) -> None:
    """Refuse a topic that the bot cannot write to; General has no id."""
    topic = chat.topics.get(thread)
    if topic is None or topic.deleted or not chat.is_forum:
        raise bad(errors.NO_THREAD)
    if topic.closed and not bot_in(chat).may("can_manage_topics"):
        raise bad(errors.TOPIC_CLOSED)


def _replied(chat: Chat, params: Params) -> Message | None:
    """Return the message that is replied to; a missing one may be allowed."""
    asked = decoded(params, "reply_parameters") or {}
    wanted = int(asked.get("message_id", 0)) or number(params, "reply_to_message_id")
    if not wanted:
        return None
    elsewhere = int(asked.get("chat_id", chat.id)) != chat.id
    found = None if elsewhere else chat.messages.get(wanted)
    optional = flag(asked or params, "allow_sending_without_reply") and not elsewhere
    if found is None and not optional:
        raise bad(errors.NO_REPLY)
    return found


def topic_of(chat: Chat, params: Params) -> Topic:
    """Return the topic that a call of the forum names."""
    if not chat.is_forum:
        raise bad(errors.NO_FORUM)
    topic = chat.topics.get(number(params, "message_thread_id"))
    if topic is None:
        raise bad(errors.TOPIC_ID_INVALID)
    if topic.deleted:
        raise bad(errors.TOPIC_DELETED)
    return topic
