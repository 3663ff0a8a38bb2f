"""Reads which item of a numbered list a citizen means: «2», «1.», «die erste», «nichts davon»."""

import re
import unicodedata

NOTHING = 0
"""The number that stands for «Nichts davon»."""

_DIGITS = re.compile(
    r"(?:(?:die |das |bitte )?(?:nummer|nr\.?|frage|antwort|punkt|option|thema) ?)?"
    r"\(?(\d{1,2})\)?[.)!]?(?: bitte)?"
)
_WORDS = re.compile(r"(?:bitte )?(?:(?:die|der|das|den|dem) )?(\w+)(?: bitte)?[.!]?")
_ORDINALS = (
    ("erst", "eins"),
    ("zweit", "zwei"),
    ("dritt", "drei"),
    ("viert", "vier"),
    ("fünft", "fünf"),
    ("sechst", "sechs"),
    ("siebt", "sieben"),
    ("acht", "acht"),
    ("neunt", "neun"),
    ("zehnt", "zehn"),
)
_NUMBERS = {word: number for number, words in enumerate(_ORDINALS, start=1) for word in words}
_ENDING = re.compile(r"(?<=t)(?:e|er|es|en|ens)$")
_NOTHING = re.compile(
    r"(?:nein,? )?(?:nichts|keine?s?|keiner|nix) "
    r"(?:davon|dabei|passt(?: davon)?|der beiden|von (?:diesen|denen|allem|beiden|den beiden))[.!]?"
)
_LONGEST = 40


def picked_number(text: str) -> int | None:
    """Return the number that the whole text stands for, None when it is no such text."""
    if len(text) > _LONGEST:
        return None
    plain = " ".join(_keycaps_removed(unicodedata.normalize("NFKC", text)).casefold().split())
    if _NOTHING.fullmatch(plain):
        return NOTHING
    digits = _DIGITS.fullmatch(plain)
    if digits:
        return int(digits[1])
    word = _WORDS.fullmatch(plain)
    return _NUMBERS.get(word[1], _NUMBERS.get(_ENDING.sub("", word[1]))) if word else None


def _keycaps_removed(text: str) -> str:
    """Turn «1️⃣», a digit with two marks behind it, into the digit."""
    return text.replace("\ufe0f", "").replace("\u20e3", "")
