"""How the bot presents itself on Telegram: the menus of commands, the descriptions."""

from dataclasses import dataclass
from typing import Any

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


def profile_calls(texts: Texts) -> tuple[Call, ...]:
    """Return what tells Telegram who the bot is and what can be typed."""
    return (
        Call("setMyCommands", {"scope": PRIVATE, "commands": commands_for(PRIVATE["type"], texts)}),
        Call("setMyCommands", {"scope": GROUPS, "commands": commands_for(GROUPS["type"], texts)}),
        Call("setMyDescription", {"description": texts.bot_description}),
        Call("setMyShortDescription", {"short_description": texts.bot_short_description}),
    )


def commands_for(scope: str, texts: Texts) -> list[dict[str, str]]:
    """Return the menu of commands of a scope."""
    names = _IN_PRIVATE if scope == PRIVATE["type"] else _IN_GROUPS
    return [{"command": name, "description": texts.commands[name]} for name in names]
