"""How a message can be read: what kind of question it is, whether it leans on the one before, whether it is two."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import yaml
from numpy.typing import NDArray

from intents.query import Context
from intents.text import fold, has_letters, words

MAX_AGE = 15 * 60
"""Seconds after which a new message is no follow-up any more."""
_FEW_WORDS = 8
"""A follow-up that leans on the question before is short."""
_VERY_FEW_WORDS = 3
"""So short that it leans on it without a word that points back."""
_FEW_SWAPPED = 4
"""Words that an ellipsis puts into the question before it, at most."""
_DATA = Path(__file__).with_name("questions.yaml")


@lru_cache(maxsize=1)
def _data() -> Any:
    return yaml.safe_load(_DATA.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _kinds() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(fold(word) for word in group.split()) for group in _data()["kinds"].values())


@lru_cache(maxsize=32)
def word_list(*keys: str) -> frozenset[str]:
    """Return the folded words of a list in questions.yaml."""
    found = _data()
    for key in keys:
        found = found[key]
    return frozenset(fold(word) for word in found.split())


@lru_cache(maxsize=1)
def _prepositions() -> dict[str, str]:
    """Preposition → its plain form: «fürs» is «für»."""
    return {form: plain for plain in _data()["prepositions"] for form in word_list("prepositions", plain)}


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


def asked_kinds(text: str) -> NDArray[np.bool_]:
    """Like question_kinds, but «wie viele» asks for an amount and «wie lange» for a time, not for a manner."""
    asked, names = question_kinds(text), list(_data()["kinds"])
    spoken = [fold(word) for word in words(text)]
    for asking, measure in pairwise(spoken):
        for kind in ("time", "amount"):
            if asking == "wie" and measure in word_list("measures", kind):
                asked[names.index("manner")] = False
                asked[names.index(kind)] = True
    return asked


def counted(text: str) -> list[str]:
    """Return the words after «viele»: an entry that does not speak of them cannot say how many there are."""
    spoken = words(text)
    return [after for before, after in pairwise(spoken) if fold(before) in word_list("counting")]


def asks_how_many(text: str) -> bool:
    """Tell whether a text asks for a number: «Wie viele Bürger …?»."""
    spoken = [fold(word) for word in words(text)]
    return any(
        after in word_list("how_many") and (before == "wie" or after.startswith("wie"))
        for before, after in pairwise(["", *spoken])
    )


def states_number(text: str) -> bool:
    """Tell whether a text holds a number, in digits or as a word."""
    return any(sign.isdigit() for sign in text) or not word_list("numbers").isdisjoint(map(fold, words(text)))


def is_bare(text: str) -> bool:
    """Tell whether a message is a question word with little around it: «und wann war das?»."""
    little = word_list("bare") | word_list("particles") | _prepositions().keys()
    rest = [word for word in map(fold, words(text)) if word not in little]
    return all(any(word in group for group in _kinds()) for word in rest)


def leans_back(text: str) -> bool:
    """Tell whether a message may need the question before it: short, or with a word that points back."""
    spoken = [fold(word) for word in words(text)]
    return 0 < len(spoken) <= _FEW_WORDS and (
        len(spoken) <= _VERY_FEW_WORDS or not word_list("leaning").isdisjoint(spoken)
    )


def points_back(text: str, is_noun: Callable[[str], bool]) -> bool:
    """Tell whether a message speaks of something named before: «dabei», «sie»; «das» in a message without a noun."""
    said = words(text)
    spoken = {fold(word) for word in said if word != "Sie"}
    if not leans_back(text) or not spoken & word_list("backward"):
        return False
    demonstratives, generic = word_list("demonstratives"), word_list("generic")
    pairs = [(fold(word), after) for word, after in pairwise(said) if fold(after) not in generic]
    naming = {word for word, after in pairs if word in demonstratives and is_noun(after)}
    pointing = word_list("backward") - word_list("articles") - naming
    return bool(spoken & pointing) or not any(map(is_noun, said))


def is_fresh(context: Context | None) -> TypeGuard[Context]:
    """Tell whether a message may still refer to what was said before."""
    return context is not None and context.age <= MAX_AGE


def stands_alone(text: str) -> bool:
    """Tell whether a message is a whole question that names what it asks about: «Wie hilft der Bund der Stadt?».

    An article points back only at the end or before a preposition: «Warum gehört das mit ihr zusammen?».
    """
    spoken = [fold(word) for word in words(text)]
    if len(spoken) <= _VERY_FEW_WORDS or not _begins_question(spoken[0], spoken[1]):
        return False
    articles, nothing = word_list("articles"), ""
    return not any(
        word in word_list("leaning") and (word not in articles or after == nothing or after in _prepositions())
        for word, after in pairwise([*spoken, nothing])
    )


def _begins_question(first: str, second: str) -> bool:
    """«Wer hat …», «Ist die Stadt …»; not «wer das beschlossen hat», which picks, nor «ist sie …»."""
    if question_kinds(first).any():
        return second not in word_list("pronouns")
    return first in word_list("verbs") and second not in word_list("pronouns") - word_list("articles")


def follow_up(text: str, context: Context | None) -> str | None:
    """Return the message joined to the question before it, or None when it stands alone."""
    if not is_fresh(context) or not context.last_question or not leans_back(text):
        return None
    return f"{context.last_question.rstrip('?.! ')}, {text[:1].lower()}{text[1:]}"


def with_topic(text: str, context: Context | None, *, holds: Callable[[str], bool]) -> str | None:
    """Return the message with the topic of the question before it: «was habe ich davon, Gesetz».

    `holds` says which words the entries spoken of hold; where it knows none, all content words are the topic.
    """
    if not is_fresh(context) or not context.last_question or not leans_back(text):
        return None
    own = [word for word in words(context.last_question) if fold(word) not in word_list("no_topic")]
    own = [word for word in own if not question_kinds(word).any()]
    topic = " ".join(filter(holds, own)) or " ".join(own)
    return f"{text.rstrip('?.! ')}, {topic}" if topic else None


def swapped(text: str, context: Context | None) -> str | None:
    """Return the question before with an ellipsis put into it, or None when the message is none.

    «und für die Bürger?» after «Was bringt das für das Amt?» is «Was bringt das für die Bürger?»; «und HHKO?» after
    «Was ist ZuP 24?» is «Was ist HHKO?».
    """
    said = _without_particles(words(text))
    if not is_fresh(context) or not 0 < len(said) <= _FEW_SWAPPED or question_kinds(text).any():
        return None
    before = words(context.last_question.partition(",")[0])
    place = _place_of(said[0], before) if said != words(text) or len(said) <= _VERY_FEW_WORDS else None
    return " ".join([*before[:place], *said]) if place is not None and place > 1 else None


def _without_particles(spoken: list[str]) -> list[str]:
    """Leave «und», «auch», «denn» out at both ends."""
    kept = [place for place, word in enumerate(spoken) if fold(word) not in word_list("particles")]
    return spoken[kept[0] : kept[-1] + 1] if kept else []


def _place_of(first: str, before: list[str]) -> int | None:
    """Where in the question before the ellipsis belongs, by its first word: preposition, article or none of them."""
    folded = [fold(word) for word in before]
    prepositions, articles = _prepositions(), word_list("articles")
    if wanted := prepositions.get(fold(first)):
        places = [place for place, word in enumerate(folded) if prepositions.get(word) == wanted]
        return places[-1] if places else None
    free = [place for place, word in enumerate(folded) if word in articles and folded[place - 1] not in prepositions]
    if free and free[-1] > 1:
        return free[-1]
    return None if fold(first) in articles else 2 if len(before) > 2 else None


def parts_of(text: str, *, content: Callable[[str], str]) -> tuple[str, ...]:
    """Split a message into two questions, or return () when it is one; a number or a sign is none."""
    parts = _between_questions().split(text)
    if len(parts) == 1:
        return ()
    pieces = [piece for part in parts if has_letters(piece := content(part.strip(" ,;")))]
    return tuple(pieces) if len(pieces) == 2 else ()
