"""What is prepared from one FAQ: the index that questions are compared with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.alignment import Alignment, align
from intents.background import Background, Projection, unit, weigh_plain
from intents.encoder import CachedEncoder, Floats, Progress
from intents.faq import FaqBase, FaqEntry
from intents.lexical import TermIndex, char_terms, part_terms
from intents.pipeline import Analyser
from intents.readings import question_kinds
from intents.ridge import Ridge, fit
from intents.synonyms import Synonyms
from intents.text import folded, normalise
from intents.units import make_units

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
    """The units that are ranked: an entry, or one of several groups of the wordings of a motley entry."""
    family: NDArray[np.int64]
    """Number of the entry each unit belongs to, shape (units,)."""
    phrasings: tuple[str, ...]
    folded: tuple[str, ...]
    """The phrasings' folded words, for rapidfuzz."""
    wording_of: Mapping[str, frozenset[str]]
    """Folded phrasing → ids of the entries that have it."""
    owner: NDArray[np.int64]
    """Unit of each phrasing; ascending."""
    starts: NDArray[np.int64]
    """First phrasing of each entry."""
    sizes: NDArray[np.int64]
    """Phrasings of each entry."""
    analyser: Analyser
    synonyms: Synonyms
    parts: TermIndex
    """Compound parts of the phrasings, then of the not_questions."""
    chars: TermIndex
    """Character n-grams of the phrasings, then of the not_questions."""
    whole: TermIndex
    """Compound parts of all phrasings of an entry together."""
    answers: TermIndex
    """Compound parts of phrasings and answer together."""
    question_types: NDArray[np.bool_]
    """Which kinds of question word each entry's phrasings use, shape (entries, kinds)."""
    negative_owner: NDArray[np.int64]
    """Unit of each not_question."""
    negative_terms: tuple[Mapping[str, float], ...]
    """Terms of each not_question that none of its entry's phrasings holds; weight 1 for a word with meaning."""
    sentence_owner: NDArray[np.int64]
    spaces: Mapping[str, Space]
    """Encoder family → its view."""
    ridge: Ridge
    """Classifier over the spaces side by side."""
    alignment: Alignment
    """The words of each unit."""

    @property
    def wordings(self) -> float:
        """Wordings an entry has, in the median."""
        return float(np.median(np.bincount(self.family[self.owner])))

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
    """Prepare a FAQ: analyse its words, count its terms, encode its wordings (cached).

    Raises ValueError for a FAQ without entries.
    """
    if not faq.entries:
        raise ValueError(f"{faq.name}: a FAQ needs at least one entry")
    vectors = {
        family: _encode(faq, encoder, background.projections[family], progress) for family, encoder in encoders.items()
    }
    quick = next(family for family, encoder in encoders.items() if encoder.quick)
    units = make_units(faq.entries, vectors[quick].mapped)
    analyser = Analyser.for_texts(_vocabulary_texts(faq))
    synonyms = Synonyms.from_groups(faq.synonyms, analyser.analyse)

    def terms_of(text: str) -> dict[str, float]:
        return part_terms(analyser.analyse(_clean(text)), synonyms)

    phrasings = tuple(text for unit in units for text in unit.phrasings)
    owner = _owners([len(unit.phrasings) for unit in units])
    whole = [_union([terms_of(text) for text in unit.phrasings]) for unit in units]
    answers = {id(entry): _union([terms_of(text) for text in sentences_of(entry)]) for entry in faq.entries}
    negatives = [(number, text) for number, unit in enumerate(units) for text in unit.entry.not_questions]
    sentences = [(number, text) for number, unit in enumerate(units) for text in sentences_of(unit.entry)]
    texts = [*phrasings, *(text for _, text in negatives)]
    spaces = {
        family: _space(each, phrasings, owner, negatives, sentences if encoders[family].quick else None)
        for family, each in vectors.items()
    }
    families = np.array([unit.family for unit in units], dtype=np.int64)
    return Index(
        entries=tuple(unit.entry for unit in units),
        family=families,
        phrasings=phrasings,
        folded=tuple(folded(text) for text in phrasings),
        wording_of=_wording_of(faq),
        owner=owner,
        starts=_starts(owner),
        sizes=np.bincount(owner, minlength=len(units)),
        analyser=analyser,
        synonyms=synonyms,
        parts=TermIndex([terms_of(text) for text in texts], background.weigh),
        chars=TermIndex([char_terms(text) for text in texts], weigh_plain),
        whole=TermIndex(whole, background.weigh),
        answers=TermIndex(
            [_union([own, answers[id(unit.entry)]]) for own, unit in zip(whole, units, strict=True)],
            background.weigh,
        ),
        question_types=_question_types(phrasings, owner, len(units)),
        negative_owner=np.array([number for number, _ in negatives], dtype=np.int64),
        negative_terms=tuple(
            {term: value for term, value in terms_of(text).items() if term not in whole[number]}
            for number, text in negatives
        ),
        sentence_owner=np.array([number for number, _ in sentences], dtype=np.int64),
        spaces=spaces,
        alignment=align(
            [
                [analyser.analyse(_clean(text)) for text in (*unit.phrasings, *sentences_of(unit.entry))]
                for unit in units
            ],
            encoders[quick],
        ),
        ridge=fit(side_by_side([space.mapped for space in spaces.values()]), owner, families),
    )


