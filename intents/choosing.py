"""Which of the questions offered by a «Meinten Sie …?» a message picks: by its place, or by a word of it."""

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache

from intents.readings import word_list
from intents.text import fold, words

_PLACE = re.compile(r"\d{1,2}")
_CLEARLY = 2.0
"""How many times the words of the runner-up the picked question must share."""
_HELD = 0.5
"""Share of a message's own words that the picked question must hold."""


@lru_cache(maxsize=1)
def _places() -> Mapping[str, int]:
    """Word → place: «erste» is 1, «letzte» is -1."""
    named = {name: place for place in (1, 2, 3, -1) for name in word_list("places", str(place))}
    return {fold(name): place for name, place in named.items()}


def picked_place(text: str, offered: Sequence[str]) -> str | None:
    """Return the offered entry that a message names by its place («das erste», «nummer 2»), or None.

    The place and words around it must be all there is: «Wann war der erste Entwurf?» names none.
    """
    spoken = [fold(word) for word in words(text)]
    named = [place for word in spoken if (place := _place(word)) is not None]
    filling = [word for word in spoken if _place(word) is None]
    if len(named) != 1 or not word_list("around_choices").issuperset(filling):
        return None
    place = named[0] - 1 if named[0] > 0 else len(offered) + named[0]
    return offered[place] if 0 <= place < len(offered) else None


def _place(word: str) -> int | None:
    return int(word) if _PLACE.fullmatch(word) else _places().get(word)


def picked_words(asked: Set[str], offered: Mapping[str, Set[str]]) -> str | None:
    """Return the offered entry whose question holds a message's own words, clearly more of them than any other.

    `asked` are the message's terms, `offered` those of each entry's question.
    """
    own = asked - word_list("around_choices")
    shared = sorted(((len(own & terms), name) for name, terms in offered.items()), reverse=True)
    if not own or not shared or shared[0][0] < _HELD * len(own):
        return None
    best, second = shared[0][0], shared[1][0] if len(shared) > 1 else 0
    return shared[0][1] if best >= max(_CLEARLY * second, 1) else None


def picked_chance(chances: Mapping[str, float], offered: Sequence[str], *, least: float) -> str | None:
    """Return the offered entry that a reading finds first and clearly before the other offered ones, or None."""
    best = max(chances, key=lambda name: chances[name], default=None)
    if best not in offered or best is None or chances[best] < least:
        return None
    others = [chances.get(name, 0.0) for name in offered if name != best]
    return best if chances[best] >= _CLEARLY * max(others, default=0.0) else None
