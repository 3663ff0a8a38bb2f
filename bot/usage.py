"""Says in German how a command line is used, and what is wrong with one."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

_F = TypeVar("_F", bound=Callable[..., Any])
_FRAME = (
    (r"^Usage: ", "Aufruf: "),
    (r"\[OPTIONS\]", "[OPTIONEN]"),
    (r"COMMAND \[ARGS\]\.\.\.", "BEFEHL [ANGABEN]..."),
    (r"^Options:$", "Optionen:"),
    (r"^Arguments:$", "Angaben:"),
    (r"^Commands:$", "Befehle:"),
    (r"Show\s+this\s+message\s+and\s+exit\.", "Zeigt diese Hilfe."),
    (r"\[(?:[^][]*;\s*)?required\]", "[nötig]"),
    (r"\[default: ([^];]+)[^]]*\]", r"[sonst \1]"),
    (r" <[a-z []+\]?>", ""),
)
"""What typer writes around the verbs' own German texts; the last are its names of types."""

_MESSAGES = (
    (r"No such command (?P<a>.+)\.", "Den Befehl {a} gibt es nicht."),
    (r"No such option:? (?P<a>\S+)(?: \(Possible options: (?P<b>.+)\))?.*", "Die Option {a} gibt es nicht."),
    (r"Missing command\.", "Der Befehl fehlt."),
    (r"Missing argument '?(?P<a>[^'.]*)'?.*", "Die Angabe {a} fehlt."),
    (r"Missing option (?P<a>'[^']*').*", "Die Option {a} fehlt."),
    (r"Invalid value for (?P<a>'[^']*').*", "Der Wert für {a} ist nicht erlaubt."),
    (r"Option (?P<a>'[^']*') requires an argument\.", "Hinter {a} fehlt der Wert."),
    (r"Option (?P<a>'[^']*') does not take a value\.", "Die Option {a} hat keinen Wert."),
    (r"Got unexpected extra arguments?(?:\(s\))? \((?P<a>.*)\)", "Das ist zu viel: {a}."),
)


class _Verb(TyperCommand):
    def get_help(self, ctx: Any) -> str:
        """Return the help, its frame in German as well."""
        return german_help(super().get_help(ctx))


class _Group(TyperGroup):
    def get_help(self, ctx: Any) -> str:
        """Return the help, its frame in German as well."""
        return german_help(super().get_help(ctx))


class Verbs(typer.Typer):
    """Verbs whose help is German."""

    def __init__(self, **options: Any) -> None:
        super().__init__(cls=_Group, rich_markup_mode=None, **options)

    def command(self, name: str | None = None, **options: Any) -> Callable[[_F], _F]:
        """Make a function a verb."""
        return super().command(name, cls=_Verb, **options)


def german_help(text: str) -> str:
    """Return a help text with its frame in German."""
    for pattern, german in _FRAME:
        text = re.sub(pattern, german, text, flags=re.MULTILINE)
    return text


def usage_message(error: TyperException) -> str:
    """Return one line: what is wrong, what is allowed where that is known, and where help is."""
    parts = [_german(error.format_message()), _allowed(error), "Hilfe: run_bot.py --help"]
    return " ".join(part for part in parts if part)


def _german(message: str) -> str:
    for pattern, german in _MESSAGES:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return german.format(**found.groupdict())
    return "Dieser Aufruf ist nicht erlaubt."


def _allowed(error: TyperException) -> str:
    """Return what the help says about the option that is wrong; an argument's name says it."""
    param = getattr(error, "param", None)
    is_option = getattr(param, "param_type_name", "") == "option"
    return str(getattr(param, "help", None) or "") if is_option else ""
