"""Sentences of plain language, and how long they are."""

from __future__ import annotations

import re
from functools import cache

from intents.messages import catalogue
from intents.text import words

_ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+")
_END = re.compile(r"(?<=[.!?…])[\"“”»«')\]*_]*\s+|:?\s*\n\s*(?=[-*•\d]|\n)|:\s*\n")
_ORDINAL = re.compile(r"(?<!\w)(\d{1,2})\.(?=\s)")


def long_sentences(text: str, limit: int) -> list[tuple[str, int]]:
    """Return the sentences with more words than the limit, each with its number of words."""
    counted = [(sentence, len(words(sentence))) for sentence in sentences(text)]
    return [(sentence, count) for sentence, count in counted if count > limit]


def sentences(text: str) -> list[str]:
    """Split a text into sentences; addresses of links are left out."""
    shown = _ORDINAL.sub(r"\1", _without_abbreviations(_ADDRESS.sub(" ", text)))
    return [sentence.strip() for sentence in _END.split(shown) if sentence.strip()]


def _without_abbreviations(text: str) -> str:
    """Take the dots out of «z. B.», which ends no sentence."""
    return _abbreviations().sub(lambda match: match[0].replace(".", "").replace(" ", ""), text)


@cache
def _abbreviations() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, catalogue()['abbreviations']))})")
