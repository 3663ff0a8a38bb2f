"""Keyboards: what the server accepts and what it refuses."""

from typing import Any

from botapi.errors import BAD_BUTTON, BAD_BUTTON_DATA, BAD_MARKUP, bad
from botapi.params import Params, decoded
from botapi.values import Json

MAX_DATA = 64
"""Bytes of a button's data."""
_ACTIONS = ("url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text")
_FIELDS = ("text", "icon_custom_emoji_id", "style", *_ACTIONS)


def inline_keyboard(params: Params) -> Json | None:
    """Return the checked inline keyboard, None if there is none (an empty one, or another kind of keyboard)."""
    markup = decoded(params, "reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad(BAD_MARKUP)
    rows = [[_checked(button) for button in row] for row in markup.get("inline_keyboard", []) if row]
    return {"inline_keyboard": rows} if rows else None


def _checked(button: Any) -> Json:
    """Return one button."""
    if not isinstance(button, dict):
        raise bad(BAD_BUTTON.format("expected an Object"))
    if not isinstance(button.get("text"), str) or not button["text"]:
        raise bad(BAD_BUTTON.format('Field "text" must be of type String'))
    if not any(action in button for action in _ACTIONS):
        raise bad(BAD_BUTTON.format("Text buttons are unallowed in the inline keyboard"))
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= MAX_DATA:
        raise bad(BAD_BUTTON_DATA)
    return {key: button[key] for key in _FIELDS if key in button}
