"""Average-linkage clustering of unit vectors in NumPy, without a matrix of all pairs.

Two clusters are as alike as their members on average, which is the product of their mean vectors. A pair that is each
other's nearest may be merged at once, wherever else merging goes on: under average linkage no merger brings anything
nearer to a third than its nearer part was (Murtagh 1983, «reciprocal nearest neighbours»). So all such pairs are
merged, round by round, until none is alike enough; and pairs that are not alike enough at the start never matter.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Progress = Callable[[int, int], None]
"""Called with (done, all)."""

_CELLS = 1 << 24
"""Numbers that are held at once: 64 MB."""
_MOST = 64
"""Pairs looked at for each row: of a hundred wordings of one question a few hold it together."""


@dataclass(frozen=True)
class _Pairs:
    """Pairs of clusters that are alike, each once."""

    first: Numbers
    second: Numbers
    likeness: Floats

    def only(self, chosen: NDArray[np.bool_] | Numbers) -> "_Pairs":
        """Return some of the pairs."""
        return _Pairs(self.first[chosen], self.second[chosen], self.likeness[chosen])


def link(sums: Floats, sizes: Floats, *, least: float, progress: Progress | None = None) -> Numbers:
    """Merge clusters that are alike by `least` or more; return for each row the first row of what it ended in.

    `sums` holds the summed unit vectors of each cluster to begin with, shape (n, d); `sizes` their members, shape (n,).
    """
    pairs = _alike((sums / sizes[:, None]).astype(np.float32, copy=False), least, progress or (lambda *_: None))
    sums, sizes = sums.astype(np.float32), sizes.astype(np.float32)
    into: Numbers = np.arange(len(sums))
    while len(pairs.first):
        chosen = _mutual(pairs, len(sums))
        kept, gone = pairs.first[chosen], pairs.second[chosen]
        sums[kept] += sums[gone]
        sizes[kept] += sizes[gone]
        into[gone] = kept
        moved, stale = _moved(pairs, into, kept)
        _measure(moved, stale, sums, sizes)
        pairs = moved.only(moved.likeness >= least)
    return _roots(into)


def _alike(means: Floats, least: float, progress: Progress) -> _Pairs:
    """Find the pairs of rows that are alike; of very many, those most alike to each row."""
    found = []
    for start, stop in _blocks(len(means), len(means)):
        likeness = means[start:stop] @ means[start:].T
        likeness[:, : stop - start][np.tri(stop - start, dtype=np.bool_)] = -np.inf  # each pair once
        row, column = np.nonzero(_most_alike(likeness, least))
        found.append(_Pairs(row + start, column + start, likeness[row, column]))
        progress(stop, len(means))
    return _joined(found)


def _most_alike(likeness: Floats, least: float) -> NDArray[np.bool_]:
    """Choose the cells that are high enough, at most `_MOST` of a row."""
    chosen: NDArray[np.bool_] = likeness >= least
    crowded = np.flatnonzero(chosen.sum(axis=1) > _MOST)
    if len(crowded):
        bound = -np.partition(-likeness[crowded], _MOST - 1, axis=1)[:, _MOST - 1]
        chosen[crowded] = likeness[crowded] >= bound[:, None]
    return chosen


def _mutual(pairs: _Pairs, count: int) -> Numbers:
    """Return the pairs that are each other's nearest; of equally near ones the first."""
    best = np.full(count, -np.inf, np.float32)
    np.maximum.at(best, pairs.first, pairs.likeness)
    np.maximum.at(best, pairs.second, pairs.likeness)
    nearest = np.flatnonzero((best[pairs.first] == pairs.likeness) & (best[pairs.second] == pairs.likeness))
    earliest = np.full(count, len(pairs.first))
    np.minimum.at(earliest, pairs.first[nearest], nearest)
    np.minimum.at(earliest, pairs.second[nearest], nearest)
    is_both = (earliest[pairs.first[nearest]] == nearest) & (earliest[pairs.second[nearest]] == nearest)
    chosen: Numbers = nearest[is_both]
    return chosen


def _moved(pairs: _Pairs, into: Numbers, kept: Numbers) -> tuple[_Pairs, Numbers]:
    """Let the pairs of what was merged be pairs of what it went into; return also which are to be measured anew."""
    first, second = into[pairs.first], into[pairs.second]
    low, high = np.minimum(first, second), np.maximum(first, second)
    _, once = np.unique(low * len(into) + high, return_index=True)
    once = once[low[once] != high[once]]
    moved = _Pairs(low[once], high[once], pairs.likeness[once])
    has_grown = np.zeros(len(into), np.bool_)
    has_grown[kept] = True
    return moved, np.flatnonzero(has_grown[moved.first] | has_grown[moved.second])


def _measure(pairs: _Pairs, stale: Numbers, sums: Floats, sizes: Floats) -> None:
    """Write down how alike some of the pairs are now."""
    for start, stop in _blocks(len(stale), sums.shape[1]):
        some = stale[start:stop]
        a, b = pairs.first[some], pairs.second[some]
        pairs.likeness[some] = np.einsum("ij,ij->i", sums[a], sums[b]) / (sizes[a] * sizes[b])


def _blocks(count: int, width: int) -> Iterator[tuple[int, int]]:
    """Cut rows of a width into blocks that fit into the memory."""
    step = max(1, _CELLS // max(width, 1))
    return ((start, min(start + step, count)) for start in range(0, count, step))


def _joined(parts: list[_Pairs]) -> _Pairs:
    """Put pairs together; there may be none."""
    none = np.zeros(0, np.int64)
    return _Pairs(
        np.concatenate([none, *(part.first for part in parts)]),
        np.concatenate([none, *(part.second for part in parts)]),
        np.concatenate([none.astype(np.float32), *(part.likeness for part in parts)]),
    )


def _roots(into: Numbers) -> Numbers:
    """Follow each row to the cluster it ended in."""
    while not np.array_equal(into, into[into]):
        into = into[into]
    return into
