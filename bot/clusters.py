"""Groups questions that ask the same: by their embeddings and the base forms of their words."""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from bot.linkage import Floats, Numbers, Progress, link

ALIKE = 0.28
"""Average likeness from which questions are one group; chosen on labelled sets, see benchmarks/clusters.py."""
_WORDS = 0.2
"""Share of the words in what is alike; the embedding has the rest."""
_WIDTH = 128
"""Numbers that stand for the words."""
_NEAR = 0.05
"""Groups this much less alike than needed are looked through anew when a question comes."""
_NEIGHBOURS = 3
"""Groups that are looked through anew for one question at most."""
_BLOCK = 100
"""Questions that are added at once."""
_AT_ONCE = 4096
"""Rows that are copied at once."""
_LARGE = 50
"""Questions from which a group is only added to, and not taken apart any more."""

Weigh = Callable[[str], float]
"""How much a word says: rare ones say more."""


def weigher(frequency: Mapping[str, int], questions: int) -> Weigh:
    """Return how much words say, after the number of questions that hold them elsewhere."""
    return lambda word: math.log(1 + questions / (frequency.get(word, 0) + 1))


def rows_of(vectors: Floats, keys: Sequence[str], weigh: Weigh) -> Floats:
    """Put embeddings, centred and of unit length, and lemma keys into rows whose products say how alike they are."""
    meaning = math.sqrt(1 - _WORDS) * vectors
    return np.hstack([meaning, math.sqrt(_WORDS) * _word_rows(keys, weigh)]).astype(np.float32)


def _word_rows(keys: Sequence[str], weigh: Weigh) -> Floats:
    """Scatter each key's words over a fixed number of places, so that new words need no new places."""
    known: dict[str, tuple[int, float]] = {}
    number, place, weight = array("q"), array("q"), array("d")
    for row, key in enumerate(keys):
        for word in key.split():
            found = known.get(word) or known.setdefault(word, _placed(word, weigh))
            number.append(row)
            place.append(found[0])
            weight.append(found[1])
    rows = np.zeros((len(keys), _WIDTH), np.float32)
    np.add.at(rows, (np.array(number, np.int64), np.array(place, np.int64)), np.array(weight, np.float32))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _placed(word: str, weigh: Weigh) -> tuple[int, float]:
    """Return where a word stands, and how much it says, with a sign by chance: different words cancel out."""
    place = crc32(word.encode())
    return place % _WIDTH, weigh(word) if place >> 31 else -weigh(word)


def grouped(rows: Floats, keys: Sequence[str], *, progress: Progress | None = None) -> Numbers:
    """Group questions all at once; return for each the number of the first one of its group.

    The order of the questions makes no difference, except where two pairs are exactly equally alike.
    """
    return _linked(rows, _ones(len(rows)), _same(keys), progress)


@dataclass(frozen=True)
class Clusters:
    """Questions and the groups that they are in; a group's number is never given to another."""

    rows: Floats
    """As `rows_of` makes them, shape (n, d)."""
    keys: tuple[str, ...]
    """Base forms of each question's words."""
    numbers: Numbers
    """Of each question's group, from 1, shape (n,); 0: none yet."""
    next: int
    """Number of the next new group."""

    @classmethod
    def from_rows(cls, rows: Floats, keys: Sequence[str], *, progress: Progress | None = None) -> "Clusters":
        """Group questions all at once."""
        return cls(rows, tuple(keys), np.zeros(len(rows), np.int64), 1).regrouped(progress=progress)

    def regrouped(self, *, progress: Progress | None = None) -> "Clusters":
        """Group all anew; a group that stays much the same keeps its number."""
        groups = grouped(self.rows, self.keys, progress=progress)
        numbers, after = _named(groups, self.numbers, _ones(len(groups)), self.next)
        return replace(self, numbers=numbers, next=after)

    def added(self, rows: Floats, keys: Sequence[str], *, progress: Progress | None = None) -> "Clusters":
        """Group new questions: they join groups or found new ones; groups near to them are looked through anew."""
        numbers = np.concatenate([self.numbers, np.zeros(len(rows), np.int64)])
        both = Clusters(np.concatenate([self.rows, rows]), (*self.keys, *keys), numbers, self.next)
        return both.completed(progress=progress)

    def completed(self, *, progress: Progress | None = None) -> "Clusters":
        """Group those that have the number 0, as if they came now, in their order."""
        new = np.flatnonzero(self.numbers == 0)
        growing = _Growing(self.rows, self.keys, self.numbers.copy(), self.next)
        for start in range(0, len(new), _BLOCK):
            done = min(start + _BLOCK, len(new))
            growing.take(new[start:done])
            if progress:
                progress(done, len(new))
        return Clusters(growing.rows, growing.keys, growing.numbers, growing.next)


