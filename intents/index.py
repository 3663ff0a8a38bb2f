"""What is prepared from one FAQ: the index that questions are compared with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.background import Background, Projection, weigh_plain
from intents.encoder import CachedEncoder, Floats, Progress
from intents.faq import FaqBase, FaqEntry
from intents.lexical import TermIndex, char_terms, part_terms
from intents.pipeline import Analyser, Analysis
from intents.synonyms import Synonyms
from intents.text import fold, folded, normalise, words

_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_MAX_SENTENCES = 12
"""Sentences of an answer that are read: what an answer is about stands at its start."""
_MARKDOWN = re.compile(r"[*_`#>]|\]\([^)]*\)|\[")
_DENSITY_SAMPLE = 1_000


@dataclass(frozen=True)
class Space:
    """One encoder's view of the FAQ; rows are unit vectors."""

    projection: Projection
    phrasings: Floats
    """Centred, shape (phrasings, d)."""
    mapped: Floats
    """Mapped, shape (phrasings, d)."""
    centroids: Floats
    """Mean of each entry's mapped phrasings, shape (entries, d)."""
    negatives: Floats
    """Mapped not_questions, shape (not_questions, d)."""
    sentences: Floats | None
    """Mapped sentences of the answers, shape (sentences, d); None where the encoder is too slow for them."""
    density: float
    """How near the nearest wordings of other entries are, on average: crowded FAQs need more care."""


@dataclass(frozen=True)
class Index:
    """A FAQ, prepared for questions."""

    entries: tuple[FaqEntry, ...]
    phrasings: tuple[str, ...]
    folded: tuple[str, ...]
    """The phrasings' folded words, for rapidfuzz."""
    owner: NDArray[np.int64]
    """Entry number of each phrasing; ascending."""
    starts: NDArray[np.int64]
    """First phrasing of each entry."""
    sizes: NDArray[np.int64]
    """Phrasings of each entry."""
    analyser: Analyser
    synonyms: Synonyms
    parts: TermIndex
    """Compound parts of the phrasings."""
    chars: TermIndex
    """Character n-grams of the phrasings."""
    whole: TermIndex
    """Compound parts of all phrasings of an entry together."""
    answers: TermIndex
    """Compound parts of phrasings and answer together."""
    question_types: NDArray[np.bool_]
    """Which kinds of question word each entry's phrasings use, shape (entries, kinds)."""
    negatives: tuple[str, ...]
    """The not_questions."""
    negative_owner: NDArray[np.int64]
    negative_parts: TermIndex
    negative_chars: TermIndex
    sentence_owner: NDArray[np.int64]
    spaces: Mapping[str, Space]
    """Encoder family → its view."""

    def best_of_entry(self, of_phrasing: Floats) -> Floats:
        """The best phrasing's score for each entry; shape (entries,) from (phrasings,)."""
        best: Floats = np.maximum.reduceat(of_phrasing, self.starts)
        return best


def build_index(
    faq: FaqBase,
    background: Background,
    encoders: Mapping[str, CachedEncoder],
    progress: Progress | None = None,
) -> Index:
    """Prepare a FAQ: analyse its words, count its terms, encode its wordings (cached)."""
    entries = tuple(entry for entry in faq.entries if entry.phrasings)
    analyser = Analyser.for_texts(_vocabulary_texts(faq))
    synonyms = Synonyms.from_groups(faq.synonyms, analyser.analyse)
    phrasings = tuple(normalise(text) or text for entry in entries for text in entry.phrasings)
    owner = _owners([len(entry.phrasings) for entry in entries])
    negatives = tuple(normalise(text) for entry in entries for text in entry.not_questions)
    sentences = [_sentences(entry.answer) for entry in entries]
    terms = [part_terms(analyser.analyse(text), synonyms) for text in phrasings]
    whole = [_union(terms[at : at + len(entry.phrasings)]) for at, entry in zip(_starts(owner), entries, strict=True)]
    answers = [
        _union([one, *(part_terms(analyser.analyse(text), synonyms) for text in texts)])
        for one, texts in zip(whole, sentences, strict=True)
    ]
    flat = [text for texts in sentences for text in texts]
    spaces = {
        name: _space(encoder, background.projections[name], phrasings, owner, negatives, flat, progress)
        for name, encoder in encoders.items()
    }
    return Index(
        entries=entries,
        phrasings=phrasings,
        folded=tuple(folded(text) for text in phrasings),
        owner=owner,
        starts=_starts(owner),
        sizes=np.bincount(owner, minlength=len(entries)),
        analyser=analyser,
        synonyms=synonyms,
        parts=TermIndex(terms, background.weigh),
        chars=TermIndex([char_terms(text) for text in phrasings], weigh_plain),
        whole=TermIndex(whole, background.weigh),
        answers=TermIndex(answers, background.weigh),
        question_types=_question_types(phrasings, owner, len(entries)),
        negatives=negatives,
        negative_owner=_owners([len(entry.not_questions) for entry in entries]),
        negative_parts=TermIndex([part_terms(analyser.analyse(text), synonyms) for text in negatives], background.weigh),
        negative_chars=TermIndex([char_terms(text) for text in negatives], weigh_plain),
        sentence_owner=_owners([len(texts) for texts in sentences]),
        spaces=spaces,
    )


