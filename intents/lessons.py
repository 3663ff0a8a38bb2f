"""What the classifiers of a FAQ learn from: its wordings, and what its answers say.

An answer holds the words that citizens use and the editor's few wordings lack. As one more row of its entry, beside the
wordings, it teaches the classifiers what no wording says.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats

_COUNTS = 2
"""Rows of a passage: it says more than one wording does."""


@dataclass(frozen=True)
class Lessons:
    """Rows with the unit that each belongs to."""

    vectors: Floats
    """Unit vectors, shape (n, d)."""
    owner: NDArray[np.int64]
    """Unit of each row, ascending."""
    asked: NDArray[np.bool_]
    """Rows that a FAQ asks itself: wordings that stand in no passage."""


def lessons(
    wordings: Floats,
    owner: NDArray[np.int64],
    passages: Floats,
    teller: NDArray[np.int64],
    told: NDArray[np.bool_],
) -> Lessons:
    """Put wordings (n, d) and passages (m, d) in the order of their units, `owner` (n,) and `teller` (m,).

    `told` (n,) says which wordings stand in their entry's passage: left out, they would be found by themselves.
    """
    everyone = np.concatenate([owner, np.repeat(teller, _COUNTS)])
    order = np.argsort(everyone, kind="stable")
    vectors = np.concatenate([wordings, np.repeat(passages, _COUNTS, axis=0)])
    asked = np.concatenate([~told, np.zeros(_COUNTS * len(teller), dtype=bool)])
    return Lessons(vectors[order], everyone[order], asked[order])
