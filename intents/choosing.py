"""Which of the questions offered by a «Meinten Sie …?» a message picks: by its place, or by a word of it."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from functools import lru_cache

from intents.contents import Contents
from intents.decision import PICKED
from intents.prepared import Prepared
from intents.query import Context
from intents.reader import Reader
from intents.readings import is_fresh, word_list
from intents.text import fold, words

_PLACE = re.compile(r"\d{1,2}")
_CLEARLY = 2.0
"""How many times the words of the runner-up the picked question must share."""
_HELD = 0.5
"""Share of a message's own words that the picked question must hold."""
_WORTH_PICKING = 0.3
_WORTH_PICKING_JOINED = 0.5
"""Probability from which a message, alone or with the question before it, picks one of the questions offered."""


class Choices:
    """Finds the offered question that a message picks, and answers it."""

    def __init__(self, reader: Reader, contents: Contents) -> None:
        self._reader = reader
        self._contents = contents

    def picked_by_place(self, text: str, context: Context | None) -> Prepared | None:
        """Take «das erste» for the first question offered."""
        if not is_fresh(context) or not context.offered:
            return None
        return self._taken(picked_place(text, context.offered))

    def picked_by_words(
        self, text: str, context: Context, alone: Prepared, leaning: Prepared | None
    ) -> Prepared | None:
        """Take «ich meine die Kosten» for the offered question that holds the word, or that a reading finds."""
        offered = self._terms_offered(text, context)
        if not offered or alone.ranking.vetoed:
            return None
        if named := picked_words(self._reader.terms(text), offered):
            return self._taken(named)
        read = [(alone, _WORTH_PICKING), *([(leaning, _WORTH_PICKING_JOINED)] if leaning else [])]
        for prepared, least in read:
            found = picked_chance(prepared.chances, context.offered, least=least)
            if found in offered and self._contents.covers(found, text):
                return self._taken(found)
        return None

    def _terms_offered(self, text: str, context: Context) -> dict[str, frozenset[str]]:
        """Return the terms of each offered question that asks what a text asks."""
        alike = [name for name in context.offered if self._contents.asks_alike(name, text)]
        entries = {name: entry for name in alike if (entry := self._contents.entry(name))}
        return {name: self._reader.terms(entry.question) for name, entry in entries.items()}

    def _taken(self, entry_id: str | None) -> Prepared | None:
        """Answer a picked entry as if its own question had been asked; None when it may not be answered.

        Ranking and confidence are those of that question: how surely the entry answers it, not how surely it was meant.
        """
        entry = self._contents.entry(entry_id)
        asked = self._reader.prepare_text(entry.question) if entry else None
        if asked is None or not asked.is_given:
            return None
        return replace(asked, outcome=replace(asked.outcome, reason=PICKED))


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
