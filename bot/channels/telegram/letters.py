"""One message of the outbox as a call, and what its answer says."""

from typing import Any

from bot.channels.telegram.api import (
    Api,
    BlockedError,
    ChatGoneError,
    EntitiesError,
    NoReplyError,
    NotModifiedError,
    RefusedError,
    TopicGoneError,
)
from bot.delivery import MessageKind, Sending

_PLACED = ("sendMessage", "copyMessage", "copyMessages")
"""Calls that put something into a topic."""
_COPYING = ("copyMessage", "copyMessages")
_ON_TOPICS = ("closeForumTopic", "reopenForumTopic")
"""Calls that need a topic, and are nothing without one."""
_ENDING = ("closeForumTopic", "deleteForumTopic")
"""Calls that have nothing to do where the topic is gone."""


def problem_with(sending: Sending) -> str | None:
    """Return why a message cannot be sent at all; None if it can."""
    if sending.chat_id is None:
        return "chat erased or blocked"
    if _lacks_target(sending) and "otherwise" not in sending.payload:
        return "message to change was never sent"
    if "from" in sending.payload and sending.source_id is None:
        return "chat to copy from is erased"
    if not isinstance(sending.payload.get("method"), str):
        return "payload without method"
    return None


def call_of(sending: Sending) -> tuple[str, dict[str, Any]]:
    """Return method and parameters; the payload knows no chat's id, no topic and not those of earlier messages."""
    method = str(sending.payload["otherwise" if _lacks_target(sending) else "method"])
    params = dict(sending.payload.get("params", {}))
    if sending.target is not None:
        params["message_id"] = sending.target
    return method, _completed(sending, method, params)


def _completed(sending: Sending, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call with where it goes, and where it copies from."""
    params = {**params, "chat_id": sending.chat_id}
    if sending.source_id is not None and method in _COPYING:
        params["from_chat_id"] = sending.source_id
    return {**params, **_place(sending, method, params)}


def _lacks_target(sending: Sending) -> bool:
    """Say whether the message that is to be changed is not known to have arrived."""
    return any(name in sending.payload for name in ("message", "link", "card")) and sending.target is None


def _place(sending: Sending, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return where in the group a message of a case goes; without topics it replies to the card."""
    if sending.topic_of is None or method not in (*_PLACED, *_ON_TOPICS):
        return {}
    if sending.thread is not None:
        return {"message_thread_id": params.get("message_thread_id", sending.thread)}
    if sending.card is None or "reply_parameters" in params or method not in ("sendMessage", "copyMessage"):
        return {}
    return {"reply_parameters": {"message_id": sending.card, "allow_sending_without_reply": True}}


def without_markup(params: dict[str, Any], plain: str) -> dict[str, Any]:
    """Return the parameters with the same words unadorned."""
    field = "caption" if "caption" in params else "text"
    return {**{name: value for name, value in params.items() if name != "parse_mode"}, field: plain}


async def post(api: Api, sending: Sending) -> tuple[int, ...]:
    """Send a message; return Telegram's ids of it. Raises ApiError."""
    method, params = call_of(sending)
    if method in _ON_TOPICS and "message_thread_id" not in params:
        return ()
    try:
        return ids_in(await _posted(api, method, params, sending), sending.kind)
    except NotModifiedError:  # it says so already
        return (sending.target,) if sending.target is not None else ()
    except TopicGoneError:
        if method not in _ENDING:
            raise
        return ()
    except ChatGoneError as error:
        if sending.topic_of is None or sending.source_id is not None:  # of a copy it may be said of its origin
            raise
        raise BlockedError(str(error)) from None
    except RefusedError:
        if "instead" not in sending.payload:
            raise
        return await _post_instead(api, sending)


async def _post_instead(api: Api, sending: Sending) -> tuple[int, ...]:
    """Send what takes the place of a change that Telegram refused."""
    instead = sending.payload["instead"]
    method = str(instead["method"])
    params = _completed(sending, method, instead["params"])
    return ids_in(await _posted(api, method, params, sending), sending.kind)


async def _posted(api: Api, method: str, params: dict[str, Any], sending: Sending) -> object:
    """Send a message, without its mark-up if that cannot be read, and without its reply if there is nothing there."""
    plain = sending.payload.get("plain")
    try:
        return await api.call(method, params)
    except EntitiesError:
        if not isinstance(plain, str):
            raise
    except NoReplyError:
        if "reply_parameters" not in params:
            raise
        del params["reply_parameters"]
        return await api.call(method, params)
    return await api.call(method, without_markup(params, plain))


def ids_in(result: object, kind: MessageKind) -> tuple[int, ...]:
    """Return the ids in an answer: of the message, of several copies, or of the topic."""
    name = "message_thread_id" if kind is MessageKind.TOPIC else "message_id"
    results = result if isinstance(result, list) else [result]
    numbers = [one.get(name) for one in results if isinstance(one, dict)]
    return tuple(number for number in numbers if isinstance(number, int))
