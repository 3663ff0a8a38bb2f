"""German sentences about the FAQ file; they stand in messages.yaml."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_PATH = Path(__file__).with_name("messages.yaml")
_LONGEST = 80
"""Characters of the file's own words that a sentence quotes."""


@cache
def catalogue() -> dict[str, Any]:
    """Read messages.yaml once."""
    loaded: dict[str, Any] = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
    return loaded


def say(key: str, **values: object) -> str:
    """Fill in a sentence; `key` is its name, or `group.name`."""
    found: Any = catalogue()
    for part in key.split("."):
        found = found[part]
    return fill(found, **values)


def fill(template: str, **values: object) -> str:
    """Fill in a template: texts are cut to what a line can hold, lists joined, dates written as in German."""
    return template.format(**{name: _show(value) for name, value in values.items()})


def _show(value: object) -> object:
    match value:
        case str():
            return _shorten(value)
        case tuple() | list():
            return ", ".join(value)
        case date():
            return f"{value:%d.%m.%Y}"
        case _:
            return value


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
