"""Parameters of a call: all come as text or JSON, whichever way they were sent."""

import json
from collections.abc import Mapping
from typing import Any

from botapi.errors import bad

Params = Mapping[str, Any]


def text(params: Params, name: str) -> str | None:
    """Return a text, None if it is missing."""
    value = params.get(name)
    return None if value is None else str(value)


def number(params: Params, name: str, missing: int = 0) -> int:
    """Return a whole number; nonsense counts as missing, as Telegram reads it."""
    try:
        return int(str(params.get(name, missing)))
    except ValueError:
        return missing


def flag(params: Params, name: str) -> bool:
    """Return a truth value."""
    return str(params.get(name, "")).lower() in ("true", "1", "yes")


def decoded(params: Params, name: str) -> Any:
    """Return a JSON value, None if it is missing or empty."""
    value = params.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None
