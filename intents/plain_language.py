"""Hints at what citizens may not understand: long sentences, officialese, abbreviations nobody explains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from intents.lint_sentences import long_sentences
from intents.messages import fill

LONGEST = 20
"""Words of a sentence."""

_SHORT = re.compile(r"(?<![\w-])[A-ZÄÖÜ][\w-]{0,8}[A-ZÄÖÜ](?![\w-])")
_ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+")
_PATH = Path(__file__).with_name("plain.yaml")


def plain_hints(text: str) -> list[str]:
    """Return German sentences about a text of the FAQ, each hint once."""
    shown = _ADDRESS.sub(" ", text)
    return list(dict.fromkeys((*_long(text), *_stiff(shown), *_short(shown))))


def _long(text: str) -> Iterator[str]:
    for sentence, count in long_sentences(text, LONGEST):
        yield fill(_words()["long"], text=sentence, count=count, limit=LONGEST)


def _stiff(text: str) -> Iterator[str]:
    for begins, better in _words()["stiff-words"].items():
        found = re.search(rf"\b{re.escape(begins)}\w*", text, re.IGNORECASE)
        if found:
            yield fill(_words()["stiff"], found=found[0], better=better)


def _short(text: str) -> Iterator[str]:
    """Yield abbreviations that stand neither in brackets behind their words nor before words in brackets."""
    for short in dict.fromkeys(_SHORT.findall(text)):
        is_told = re.search(rf"\({short}\)|\b{short} \([^)]*\w{{4,}}", text)
        if short not in _words()["known"] and not is_told:
            yield fill(_words()["short"], found=short)


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
    return loaded
