"""What a city could use instead: each peer learns the known wordings and scores every entry.

A peer is fitted on phrasings with their entry numbers. Higher scores are better; its confidence is the
best it offers for staying silent: the similarity of the nearest wording or the probability of the best
entry. Settings were chosen in the peers' favour on the labelled sets.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.memo import Encode, Memo, e5_encoder, use_encoder

Floats = NDArray[np.float64]


class Scorer(Protocol):
    """A fitted peer."""

    def score(self, queries: Sequence[str]) -> Floats:
        """Score every entry for every query: one row per query, one column per entry."""
        ...

    def confidence(self, scores: Floats) -> Floats:
        """How sure the peer is of its best entry, per row of scores, 0 to 1."""
        ...


Fit = Callable[[Sequence[str], Sequence[int], int], Scorer]


@dataclass(frozen=True)
class Peer:
    """A named alternative."""

    name: str
    fit: Fit


def all_peers(memo: Memo) -> list[Peer]:
    """List every peer, the cheapest first; e5 is multilingual-e5-small. Embeddings are kept in `memo`."""
    use, e5 = use_encoder(memo), e5_encoder(memo)
    return [
        Peer("rapidfuzz token_set_ratio", FuzzyRatio),
        Peer("BM25, Snowball stems", Bm25),
        Peer("TF-IDF + linear SVM", TfidfSvm),
        Peer("USE nearest neighbour", partial(Nearest, use)),
        Peer("e5 nearest neighbour", partial(Nearest, e5)),
        Peer("USE + logistic regression", partial(Logistic, use, strength=100.0)),
        Peer("e5 + logistic regression", partial(Logistic, e5, strength=1000.0)),
    ]


def best_per_entry(similarity: Floats, labels: Sequence[int], n_entries: int) -> Floats:
    """Columns of phrasings → columns of entries, by the best phrasing; an entry without any gets -inf."""
    scores = np.full((n_entries, similarity.shape[0]), -np.inf)
    np.maximum.at(scores, np.asarray(labels), similarity.T)
    return scores.T


def top(scores: Floats) -> Floats:
    """Return the best score of each row, within 0 to 1."""
    return np.asarray(np.clip(scores.max(axis=1), 0.0, 1.0), np.float64)


class FuzzyRatio:
    """rapidfuzz token_set_ratio to the nearest phrasing, after its own default_process."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int], n_entries: int) -> None:
        self._texts, self._labels, self._n = list(texts), labels, n_entries

    def score(self, queries: Sequence[str]) -> Floats:
        """Token-set similarity, 0 to 1."""
        from rapidfuzz import fuzz, process, utils

        table = process.cdist(list(queries), self._texts, scorer=fuzz.token_set_ratio, processor=utils.default_process)
        return best_per_entry(np.asarray(table, np.float64) / 100.0, self._labels, self._n)

    def confidence(self, scores: Floats) -> Floats:
        """Similarity of the nearest phrasing."""
        return top(scores)


class Bm25:
    """Okapi BM25 over German Snowball stems, best phrasing of each entry."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int], n_entries: int) -> None:
        import snowballstemmer
        from rank_bm25 import BM25Okapi

        self._stem = snowballstemmer.stemmer("german").stemWords
        self._labels, self._n = labels, n_entries
        self._index: Any = BM25Okapi([self._words(text) or [""] for text in texts])

    def _words(self, text: str) -> list[str]:
        return list(self._stem(re.findall(r"\w+", text.lower())))

    def score(self, queries: Sequence[str]) -> Floats:
        """BM25 score, at least 0."""
        table = [self._index.get_scores(self._words(query)) for query in queries]
        return best_per_entry(np.asarray(table, np.float64), self._labels, self._n)

    def confidence(self, scores: Floats) -> Floats:
        """Best score, pressed into 0 to 1."""
        best = np.maximum(scores.max(axis=1), 0.0)
        return np.asarray(best / (best + 10.0), np.float64)


class TfidfSvm:
    """TF-IDF over words (1-2) and characters within words (2-5), linear SVM one against the rest."""

    def __init__(self, texts: Sequence[str], labels: Sequence[int], n_entries: int) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline, make_union
        from sklearn.svm import LinearSVC

        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._n = n_entries
        self._model: Any = make_pipeline(make_union(words, letters), LinearSVC(C=1.0))
        self._model.fit(list(texts), list(labels))

    def score(self, queries: Sequence[str]) -> Floats:
        """Distance to each entry's separating plane."""
        return spread(self._model.decision_function(list(queries)), self._model.classes_, self._n)

    def confidence(self, scores: Floats) -> Floats:
        """Logistic of the best distance."""
        return np.asarray(1.0 / (1.0 + np.exp(-scores.max(axis=1))), np.float64)


def spread(table: Floats, classes: NDArray[np.int64], n_entries: int) -> Floats:
    """Columns of a classifier's classes → columns of entries; two classes come as one signed column."""
    both = np.stack([-table, table], axis=1) if table.ndim == 1 else table
    scores = np.full((len(both), n_entries), -np.inf)
    scores[:, classes] = both
    return scores


class Nearest:
    """Cosine similarity of sentence embeddings to the nearest phrasing."""

    def __init__(self, encode: Encode, texts: Sequence[str], labels: Sequence[int], n_entries: int) -> None:
        self._encode, self._labels, self._n = encode, labels, n_entries
        self._phrasings = encode(texts)

    def score(self, queries: Sequence[str]) -> Floats:
        """Cosine similarity."""
        similarity = (self._encode(queries) @ self._phrasings.T).astype(np.float64)
        return best_per_entry(similarity, self._labels, self._n)

    def confidence(self, scores: Floats) -> Floats:
        """Similarity of the nearest phrasing."""
        return top(scores)


class Logistic:
    """Multinomial logistic regression over centred sentence embeddings; `strength` is 1 ÷ its penalty."""

    def __init__(
        self, encode: Encode, texts: Sequence[str], labels: Sequence[int], n_entries: int, *, strength: float
    ) -> None:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._encode, self._n = encode, n_entries
        regression = LogisticRegression(C=strength, class_weight="balanced", max_iter=1000)
        self._model: Any = make_pipeline(StandardScaler(with_std=False), regression)
        self._model.fit(encode(texts), np.asarray(labels))

    def score(self, queries: Sequence[str]) -> Floats:
        """Probability of each entry."""
        table = np.asarray(self._model.predict_proba(self._encode(queries)), np.float64)
        return spread(table, self._model.classes_, self._n)

    def confidence(self, scores: Floats) -> Floats:
        """Probability of the best entry."""
        return top(scores)
