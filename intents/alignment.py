"""Word by word: whether an entry holds a word for each word of the question.

«Wie viele Seiten umfasst die Digitalstrategie?» lies near «Was ist die Digitalstrategie?», yet nothing in that entry
speaks of pages. Each content word of the question is held against the nearest word of the entry's wordings and answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.encoder import CachedEncoder, Floats
from intents.pipeline import Analysis, Word
from intents.text import fold

_MIN_LETTERS = 3
_FEW_WORDS = 1_500
"""Words of a FAQ up to which comparing with all of them is quicker than picking those of the candidates."""
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
        """Read the question's content words: their vectors and weights."""
        read = [word for word in analysis.content if _counts(word)]
        weights = np.array([weigh(word.lemma) for word in read], dtype=np.float32)
        asked = self.memory.vectors_of([_spelled(word) for word in read])
        return Covered(asked, weights)

    def cover(self, covered: "Covered", chosen: NDArray[np.int64]) -> list[Floats]:
        """How the question's content words are covered by each chosen unit: [weighted mean, worst]; (chosen,) each."""
        if not len(covered.weights):
            return [np.zeros(len(chosen), dtype=np.float32)] * 2
        held = [self.held[unit] for unit in chosen]
        starts = np.cumsum([0, *map(len, held[:-1])])
        best = np.maximum.reduceat(self._near(covered.asked, np.concatenate(held)), starts, axis=1)
        best = np.maximum(best, 0.0).T
        weights = covered.weights
        return [(best @ weights / weights.sum()).astype(np.float32), best.min(axis=1)]

    def _near(self, asked: Floats, rows: NDArray[np.int64]) -> Floats:
        """Cosines of the question's words with some words of the FAQ; shape (words of the question, rows)."""
        if len(self.vectors) <= _FEW_WORDS:
            every: Floats = asked @ self.vectors.T
            return every[:, rows]
        unlike, places = np.unique(rows, return_inverse=True)
        near: Floats = asked @ self.vectors[unlike].T
        return near[:, places]


@dataclass(frozen=True)
class Covered:
    """The content words of one question."""

    asked: Floats
    """Unit vectors, shape (words of the question, d)."""
    weights: Floats
    """Inverse document frequency of the question's words, shape (words,)."""


def content_words(texts: Iterable[Analysis]) -> dict[str, str]:
    """Return the content words of texts: folded form → first spelling."""
    spellings: dict[str, str] = {}
    for analysis in texts:
        for word in analysis.content:
            if _counts(word):
                spellings.setdefault(fold(_spelled(word)), _spelled(word))
    return spellings


def align_words(units: Sequence[Mapping[str, str]], encoder: CachedEncoder) -> Alignment:
    """Encode the content words of each unit, each word once."""
    spellings: dict[str, str] = {}
    for words in units:
        for folded, spelled in words.items():
            spellings.setdefault(folded, spelled)
    rows = {folded: row for row, folded in enumerate(spellings)}
    vectors = np.pad(encoder.encode(list(spellings.values())), ((0, 1), (0, 0)))
    known = dict(zip(spellings, vectors, strict=False))  # the last row is no word's
    held = tuple(np.array(sorted(rows[word] for word in words) or [len(rows)], dtype=np.int64) for words in units)
    return Alignment(vectors, held, WordMemory(known, encoder))


class WordMemory:
    """Vectors of single words; those of citizens stay in memory only, and not for long."""

    def __init__(self, known: Mapping[str, Floats], encoder: CachedEncoder) -> None:
        """Start with the FAQ's own words, folded."""
        self._known = known
        self._encoder = encoder
        self._recent: dict[str, Floats] = {}

    def missing(self, words: Sequence[str]) -> list[str]:
        """Return the words without a vector, each once."""
        return [word for word in dict.fromkeys(words) if self._find(word) is None]

    def keep(self, words: Sequence[str], rows: Floats) -> None:
        """Remember vectors, shape (words, d)."""
        if len(self._recent) > _REMEMBERED:
            self._recent = {}
        self._recent.update((word, row.copy()) for word, row in zip(words, rows, strict=True))

    def vectors_of(self, words: Sequence[str]) -> Floats:
        """Return unit vectors, shape (words, d); what is new is encoded in one go."""
        found = {word: self._find(word) for word in words}
        fresh = [word for word, row in found.items() if row is None]
        if fresh:
            rows = self._encoder.encode_now(fresh)
            self.keep(fresh, rows)
            found.update(zip(fresh, rows, strict=True))
        known = [row for word in words if (row := found[word]) is not None]
        return np.stack(known) if known else np.zeros((0, self._encoder.dimension), dtype=np.float32)

    def _find(self, word: str) -> Floats | None:
        """The FAQ's own words in any spelling; a citizen's in its own, so that no message depends on another's."""
        return self._known.get(fold(word), self._recent.get(word))


def _counts(word: Word) -> bool:
    return len(word.lemma) >= _MIN_LETTERS or word.text.isdigit()


def _spelled(word: Word) -> str:
    return word.repaired or word.text
