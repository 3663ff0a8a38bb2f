"""Calls about chats, members, buttons and who the bot is."""

from botapi import errors
from botapi.access import chat_of, writable
from botapi.errors import bad
from botapi.params import Params, flag, number, text
from botapi.updates import CALLBACK_SECONDS
from botapi.values import Chat, Json, Member, User, present
from botapi.world import BOT_ID, World

ACTIONS = (
    "typing",
    "upload_photo",
    "upload_document",
    "upload_voice",
    "choose_sticker",
    "find_location",
    "record_voice",
)


def get_me(world: World, params: Params) -> Json:  # noqa: ARG001 - every method is called alike
    """Return who the bot is and what it may."""
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "has_main_web_app")
    switched = {name: name in world.abilities for name in abilities}
    return {**world.me.json(), "can_connect_to_business": False, **switched}


def get_chat(world: World, params: Params) -> Json:
    """Return all about a chat."""
    chat = chat_of(world, params)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **world.chat_json(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
        **present({"pinned_message": _last_pinned(world, chat)}),
    }


def _last_pinned(world: World, chat: Chat) -> Json | None:
    """Return the message pinned last, if it still stands."""
    shown = [chat.messages[one] for one in chat.pinned if one in chat.messages]
    return world.message_json(chat, shown[-1]) if shown else None


def get_member(world: World, params: Params) -> Json:
    """Return what somebody is in a chat; who never was there has left."""
    chat, user = chat_of(world, params), _user(world, params)
    return chat.members.get(user.id, Member("left")).json(user)


def get_administrators(world: World, params: Params) -> list[Json]:
    """Return a group's administrators, other bots excepted."""
    members = chat_of(world, params).members.items()
    chosen = [(one, member) for one, member in members if member.status in ("creator", "administrator")]
    return [member.json(world.users[one]) for one, member in chosen if one == BOT_ID or not world.users[one].is_bot]


def get_member_count(world: World, params: Params) -> int:
    """Return how many take part."""
    return sum(member.inside for member in chat_of(world, params).members.values())


def leave(world: World, params: Params) -> bool:
    """Leave a group."""
    world.change_member(chat_of(world, params), BOT_ID, Member("left"), by=BOT_ID)
    return True


def send_action(world: World, params: Params) -> bool:
    """Show that the bot is busy; it costs no budget."""
    chat, action = writable(world, params), text(params, "action")
    if action not in ACTIONS:
        raise bad(errors.BAD_ACTION)
    world.actions.append((chat.id, action))
    return True


def answer_query(world: World, params: Params) -> bool:
    """Answer a pressed button, while it waits."""
    query = world.queries.get(text(params, "callback_query_id") or "")
    if query is None or world.clock.now() - query.pressed > CALLBACK_SECONDS:
        raise bad(errors.OLD_QUERY)
    query.answer = present(
        {"text": text(params, "text"), "show_alert": flag(params, "show_alert"), "url": text(params, "url")}
    )
    return True


def _user(world: World, params: Params) -> User:
    """Return the person that a call names."""
    user = world.users.get(number(params, "user_id"))
    if user is None:
        raise bad(errors.NO_USER)
    return user
