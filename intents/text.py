"""Normalisation of what people type: Unicode, case, umlaut spellings, emoji, punctuation."""

import re
import unicodedata

MAX_CHARS = 1_000
"""What is read of one message. Questions are shorter; the rest of a pasted page says nothing new."""

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+(?:['’`´-][^\W_]+)*")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_QUOTES = str.maketrans({"’": "'", "`": "'", "´": "'", "–": "-", "—": "-", "‑": "-", "‐": "-"})
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_DIGRAPH = re.compile(r"ae|oe|(?<![aeq])ue")
"""«ue» after a, e or q is no umlaut: «Steuer», «Mauer», «bequem»."""


def normalise(text: str) -> str:
    """Return one clean line of at most `MAX_CHARS` characters: composed Unicode, no control signs, single spaces."""
    composed = _cut(unicodedata.normalize("NFKC", _cut(text))).translate(_QUOTES)
    visible = "".join(sign if _visible(sign) else " " for sign in composed)
    return _SPACE.sub(" ", visible).strip()


def _cut(text: str) -> str:
    """Keep the start and the end: people put the question before or after the story."""
    if len(text) <= MAX_CHARS:
        return text
    half = (MAX_CHARS - 1) // 2
    return f"{text[:half]} {text[-half:]}"


def _visible(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Mn", "Me"}


def fold(word: str) -> str:
    """Map spellings of one word onto each other: «Straße», «strasse»; «Bürger», «Buerger», «Burger»."""
    return _DIGRAPH.sub(lambda match: match[0][0], word.lower()).translate(_UMLAUTS)


def words(text: str) -> list[str]:
    """Return the words of a text in their own spelling."""
    return _WORD.findall(text)


def has_letters(text: str) -> bool:
    """Tell whether any letter is in the text."""
    return any(sign.isalpha() for sign in text)


def calm(text: str) -> str:
    """Take the shouting out: «WARUM KOSTET DAS SOOOO VIEL» becomes «Warum kostet das soo viel»."""
    short = _REPEATED.sub(r"\1\1", text)
    return short.capitalize() if len(short) > 8 and short.isupper() else short


def folded(text: str) -> str:
    """Return the folded words of a text, joined by single spaces: equal for equal wordings."""
    return " ".join(fold(word) for word in words(text))
