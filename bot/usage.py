"""Says in German what is wrong with a command line."""

import re

from typer.exceptions import TyperException

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