def side_by_side(mapped: Sequence[Floats]) -> Floats:
    """Join unit vectors of several encoders to unit vectors; shape (n, sum of d)."""
    joined: Floats = (np.concatenate(mapped, axis=-1) / np.sqrt(len(mapped))).astype(np.float32)
    return joined


@dataclass(frozen=True)
class _Vectors:
    """All texts of a FAQ in one encoder's two spaces."""

    projection: Projection
    centred: Mapping[str, Floats]
    mapped: Mapping[str, Floats]


def _encode(faq: FaqBase, encoder: CachedEncoder, projection: Projection, progress: Progress | None) -> _Vectors:
    """Encode every text once: wordings, not_questions and, where the encoder is quick, sentences of the answers."""
    texts = [text for entry in faq.entries for text in (*entry.phrasings, *entry.not_questions)]
    texts += [text for entry in faq.entries for text in sentences_of(entry)] if encoder.quick else []
    unique = list(dict.fromkeys(texts))
    raw = encoder.encode([_clean(text) for text in unique], progress)
    centred = dict(zip(unique, projection.centred(raw), strict=True))
    return _Vectors(projection, centred, dict(zip(unique, projection.mapped(raw), strict=True)))


def _clean(text: str) -> str:
    """A text without letters (an emoji as wording) stays as it is."""
    return normalise(text) or text


def _wording_of(faq: FaqBase) -> dict[str, frozenset[str]]:
    held: dict[str, set[str]] = {}
    for entry in faq.entries:
        for text in entry.phrasings:
            held.setdefault(folded(text), set()).add(entry.id)
    return {text: frozenset(ids) for text, ids in held.items() if text}


def _vocabulary_texts(faq: FaqBase) -> list[str]:
    texts = [" ".join(group) for group in faq.synonyms]
    for entry in faq.entries:
        texts += [*entry.phrasings, *entry.not_questions, entry.answer]
    return texts


def _owners(counts: Sequence[int]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(counts)), counts)


def _starts(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.flatnonzero(np.diff(owner, prepend=-1))


def sentences_of(entry: FaqEntry) -> list[str]:
    """The first sentences of an entry's answer, without markup."""
    plain = _MARKDOWN.sub(" ", entry.answer)
    return [text for part in _SENTENCE.split(plain) if (text := normalise(part))][:_MAX_SENTENCES]


def _union(terms: Sequence[Mapping[str, float]]) -> dict[str, float]:
    union: dict[str, float] = {}
    for each in terms:
        for term, value in each.items():
            union[term] = max(value, union.get(term, 0.0))
    return union


def _space(
    vectors: _Vectors,
    phrasings: Sequence[str],
    owner: NDArray[np.int64],
    negatives: Sequence[tuple[int, str]],
    sentences: Sequence[tuple[int, str]] | None,
) -> Space:
    own = np.stack([vectors.mapped[text] for text in phrasings])
    return Space(
        projection=vectors.projection,
        phrasings=np.stack([vectors.centred[text] for text in phrasings]),
        mapped=own,
        centroids=_centroids(own, owner),
        negatives=_rows(vectors.mapped, negatives, own.shape[1]),
        sentences=None if sentences is None else _rows(vectors.mapped, sentences, own.shape[1]),
        density=_density(own, owner),
    )


def _rows(vectors: Mapping[str, Floats], texts: Sequence[tuple[int, str]], size: int) -> Floats:
    return np.stack([vectors[text] for _, text in texts]) if texts else np.zeros((0, size), dtype=np.float32)


def _centroids(mapped: Floats, owner: NDArray[np.int64]) -> Floats:
    return unit(np.add.reduceat(mapped, _starts(owner), axis=0))


def _density(mapped: Floats, owner: NDArray[np.int64]) -> float:
    step = max(1, len(mapped) // _DENSITY_SAMPLE)
    some, whose = mapped[::step], owner[::step]
    near = some @ some.T
    near[whose[:, None] == whose[None, :]] = -1.0
    best = near.max(axis=1)
    return float(best[best > -1.0].mean()) if (best > -1.0).any() else 0.0


def _question_types(phrasings: Sequence[str], owner: NDArray[np.int64], entries: int) -> NDArray[np.bool_]:
    kinds = np.zeros((entries, len(question_kinds(""))), dtype=bool)
    for number, text in zip(owner, phrasings, strict=True):
        kinds[number] |= question_kinds(text)
    return kinds