class _Growing:
    """Groups while questions are added; what is in no group yet has the number 0."""

    def __init__(self, rows: Floats, keys: tuple[str, ...], numbers: Numbers, after: int) -> None:
        self.rows, self.keys, self.numbers, self.next = rows, keys, numbers, after
        ids, sums, sizes = _summed(rows, _ones(len(rows)), numbers)
        known = ids > 0
        self._ids, self._sums, self._sizes = ids[known], sums[known], sizes[known]

    def take(self, new: Numbers) -> None:
        """Group some questions together with the groups near to them; large ones are taken as they are."""
        near = self._near(new)
        large = near[self._sizes[near] >= _LARGE]
        opened = np.isin(self.numbers, self._ids[np.setdiff1d(near, large)])
        loose = np.concatenate([np.flatnonzero(opened), new])
        sums = np.concatenate([self.rows[loose], self._sums[large]])
        sizes = np.concatenate([_ones(len(loose)), self._sizes[large]])
        same = np.concatenate([_same([self.keys[n] for n in loose]), np.arange(len(loose), len(sums))])
        before = np.concatenate([self.numbers[loose], self._ids[large]])
        after, self.next = _named(_linked(sums, sizes, same), before, sizes, self.next)
        self._rename(loose, after[: len(loose)], self._ids[large], after[len(loose) :])
        self._replace(near, *_summed(sums, sizes, after))

    def _near(self, new: Numbers) -> Numbers:
        """Return the places of groups that new questions may belong to, or take something from."""
        likeness = self.rows[new] @ (self._sums / self._sizes[:, None]).T
        most = min(_NEIGHBOURS, len(self._ids))
        if not most:
            return np.zeros(0, np.int64)
        top = np.argpartition(-likeness, most - 1, axis=1)[:, :most]
        return np.unique(top[np.take_along_axis(likeness, top, axis=1) >= ALIKE - _NEAR])

    def _rename(self, loose: Numbers, numbers: Numbers, large: Numbers, names: Numbers) -> None:
        """Write down the groups of single questions, and of large groups that have become one with others."""
        for old, name in zip(large, names, strict=True):
            if old != name:
                self.numbers[self.numbers == old] = name
        self.numbers[loose] = numbers

    def _replace(self, gone: Numbers, ids: Numbers, sums: Floats, sizes: Floats) -> None:
        """Put groups in the place of others."""
        self._ids = np.concatenate([np.delete(self._ids, gone), ids])
        self._sums = np.concatenate([np.delete(self._sums, gone, axis=0), sums])
        self._sizes = np.concatenate([np.delete(self._sizes, gone), sizes])


def _ones(count: int) -> Floats:
    return np.ones(count, np.float32)


def _same(keys: Iterable[str]) -> Numbers:
    """Return for each key the place of the first one like it; empty ones are unlike each other."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(key, n) if key else n for n, key in enumerate(keys)], np.int64)


def _linked(sums: Floats, sizes: Floats, same: Numbers, progress: Progress | None = None) -> Numbers:
    """Link what is alike, starting from what is the same; each ends in the first of its group."""
    first, start = np.unique(same, return_inverse=True)
    _, joined, counts = _summed(sums, sizes, same) if len(first) < len(same) else (first, sums, sizes)
    return first[link(joined, counts, least=ALIKE, progress=progress)][start]


def _summed(sums: Floats, sizes: Floats, numbers: Numbers) -> tuple[Numbers, Floats, Floats]:
    """Add up what has the same number; return the numbers, the sums and the sizes."""
    ids, place = np.unique(numbers, return_inverse=True)
    order = np.argsort(place, kind="stable")
    total = np.zeros((len(ids), sums.shape[1]), np.float32)
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE]
        firsts = np.flatnonzero(np.diff(place[some], prepend=-1))
        total[place[some][firsts]] += np.add.reduceat(sums[some], firsts, axis=0)
    return ids, total, np.bincount(place, weights=sizes, minlength=len(ids)).astype(np.float32)


def _named(groups: Numbers, before: Numbers, sizes: Floats, after: int) -> tuple[Numbers, int]:
    """Give each group the number that most of it had before, or a new one; return also the next new number."""
    shared: Counter[tuple[int, int]] = Counter()
    for group, number, size in zip(groups.tolist(), before.tolist(), sizes.tolist(), strict=True):
        if number:
            shared[number, group] += size
    names: dict[int, int] = {}
    taken: set[int] = set()
    for (number, group), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if group not in names and number not in taken:
            names[group] = number
            taken.add(number)
    for group in dict.fromkeys(groups.tolist()):
        if group not in names:
            names[group], after = after, after + 1
    return np.array([names[group] for group in groups.tolist()], np.int64), after