def _vocabulary_texts(faq: FaqBase) -> list[str]:
    texts = [" ".join(group) for group in faq.synonyms]
    for entry in faq.entries:
        texts += [*entry.phrasings, *entry.not_questions, entry.answer]
    return texts


def _owners(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(counts)), counts)


def _starts(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.flatnonzero(np.diff(owner, prepend=-1))


def _sentences(answer: str) -> list[str]:
    plain = _MARKDOWN.sub(" ", answer)
    return [text for part in _SENTENCE.split(plain) if (text := normalise(part))][:_MAX_SENTENCES]


def _union(terms: Sequence[Mapping[str, float]]) -> dict[str, float]:
    union: dict[str, float] = {}
    for each in terms:
        for term, value in each.items():
            union[term] = max(value, union.get(term, 0.0))
    return union


def _space(
    encoder: CachedEncoder,
    projection: Projection,
    phrasings: Sequence[str],
    owner: NDArray[np.int64],
    negatives: Sequence[str],
    sentences: Sequence[str],
    progress: Progress | None,
) -> Space:
    read = sentences if encoder.quick else ()
    raw = encoder.encode([*phrasings, *negatives, *read], progress)
    mapped = projection.mapped(raw)
    first, second = len(phrasings), len(phrasings) + len(negatives)
    own = mapped[:first]
    return Space(
        projection=projection,
        phrasings=projection.centred(raw[:first]),
        mapped=own,
        centroids=_centroids(own, owner),
        negatives=mapped[first:second],
        sentences=mapped[second:] if encoder.quick else None,
        density=_density(own, owner),
    )


def _centroids(mapped: Floats, owner: NDArray[np.int64]) -> Floats:
    sums = np.add.reduceat(mapped, _starts(owner), axis=0)
    return (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _density(mapped: Floats, owner: NDArray[np.int64]) -> float:
    step = max(1, len(mapped) // _DENSITY_SAMPLE)
    some, whose = mapped[::step], owner[::step]
    near = some @ some.T
    near[whose[:, None] == whose[None, :]] = -1.0
    best = near.max(axis=1)
    return float(best[best > -1.0].mean()) if (best > -1.0).any() else 0.0


# ------------------------------------------------------------------ question words

_QUESTION_WORDS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "wer wen wem wessen",
        "wann bis seit datum zeitpunkt jahr uhrzeit termin frist",
        "wo wohin woher adresse ort",
        "warum wieso weshalb weswegen grund",
        "viel viele wieviel wieviele hoch anzahl teuer preis gebuhr",
        "wie",
        "was",
        "welche welcher welches welchen welchem",
        "wozu wofur zweck ziel",
    )
)
QUESTION_KINDS = len(_QUESTION_WORDS)


def question_kinds(text: str) -> NDArray[np.bool_]:
    """Which kinds of question word a text holds: person, time, place, reason, amount, manner, thing, choice, purpose."""
    held = {fold(word) for word in words(text)}
    return np.array([not held.isdisjoint(group) for group in _QUESTION_WORDS])


def _question_types(phrasings: Sequence[str], owner: NDArray[np.int64], entries: int) -> NDArray[np.bool_]:
    kinds = np.zeros((entries, QUESTION_KINDS), dtype=bool)
    for number, text in zip(owner, phrasings, strict=True):
        kinds[number] |= question_kinds(text)
    return kinds


def reading_terms(index: Index, analysis: Analysis) -> dict[str, float]:
    """The question's compound parts with the FAQ's synonyms applied."""
    return part_terms(analysis, index.synonyms)
