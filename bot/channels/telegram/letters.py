"""One message of the outbox as a call, and what its answer says."""

from typing import Any

from bot.channels.telegram.api import Api, EntitiesError, NotModifiedError
from bot.delivery import MessageKind, Sending


def problem_with(sending: Sending) -> str | None:
    """Return why a message cannot be sent at all; None if it can."""
    if sending.chat_id is None:
        return "chat erased or blocked"
    if _lacks_target(sending) and "otherwise" not in sending.payload:
        return "message to change was never sent"
    if not isinstance(sending.payload.get("method"), str):
        return "payload without method"
    return None


def call_of(sending: Sending) -> tuple[str, dict[str, Any]]:
    """Return method and parameters; the payload knows neither the chat's id nor those of earlier messages."""
    params = {**sending.payload.get("params", {}), "chat_id": sending.chat_id}
    if sending.target is not None:
        params["message_id"] = sending.target
    return str(sending.payload["otherwise" if _lacks_target(sending) else "method"]), params


def _lacks_target(sending: Sending) -> bool:
    """Say whether the message that is to be changed is not known to have arrived."""
    return "message" in sending.payload and sending.target is None


def without_markup(params: dict[str, Any], plain: str) -> dict[str, Any]:
    """Return the parameters with the same words unadorned."""
    field = "caption" if "caption" in params else "text"
    return {**{name: value for name, value in params.items() if name != "parse_mode"}, field: plain}


async def post(api: Api, sending: Sending) -> int | None:
    """Send a message; return Telegram's id of it. Raises ApiError."""
    method, params = call_of(sending)
    try:
        return id_in(await _posted(api, method, params, sending), sending.kind)
    except NotModifiedError:  # it says so already
        return sending.target


async def _posted(api: Api, method: str, params: dict[str, Any], sending: Sending) -> object:
    """Send a message, without its mark-up if that cannot be read."""
    plain = sending.payload.get("plain")
    try:
        return await api.call(method, params)
    except EntitiesError:
        if not isinstance(plain, str):
            raise
    return await api.call(method, without_markup(params, plain))


def id_in(result: object, kind: MessageKind) -> int | None:
    """Return the id in an answer: of the message, or of the topic."""
    name = "message_thread_id" if kind is MessageKind.TOPIC else "message_id"
    number = result.get(name) if isinstance(result, dict) else None
    return number if isinstance(number, int) else None
