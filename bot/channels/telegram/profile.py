"""How the bot presents itself on Telegram: the menus of commands, the descriptions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.bell import rest
from bot.channels.telegram.api import Api, ApiError, TokenRefusedError
from bot.channels.telegram.receive import TOKEN_REFUSED, Troubles
from bot.channels.telegram.translate import Me
from bot.errors import TokenError
from bot.texts import Texts

PRIVATE = {"type": "all_private_chats"}
GROUPS = {"type": "all_group_chats"}

_IN_PRIVATE = ("themen", "hilfe", "leicht", "mensch", "datenschutz", "impressum", "auskunft", "loeschen")
_IN_GROUPS = ("themen", "hilfe", "mensch", "datenschutz", "impressum")


@dataclass(frozen=True)
class Call:
    """A call of the Bot API that is made at the start."""

    method: str
    params: dict[str, Any]


log = structlog.get_logger(__name__)


async def introduced(api: Api, calls: Sequence[Call], stop: asyncio.Event) -> Me | None:
    """Ask Telegram who the bot is, and tell it what can be typed; None when told to stop. Raises TokenError."""
    troubles = Troubles("introduction_failed")
    while not stop.is_set():
        try:
            me = await api.call("getMe")
        except TokenRefusedError as error:
            raise TokenError(TOKEN_REFUSED) from error
        except ApiError as error:
            await rest(stop, troubles.happened(error))
        else:
            troubles.over()
            await _present(api, calls)
            return Me(me["id"], me.get("username", ""))
    return None


async def _present(api: Api, calls: Sequence[Call]) -> None:
    """Make the calls; a menu that is out of date does no harm."""
    for call in calls:
        try:
            await api.call(call.method, call.params)
        except ApiError as error:
            log.warning("not_presented", method=call.method, error=type(error).__name__, reason=str(error))


def profile_calls(texts: Texts, staff_group: int | None = None) -> tuple[Call, ...]:
    """Return what tells Telegram who the bot is and what can be typed, in the staff group by clerks."""
    staff = (staff_call(texts, staff_group),) if staff_group is not None else ()
    return (
        *staff,
        Call("setMyCommands", {"scope": PRIVATE, "commands": commands_for(PRIVATE["type"], texts)}),
        Call("setMyCommands", {"scope": GROUPS, "commands": commands_for(GROUPS["type"], texts)}),
        Call("setMyDescription", {"description": texts.bot_description}),
        Call("setMyShortDescription", {"short_description": texts.bot_short_description}),
    )


def staff_call(texts: Texts, group: int) -> Call:
    """Return what sets the clerks' menu of commands."""
    commands = [{"command": name, "description": does} for name, does in texts.staff_commands.items()]
    return Call("setMyCommands", {"scope": {"type": "chat", "chat_id": group}, "commands": commands})


def commands_for(scope: str, texts: Texts) -> list[dict[str, str]]:
    """Return the menu of commands of a scope."""
    names = _IN_PRIVATE if scope == PRIVATE["type"] else _IN_GROUPS
    return [{"command": name, "description": texts.commands[name]} for name in names]
