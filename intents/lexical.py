"""Sparse indexes over texts: which texts share weighted terms with a question, in NumPy alone."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.pipeline import Analysis
from intents.synonyms import Synonyms
from intents.text import folded

Floats = NDArray[np.float32]
Terms = Mapping[str, float]
"""Term → how often (or how strongly) it stands in the text."""

STOP_WEIGHT = 0.15
"""Function words carry a little: «wer», «wann», «warum» tell questions apart, «der» does not."""


def part_terms(analysis: Analysis, synonyms: Synonyms) -> dict[str, float]:
    """Return the folded compound parts of a text with their weights; synonyms share one term."""
    terms: dict[str, float] = {}
    replaced: set[int] = set()
    for places, term in synonyms.find(analysis.words):
        terms[term] = 1.0
        replaced.update(places)
    for place, word in enumerate(analysis.words):
        if place not in replaced:
            weight = STOP_WEIGHT if word.is_stop else 1.0
            for part in word.parts:
                terms[part] = max(weight, terms.get(part, 0.0))
    return terms


def char_terms(text: str, sizes: Sequence[int] = (3, 4)) -> dict[str, float]:
    """Return the character n-grams of the folded words, with blanks at word ends."""
    padded = [f" {word} " for word in folded(text).split()]
    grams = (word[i : i + size] for word in padded for size in sizes for i in range(len(word) - size + 1))
    return dict(Counter(grams))


@dataclass(frozen=True)
class Overlap:
    """How a question's terms overlap with each text; arrays of shape (texts,)."""

    shared: Floats
    """Weight of the shared terms."""
    asked: float
    """Weight of all the question's terms."""
    held: Floats
    """Weight of all the text's terms."""

    @property
    def of_question(self) -> Floats:
        """Share of the question that the text covers, 0 to 1."""
        return (self.shared / max(self.asked, 1e-6)).astype(np.float32)

    @property
    def of_text(self) -> Floats:
        """Share of the text that the question covers, 0 to 1."""
        return (self.shared / np.maximum(self.held, 1e-6)).astype(np.float32)

    @property
    def dice(self) -> Floats:
        """Both shares in one: 2 × shared ÷ (question + text)."""
        dice: Floats = (2 * self.shared / np.maximum(self.asked + self.held, 1e-6)).astype(np.float32)
        return dice


class TermIndex:
    """An inverted index: term → the texts that hold it, with weights."""

    def __init__(self, texts: Iterable[Terms], weigh: Callable[[str, int, int], float]) -> None:
        """Index texts; `weigh(term, texts holding it, texts)` is the term's inverse document frequency."""
        self._ids: dict[str, int] = {}
        lengths, terms, values = self._flatten(texts)
        self.size = len(lengths)
        rows = np.repeat(np.arange(self.size), lengths)
        frequency = np.bincount(terms, minlength=len(self._ids))
        pairs = zip(self._ids, frequency, strict=True)
        self.idf = np.array([weigh(term, int(n), self.size) for term, n in pairs], dtype=np.float32)
        self._idf = self.idf.tolist()
        self._weigh = weigh
        self._build(rows, terms, values)

    def _flatten(self, texts: Iterable[Terms]) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Number of terms of each text, all their terms, all their values; no text is kept."""
        lengths, terms, values = array("q"), array("q"), array("f")
        for text in texts:
            lengths.append(len(text))
            terms.extend(self._ids.setdefault(term, len(self._ids)) for term in text)
            values.extend(text.values())
        sizes, numbers = np.array(lengths, dtype=np.int64), np.array(terms, dtype=np.int64)
        return sizes, numbers, np.array(values, dtype=np.float32)

    def _build(self, rows: NDArray[np.int64], terms: NDArray[np.int64], values: Floats) -> None:
        order = np.argsort(terms, kind="stable")
        weights = values[order] * self.idf[terms[order]] if len(terms) else values
        self._rows = rows[order]
        self._weights = weights.astype(np.float32)
        self._starts = np.searchsorted(terms[order], np.arange(len(self._ids) + 1)).tolist()
        self.held = np.bincount(self._rows, self._weights, self.size).astype(np.float32)
        self.norms = np.sqrt(np.bincount(self._rows, self._weights**2, self.size)).astype(np.float32)

    def overlap(self, terms: Terms) -> Overlap:
        """Weight shared with each text; a term's weight is the smaller of the two."""
        weights = {term: value * self.weight(term) for term, value in terms.items()}
        rows, held, asked = self._gather(weights)
        shared = np.bincount(rows, np.minimum(held, asked), self.size)
        return Overlap(shared.astype(np.float32), sum(weights.values()), self.held)

    def cosine(self, terms: Terms) -> Floats:
        """Cosine of the weighted term vectors, 0 to 1."""
        weights = {term: value * self.weight(term) for term, value in terms.items()}
        rows, held, asked = self._gather(weights)
        dots = np.bincount(rows, held * asked, self.size)
        norm = np.sqrt(sum(weight**2 for weight in weights.values()))
        cosine: Floats = (dots / np.maximum(self.norms * norm, 1e-6)).astype(np.float32)
        return cosine

    def _gather(self, weights: Terms) -> tuple[NDArray[np.int64], Floats, Floats]:
        """All postings of the terms: the text, its weight of the term, the question's weight of the term."""
        found = [(self._ids[term], weight) for term, weight in weights.items() if term in self._ids]
        slices = [slice(self._starts[number], self._starts[number + 1]) for number, _ in found]
        if not slices:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32)
        rows = np.concatenate([self._rows[each] for each in slices])
        held = np.concatenate([self._weights[each] for each in slices])
        sizes = [each.stop - each.start for each in slices]
        return rows, held, np.repeat(np.array([weight for _, weight in found], dtype=np.float32), sizes)

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term, known here or not."""
        number = self._ids.get(term)
        return self._weigh(term, 0, self.size) if number is None else float(self._idf[number])

    def holds(self, term: str) -> bool:
        """Tell whether any text holds the term."""
        return term in self._ids
