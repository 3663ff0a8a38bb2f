"""Motley entries, taken apart: an entry with very many unlike wordings is ranked as several groups of like ones.

«Nicht zuständig» holds hundreds of services. Their common centre says nothing, a group around «Ausweis, Pass, Perso»
does.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import Floats
from intents.faq import FaqEntry

MOTLEY = 40
"""Wordings above which an entry is taken apart."""
_GROUP = 8
"""Wordings a group has on average."""
_MOST_GROUPS = 64
_ROUNDS = 6


@dataclass(frozen=True)
class Unit:
    """What is ranked: an entry, or one group of its wordings."""

    entry: FaqEntry
    """The whole entry."""
    family: int
    """Number of the entry."""
    phrasings: tuple[str, ...]


def make_units(entries: Sequence[FaqEntry], vectors: Mapping[str, Floats]) -> list[Unit]:
    """Return the units of all entries, in the order of the entries; `vectors` holds one unit vector per wording."""
    units = []
    for family, entry in enumerate(entries):
        units += [Unit(entry, family, group) for group in _groups(entry.phrasings, vectors)]
    return units


def _groups(phrasings: tuple[str, ...], vectors: Mapping[str, Floats]) -> list[tuple[str, ...]]:
    if len(phrasings) <= MOTLEY:
        return [phrasings]
    rows = np.stack([vectors[text] for text in phrasings])
    labels = spherical_k_means(rows, min(_MOST_GROUPS, math.ceil(len(phrasings) / _GROUP)))
    groups: dict[int, list[str]] = {}
    for label, text in zip(labels, phrasings, strict=True):
        groups.setdefault(int(label), []).append(text)
    return [tuple(group) for group in groups.values()]


def spherical_k_means(rows: Floats, groups: int) -> NDArray[np.int64]:
    """Group unit vectors by cosine; starts from the rows farthest from each other, so it is deterministic."""
    centres = rows[_farthest_first(rows, groups)]
    labels = np.argmax(rows @ centres.T, axis=1)
    for _ in range(_ROUNDS):
        for group in range(groups):
            members = rows[labels == group]
            if len(members):
                mean = members.sum(axis=0)
                centres[group] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        labels = np.argmax(rows @ centres.T, axis=1)
    found: NDArray[np.int64] = labels
    return found


def _farthest_first(rows: Floats, groups: int) -> list[int]:
    chosen = [0]
    nearest = rows @ rows[0]
    while len(chosen) < groups:
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
    return chosen
