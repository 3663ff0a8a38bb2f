"""Calls about how the bot presents itself: its menus of commands, its descriptions."""

import re

from botapi import errors
from botapi.errors import bad
from botapi.params import Params, decoded, text
from botapi.values import Json
from botapi.world import World

MAX_COMMANDS = 100
MAX_LENGTHS = {"description": 512, "short_description": 120}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def set_commands(world: World, params: Params) -> bool:
    """Set the menu of commands for a scope and a language."""
    commands = decoded(params, "commands") or []
    if len(commands) > MAX_COMMANDS:
        raise bad(errors.TOO_MANY_COMMANDS)
    if not all(
        _COMMAND.fullmatch(str(one.get("command"))) and 1 <= len(one.get("description", "")) <= 256 for one in commands
    ):
        raise bad(errors.BAD_COMMAND)
    world.commands[_scope(params)] = [{key: one[key] for key in ("command", "description")} for one in commands]
    return True


def get_commands(world: World, params: Params) -> list[Json]:
    """Return the menu of a scope and a language."""
    return world.commands.get(_scope(params), [])


def delete_commands(world: World, params: Params) -> bool:
    """Drop the menu of a scope and a language."""
    world.commands.pop(_scope(params), None)
    return True


def _scope(params: Params) -> tuple[str, str]:
    """Return whom a menu is for."""
    scope = decoded(params, "scope") or {"type": "default"}
    whom = ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
    return whom, text(params, "language_code") or ""


def set_description(world: World, params: Params) -> bool:
    """Set what an empty chat shows."""
    return _describe(world, params, "description")


def get_description(world: World, params: Params) -> Json:
    """Return what an empty chat shows."""
    return _described(world, params, "description")


def set_short_description(world: World, params: Params) -> bool:
    """Set what the bot's page shows."""
    return _describe(world, params, "short_description")


def get_short_description(world: World, params: Params) -> Json:
    """Return what the bot's page shows."""
    return _described(world, params, "short_description")


def _describe(world: World, params: Params, kind: str) -> bool:
    """Keep a description for a language; without a text it goes."""
    wanted = (text(params, kind) or "").strip()
    if len(wanted) > MAX_LENGTHS[kind]:
        raise bad(errors.DESCRIPTION_TOO_LONG)
    world.descriptions[kind, text(params, "language_code") or ""] = wanted
    return True


def _described(world: World, params: Params, kind: str) -> Json:
    """Return the description for a language, or else the one for all."""
    kept = world.descriptions
    return {kind: kept.get((kind, text(params, "language_code") or "")) or kept.get((kind, ""), "")}
