"""Word by word: whether an entry holds a word for each word of the question.

«Wie viele Seiten umfasst die Digitalstrategie?» lies near «Was ist die Digitalstrategie?», yet nothing in that entry
speaks of pages. Each content word of the question is held against the nearest word of the entry's wordings and answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import CachedEncoder, Floats
from intents.pipeline import Analysis, Word
from intents.text import fold

_MIN_LETTERS = 3
_REMEMBERED = 5_000
"""Words outside the FAQ whose vectors are remembered."""


@dataclass(frozen=True)
class Alignment:
    """The words of a FAQ as vectors."""

    vectors: Floats
    """Shape (words, d), unit rows."""
    held: tuple[NDArray[np.int64], ...]
    """The words of each unit, as rows of `vectors`."""
    vectors_of: Callable[[Sequence[str]], Floats]
    """Unit vectors of words, shape (words, d); remembered."""

    def cover(self, analysis: Analysis, weigh: Callable[[str], float], chosen: NDArray[np.int64]) -> list[Floats]:
        """How the question's content words are covered by each chosen unit: [weighted mean, worst]; (chosen,) each."""
        read = [word for word in analysis.content if _counts(word)]
        if not read:
            return [np.zeros(len(chosen), dtype=np.float32)] * 2
        asked = self.vectors_of([_spelled(word) for word in read])
        near = asked @ self.vectors.T
        best = np.stack([near[:, self.held[unit]].max(axis=1, initial=0.0) for unit in chosen])
        weights = np.array([weigh(word.lemma) for word in read], dtype=np.float32)
        return [(best @ weights / weights.sum()).astype(np.float32), best.min(axis=1)]


def align(units: Sequence[Sequence[Analysis]], encoder: CachedEncoder) -> Alignment:
    """Encode the content words of each unit's texts."""
    spellings: dict[str, str] = {}
    for texts in units:
        for analysis in texts:
            for word in analysis.content:
                if _counts(word):
                    spellings.setdefault(fold(_spelled(word)), _spelled(word))
    rows = {folded: row for row, folded in enumerate(spellings)}
    vectors = encoder.encode(list(spellings.values()))
    known = dict(zip(spellings, vectors, strict=True))

    held = tuple(_rows_of(texts, rows) for texts in units)
    return Alignment(vectors, held, _remembering(known, encoder))


def _remembering(known: Mapping[str, Floats], encoder: CachedEncoder) -> Callable[[Sequence[str]], Floats]:
    """Encode what is new in one go; single words of citizens stay in memory only, and not for long."""
    recent: dict[str, Floats] = {}

    def vectors_of(words: Sequence[str]) -> Floats:
        found = {fold(word): known.get(fold(word), recent.get(fold(word))) for word in words}
        fresh = [word for word in words if found[fold(word)] is None]
        if fresh:
            if len(recent) > _REMEMBERED:
                recent.clear()
            made = {fold(word): row for word, row in zip(fresh, encoder.encode_now(fresh), strict=True)}
            recent.update(made)
            found.update(made)
        return np.stack([row for word in words if (row := found[fold(word)]) is not None])

    return vectors_of


def _rows_of(texts: Sequence[Analysis], rows: dict[str, int]) -> NDArray[np.int64]:
    found = {rows[fold(_spelled(word))] for analysis in texts for word in analysis.content if _counts(word)}
    return np.array(sorted(found), dtype=np.int64)


def _counts(word: Word) -> bool:
    return len(word.lemma) >= _MIN_LETTERS or word.text.isdigit()


def _spelled(word: Word) -> str:
    return word.repaired or word.text
