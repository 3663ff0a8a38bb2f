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
    """Shape (words + 1, d), unit rows; the last is zero, for units without a word."""
    held: tuple[NDArray[np.int64], ...]
    """The words of each unit, as rows of `vectors`."""
    memory: "WordMemory"
    """Vectors of words, the FAQ's own and those asked lately."""

    def strange(self, analysis: Analysis) -> list[str]:
        """Return the question's content words whose vectors nobody has asked for lately."""
        return self.memory.missing([_spelled(word) for word in analysis.content if _counts(word)])

    def compare(self, analysis: Analysis, weigh: Callable[[str], float]) -> "Covered":
        """Hold the question's content words against all words of the FAQ."""
        read = [word for word in analysis.content if _counts(word)]
        weights = np.array([weigh(word.lemma) for word in read], dtype=np.float32)
        asked = self.memory.vectors_of([_spelled(word) for word in read])
        return Covered(asked @ self.vectors.T, weights)

    def cover(self, covered: "Covered", chosen: NDArray[np.int64]) -> list[Floats]:
        """How the question's content words are covered by each chosen unit: [weighted mean, worst]; (chosen,) each."""
        if not len(covered.weights):
            return [np.zeros(len(chosen), dtype=np.float32)] * 2
        held = [self.held[unit] for unit in chosen]
        starts = np.cumsum([0, *map(len, held[:-1])])
        best = np.maximum.reduceat(covered.near[:, np.concatenate(held)], starts, axis=1)
        best = np.maximum(best, 0.0).T
        weights = covered.weights
        return [(best @ weights / weights.sum()).astype(np.float32), best.min(axis=1)]


@dataclass(frozen=True)
class Covered:
    """The content words of one question beside the words of the FAQ."""

    near: Floats
    """Cosines, shape (words of the question, words of the FAQ)."""
    weights: Floats
    """Inverse document frequency of the question's words, shape (words,)."""


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
    return Alignment(np.pad(vectors, ((0, 1), (0, 0))), held, WordMemory(known, encoder))


class WordMemory:
    """Vectors of single words; those of citizens stay in memory only, and not for long."""

    def __init__(self, known: Mapping[str, Floats], encoder: CachedEncoder) -> None:
        """Start with the FAQ's own words, folded."""
        self._known = known
        self._encoder = encoder
        self._recent: dict[str, Floats] = {}

    def missing(self, words: Sequence[str]) -> list[str]:
        """Return the words without a vector, each once."""
        return [word for folded, word in {fold(word): word for word in words}.items() if self._find(folded) is None]

    def keep(self, words: Sequence[str], rows: Floats) -> None:
        """Remember vectors, shape (words, d)."""
        if len(self._recent) > _REMEMBERED:
            self._recent = {}
        self._recent.update((fold(word), row) for word, row in zip(words, rows, strict=True))

    def vectors_of(self, words: Sequence[str]) -> Floats:
        """Return unit vectors, shape (words, d); what is new is encoded in one go."""
        found = {fold(word): self._find(fold(word)) for word in words}
        fresh = [word for word in words if found[fold(word)] is None]
        if fresh:
            rows = self._encoder.encode_now(fresh)
            self.keep(fresh, rows)
            found.update((fold(word), row) for word, row in zip(fresh, rows, strict=True))
        known = [row for word in words if (row := found[fold(word)]) is not None]
        return np.stack(known) if known else np.zeros((0, self._encoder.dimension), dtype=np.float32)

    def _find(self, folded: str) -> Floats | None:
        return self._known.get(folded, self._recent.get(folded))


def _rows_of(texts: Sequence[Analysis], rows: dict[str, int]) -> NDArray[np.int64]:
    found = {rows[fold(_spelled(word))] for analysis in texts for word in analysis.content if _counts(word)}
    return np.array(sorted(found) or [len(rows)], dtype=np.int64)


def _counts(word: Word) -> bool:
    return len(word.lemma) >= _MIN_LETTERS or word.text.isdigit()


def _spelled(word: Word) -> str:
    return word.repaired or word.text
