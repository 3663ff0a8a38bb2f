"""Wordings that two entries share, or nearly share.

Near-duplicates are looked for through the rarest three-letter pieces they have in common: «Perso beantragen»
and «Preso beantragen» share «eso», «bea» and more. Comparing all pairs of 100,000 takes minutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from rapidfuzz import fuzz, process

from intents.faq import FaqBase, FaqEntry
from intents.text import folded, normalise

NEAR = 92
"""rapidfuzz ratio of the sorted, folded words from which two wordings count as nearly equal."""

_PIECE = 3
_LOOKS = 500
"""Earlier wordings looked at for each one, rarest piece first. Finds 98 to 100 % of what all pairs give."""


@dataclass(frozen=True)
class Wording:
    """A phrasing and where it stands."""

    entry: str
    field: str
    index: int
    text: str


@dataclass(frozen=True)
class Twins:
    """Two wordings of different entries that mean the same."""

    later: Wording
    earlier: Wording
    is_exact: bool
    """Equal but for case, umlaut spelling, punctuation and word order."""


def wordings(faq: FaqBase) -> Iterator[Wording]:
    """Walk through all phrasings in the order of the file."""
    for entry in faq.entries:
        yield from wordings_of(entry)


def wordings_of(entry: FaqEntry) -> Iterator[Wording]:
    """Walk through an entry's phrasings, question first."""
    yield Wording(entry.id, "question", 0, entry.question)
    for index, text in enumerate(entry.alternates):
        yield Wording(entry.id, "alternates", index, text)


def find_twins(texts: Iterable[Wording]) -> Iterator[Twins]:
    """Find, for each wording, an equal or else the most similar earlier one of another entry."""
    seen: dict[str, Wording] = {}
    nearby = _Nearby()
    for wording in texts:
        key = " ".join(sorted(folded(normalise(wording.text)).split()))
        earlier = seen.get(key)
        if earlier is None:
            seen[key] = wording
            twin = nearby.find(key, wording)
            if twin:
                yield Twins(wording, twin, is_exact=False)
        elif earlier.entry != wording.entry:
            yield Twins(wording, earlier, is_exact=True)


class _Nearby:
    """The wordings so far, to be found by the pieces of their keys."""

    def __init__(self) -> None:
        self._wordings: list[Wording] = []
        self._keys: list[str] = []
        self._with_piece: defaultdict[str, list[int]] = defaultdict(list)

    def find(self, key: str, wording: Wording) -> Wording | None:
        """Return the most similar wording of another entry, and remember this one."""
        pieces = {key[start : start + _PIECE] for start in range(len(key) - _PIECE + 1)}
        choices = self._choices(pieces, wording.entry)
        best = process.extractOne(key, choices, scorer=fuzz.ratio, score_cutoff=NEAR)
        for piece in pieces:
            self._with_piece[piece].append(len(self._keys))
        self._wordings.append(wording)
        self._keys.append(key)
        return self._wordings[best[2]] if best else None

    def _choices(self, pieces: set[str], entry: str) -> dict[int, str]:
        shared = [self._with_piece[piece] for piece in pieces if piece in self._with_piece]
        shared.sort(key=len)
        looks = set(islice(chain.from_iterable(shared), _LOOKS))
        return {number: self._keys[number] for number in looks if self._wordings[number].entry != entry}
