"""Takes out of a text what a terminal would obey instead of show."""

import re
import unicodedata

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]{0,10000}(?:\x07|\x1b\\)|[ -/]*[0-~])?"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)
_REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"


def neutral(text: str) -> str:
    """Return a text without escape sequences, control characters and signs that reorder it."""
    return "".join(filter(_is_shown, _SEQUENCE.sub("", text)))


def _is_shown(char: str) -> bool:
    return char in "\n\t" or (unicodedata.category(char) not in ("Cc", "Cs") and char not in _REORDERING)
