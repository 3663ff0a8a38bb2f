"""How a message can be read: what kind of question it is, whether it leans on the one before, whether it is two."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from intents.query import Context
from intents.text import fold, words

MAX_AGE = 15 * 60
"""Seconds after which a new message is no follow-up any more."""
_FEW_WORDS = 8
"""A follow-up that leans on the question before is short."""
_VERY_FEW_WORDS = 3
"""So short that it leans on it without a word that points back."""
_DATA = Path(__file__).with_name("questions.yaml")


@lru_cache(maxsize=1)
def _data() -> Any:
    return yaml.safe_load(_DATA.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _kinds() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(fold(word) for word in group.split()) for group in _data()["kinds"].values())


@lru_cache(maxsize=1)
def _leaning() -> frozenset[str]:
    return frozenset(fold(word) for word in _data()["leaning"].split())


@lru_cache(maxsize=1)
def _between_questions() -> re.Pattern[str]:
    """After a question mark, or before «und» with a question word behind it."""
    starts = "|".join(_data()["starts"].split())
    joined = rf"[,;.]?\s+(?:und|sowie|außerdem|ausserdem|und außerdem)\s+(?=(?:{starts})\b)"
    return re.compile(rf"(?<=\?)\s+(?=\S)|{joined}", re.IGNORECASE)


def question_kinds(text: str) -> NDArray[np.bool_]:
    """Which kinds of question word a text holds: person, time, place …; shape (kinds,)."""
    held = {fold(word) for word in words(text)}
    return np.array([not held.isdisjoint(group) for group in _kinds()])


def leans_back(text: str) -> bool:
    """Tell whether a message may need the question before it: short, or with a word that points back."""
    spoken = [fold(word) for word in words(text)]
    return 0 < len(spoken) <= _FEW_WORDS and (len(spoken) <= _VERY_FEW_WORDS or not _leaning().isdisjoint(spoken))


def follow_up(text: str, context: Context | None) -> str | None:
    """Return the message joined to the question before it, or None when it stands alone."""
    if context is None or not context.last_question or context.age > MAX_AGE or not leans_back(text):
        return None
    return f"{context.last_question.rstrip('?.! ')}, {text[:1].lower()}{text[1:]}"


def parts_of(text: str, *, content: Callable[[str], str]) -> tuple[str, ...]:
    """Split a message into two questions, or return () when it is one."""
    parts = _between_questions().split(text)
    if len(parts) == 1:
        return ()
    pieces = [piece for part in parts if (piece := content(part.strip(" ,;")))]
    return tuple(pieces) if len(pieces) == 2 else ()
