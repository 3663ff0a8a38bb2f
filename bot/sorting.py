"""German sorting after DIN 5007, variant 1: ä as a, ß as ss, signs before digits before letters."""

import re
import unicodedata

_OTHERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_DIGITS = re.compile(r"(\d+)")

Key = tuple[tuple[tuple[int, int, str], ...], str]


def german_key(text: str) -> Key:
    """Return what a German text is sorted by; numbers in it count as numbers, and equal ones go by their letters."""
    plain = _plain(text)
    parts = [part for part in _DIGITS.split(plain) if part]
    return tuple(_part(part) for part in parts), text


def _part(part: str) -> tuple[int, int, str]:
    """Return digits as a number, which stands before letters."""
    return (0, int(part), "") if part.isdecimal() and len(part) < 1000 else (1, 0, part)


def _plain(text: str) -> str:
    """Return the letters without dots and accents; hyphens and further signs count as spaces."""
    apart = unicodedata.normalize("NFD", text.casefold().translate(_OTHERS))
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())
