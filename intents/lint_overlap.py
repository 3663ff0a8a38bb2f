"""Entries that steal each other's questions: each wording is left out, and it is seen where it would lead then.

A citizen who asks the same in other words has no such wording to lean on. Nothing is built anew: the nearest other
wording is looked up among the prepared vectors, and the classifier without one row has a closed form. Every wording
is compared with every other: 5,000 of them take half a second, 20,000 six.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats
from intents.errors import Finding
from intents.faq import FaqBase
from intents.index import Index, side_by_side
from intents.lint_finding import Spot, hint
from intents.lint_matching import Progress
from intents.lint_twins import wordings_of
from intents.ridge import Solved, solve

_ALIKE = 0.5
"""Cosine from which another entry's wording is near enough to take a question; below, the wording just stands alone."""
_AHEAD = 0.05
"""By how much the other entry's nearest wording must be nearer than the nearest of its own."""
_MANY = 3
"""Wordings from which a pair of entries overlaps as a whole, …"""
_SHARE = 1 / 3
"""… when they are this share of the wordings of one of them."""
_BLOCK = 512


@dataclass(frozen=True)
class Stolen:
    """A wording that would lead to another entry if it did not stand there."""

    entry: str
    text: str
    thief: str
    nearest: str
    """The thief's wording that lies nearest."""


def find_overlaps(faq: FaqBase, index: Index, *, today: date, progress: Progress | None = None) -> list[Finding]:
    """Return the wordings that lean towards another entry, and the pairs of entries that have many of them.

    Entries outside their dates are never answered: they lose and take nothing.
    """
    stolen = find_stolen(index, today=today, progress=progress)
    return [*_wordings(faq, stolen), *_pairs(faq, stolen)]


def find_stolen(index: Index, *, today: date, progress: Progress | None = None) -> list[Stolen]:
    """Leave out each wording of each entry that has others."""
    joined = side_by_side([space.mapped for space in index.spaces.values()])
    solved = solve(joined, index.owner, units=len(index.entries))
    is_open = np.array([entry.is_valid_on(today) for entry in index.entries])
    found: list[Stolen] = []
    for start in range(0, len(joined), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(joined)))
        found += _stolen_of(index, joined, solved, rows, is_open)
        if progress:
            progress(int(rows[-1]) + 1, len(joined))
    return found


def _stolen_of(
    index: Index, joined: Floats, solved: Solved, rows: NDArray[np.int64], is_open: NDArray[np.bool_]
) -> Iterator[Stolen]:
    """Leave out a block of wordings; the nearest wording and the classifier must agree on the thief."""
    near = joined[rows] @ joined.T
    near[np.arange(len(rows)), rows] = -1.0
    nearest = _by_entry(index, np.maximum.reduceat(near, index.starts, axis=1))
    learned = _by_entry(index, np.where(is_open, solved.without(joined, index.owner, rows), -np.inf))
    own = index.family[index.owner[rows]]
    places = np.arange(len(rows))
    thieves = np.argmax(learned, axis=1)
    theirs, mine = nearest[places, thieves], nearest[places, own]
    taken = (thieves != own) & (theirs >= _ALIKE) & (theirs >= mine + _AHEAD) & (mine > -1.0)
    taken &= is_open[index.owner[rows]]
    for place in np.flatnonzero(taken):
        row, thief = int(rows[place]), int(thieves[place])
        held = np.flatnonzero(index.family[index.owner] == thief)
        best = int(held[np.argmax(near[place, held])])
        if not _is_twin(index, row) and not _is_refused(index, row, held, thief):
            entry = index.entries[index.owner[row]].id
            yield Stolen(entry, index.phrasings[row], index.entries[index.owner[best]].id, index.phrasings[best])


def _by_entry(index: Index, of_unit: Floats) -> Floats:
    """Best unit of each entry; shape (rows, entries) from (rows, units)."""
    best: Floats = np.maximum.reduceat(of_unit, np.flatnonzero(np.diff(index.family, prepend=-1)), axis=1)
    return best


def _is_twin(index: Index, row: int) -> bool:
    """A wording that two entries share is a finding of its own."""
    return len(index.wording_of.get(index.folded[row], ())) > 1


def _is_refused(index: Index, row: int, held: NDArray[np.int64], thief: int) -> bool:
    """Tell whether a not_question of the thief lies nearer than its wordings: then it takes nothing."""
    refusing = np.flatnonzero(index.family[index.negative_owner] == thief) if len(index.negatives) else np.zeros(0)
    for space in index.spaces.values():
        if space.negatives is not None and len(refusing):
            asked = space.mapped[row]
            return float((space.negatives[refusing] @ asked).max()) >= float((space.mapped[held] @ asked).max())
    return False


def _wordings(faq: FaqBase, stolen: Sequence[Stolen]) -> Iterator[Finding]:
    spots = _spots(faq)
    for each in stolen:
        twin = spots[each.thief, each.nearest]
        yield hint(
            faq,
            spots[each.entry, each.text],
            "overlap-wording",
            level="hint",
            text=each.text,
            other=each.thief,
            twin=each.nearest,
            line=faq.position(*twin).line,
        )


def _spots(faq: FaqBase) -> dict[tuple[str, str], Spot]:
    """Where each wording of each entry stands."""
    every = (wording for entry in faq.entries for wording in wordings_of(entry))
    return {(wording.entry, wording.text): (wording.entry, wording.field, wording.index) for wording in every}


def _pairs(faq: FaqBase, stolen: Sequence[Stolen]) -> Iterator[Finding]:
    """Name each pair of entries that overlaps as a whole, at the entry that loses more."""
    lost = Counter((each.entry, each.thief) for each in stolen)
    sizes = {entry.id: len(entry.phrasings) for entry in faq.entries}
    said: set[tuple[str, str]] = set()
    for entry, other in lost:
        count = lost[entry, other] + lost[other, entry]
        if lost[entry, other] < lost[other, entry] or (other, entry) in said:
            continue
        said.add((entry, other))
        if count >= _MANY and count >= _SHARE * min(sizes[entry], sizes[other]):
            line = faq.position(other, "question").line
            yield hint(faq, (entry, "question", 0), "overlap-pair", other=other, line=line, count=count)
