"""What is prepared from one FAQ: the index that questions are compared with."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intents.alignment import Alignment, align_words, content_words
from intents.background import Background, Projection, unit, weigh_plain
from intents.encoder import CachedEncoder, Floats, Progress
from intents.evidence import Evidence
from intents.faq import FaqBase, FaqEntry
from intents.lessons import Lessons, lessons
from intents.lexical import TermIndex, Terms, char_terms, part_terms
from intents.logistic import fit_logistic
from intents.pipeline import Analyser, Analysis
from intents.readings import question_kinds
from intents.ridge import Ridge, fit
from intents.synonyms import Synonyms
from intents.text import MAX_CHARS, folded, normalise
from intents.units import MOTLEY, Unit, make_units

_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n+")
_MAX_SENTENCES = 12
"""Sentences of an answer that are read: what an answer is about stands at its start."""
_MARKDOWN = re.compile(r"[*_`#>]|\]\([^)]*\)|\[")
_PASSAGE_WORDS = 60
"""Words of an entry's question and answer that a slow encoder reads as one passage; of words without end, as of a
message, the first thousand letters: it would take seconds for them."""
_DENSITY_SAMPLE = 1_000
_BLOCK = 8_192
"""Rows that are projected at once: what a projection needs beside its result stays small."""
_READ_SLOWLY = 24
"""Wordings of an entry that a slow encoder reads; what comes after them is much like one of them."""


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
    negatives: Floats | None
    """Mapped not_questions, shape (not_questions, d); None for a slow encoder: every start would wait for them."""
    sentences: Floats | None
    """Mapped sentences of the answers, shape (sentences, d); None where the encoder is too slow for them."""
    distances: Floats | None
    """How far each phrasing lies from the mean of German questions, shape (phrasings,); None for a quick encoder."""
    passages: Floats | None
    """Each entry's question with the start of its answer, uncentred, shape (entries, d); zero where there is no answer;
    None for an encoder that does not tell answers from questions."""
    density: float
    """How near the nearest wordings of other entries are, on average: crowded FAQs need more care."""


@dataclass(frozen=True)
class WordIndex:
    """What is prepared from the words of a FAQ."""

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
    negatives: tuple[tuple[int, str], ...]
    """Unit and text of each not_question."""
    negative_owner: NDArray[np.int64]
    """Unit of each not_question."""
    negative_terms: tuple[Mapping[str, float], ...]
    """Terms of each not_question that none of its entry's phrasings holds; weight 1 for a word with meaning."""
    sentences: tuple[tuple[int, str], ...]
    """Unit and text of each sentence of the answers."""
    sentence_owner: NDArray[np.int64]
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


@dataclass(frozen=True)
class Index(WordIndex):
    """A FAQ, prepared for questions: its words and the encoders' views."""

    spaces: Mapping[str, Space]
    """Encoder family → its view."""
    ridge: Ridge
    """Classifier over the mapped spaces side by side."""
    plain_ridge: Ridge
    """Classifier over the centred spaces side by side."""
    logistic: Floats | None
    """Weights of another classifier over the mapped spaces, shape (d, entries of the FAQ); None for a large one."""

    @property
    def evidence(self) -> Evidence:
        """What the FAQ shows of itself."""
        count = len(np.unique(self.family))
        return Evidence(count, self.wordings, self.ridge.entry_check, classified=self.logistic is not None)


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
    quick = next(family for family, encoder in encoders.items() if encoder.quick)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # the slow encoder works in the background while words are looked up
        waiting = {
            family: pool.submit(_encode, faq, encoder, background.projections[family], progress)
            for family, encoder in encoders.items()
            if family != quick
        }
        first = _encode(faq, encoders[quick], background.projections[quick], progress)
        words = _index_words(faq, make_units(faq.entries, first.mapped), background, encoders[quick])
        vectors = {
            family: _filled(faq, waiting.pop(family).result(), first) if family in waiting else first
            for family in encoders
        }
    del first  # each encoder's rows go as soon as its space is made
    passages = {family: each.passages for family, each in vectors.items()}
    spaces = {family: _space(vectors.pop(family), words, quick=encoders[family].quick) for family in encoders}
    told = _told(words, passages[quick])
    mapped = [space.projection.mapped(passages[family][told]) for family, space in spaces.items()]
    taught = _lessons(words, [space.mapped for space in spaces.values()], mapped, told)
    ridge = fit(taught, words.family)
    logistic = fit_logistic(taught.vectors, words.family[taught.owner], len(faq.entries))
    del taught
    centred = [space.projection.centred(passages[family][told]) for family, space in spaces.items()]
    plain = _lessons(words, [space.phrasings for space in spaces.values()], centred, told)
    return Index(**vars(words), spaces=spaces, ridge=ridge, plain_ridge=fit(plain, words.family), logistic=logistic)


def _told(words: WordIndex, passages: Floats) -> NDArray[np.int64]:
    """Numbers of the entries whose answer teaches: those with a passage, but for motley ones."""
    alone = np.bincount(words.family) == 1
    return np.flatnonzero(alone & passages.any(axis=1))


def _lessons(
    words: WordIndex, wordings: Sequence[Floats], passages: Sequence[Floats], told: NDArray[np.int64]
) -> Lessons:
    """Wordings and passages of several encoders as lessons."""
    held = np.isin(words.family[words.owner], told)
    questions = [entry.question for entry in words.entries]
    stated = np.array([text == questions[unit] for text, unit in zip(words.phrasings, words.owner, strict=True)])
    teller = np.searchsorted(words.family, told)
    return lessons(side_by_side(wordings), words.owner, side_by_side(passages), teller, held & stated)


def _index_words(faq: FaqBase, units: Sequence[Unit], background: Background, quick: CachedEncoder) -> WordIndex:
    """Prepare everything but the encoders' views."""
    analyser = Analyser.for_texts(_vocabulary_texts(faq))
    wordings = (text for entry in faq.entries for text in entry.phrasings)
    synonyms = Synonyms.from_groups(faq.synonyms, analyser.analyse, wordings)

    read = [_read(unit, analyser, synonyms) for unit in units]
    phrasings = tuple(text for unit in units for text in unit.phrasings)
    owner = _owners([len(unit.phrasings) for unit in units])
    negatives = tuple((number, text) for number, unit in enumerate(units) for text in unit.entry.not_questions)
    sentences = tuple((number, text) for number, each in enumerate(read) for text in each.sentences)
    texts = [*phrasings, *(text for _, text in negatives)]
    negative_terms = [(each.whole, terms) for each in read for terms in each.negatives]
    return WordIndex(
        entries=tuple(unit.entry for unit in units),
        family=np.array([unit.family for unit in units], dtype=np.int64),
        phrasings=phrasings,
        folded=tuple(folded(text) for text in phrasings),
        wording_of=_wording_of(faq),
        owner=owner,
        starts=_starts(owner),
        sizes=np.bincount(owner, minlength=len(units)),
        analyser=analyser,
        synonyms=synonyms,
        parts=TermIndex(
            [*(terms for each in read for terms in each.phrasings), *(terms for _, terms in negative_terms)],
            background.weigh,
        ),
        chars=TermIndex((char_terms(text) for text in texts), weigh_plain),
        whole=TermIndex((each.whole for each in read), background.weigh),
        answers=TermIndex((each.with_answer for each in read), background.weigh),
        question_types=_question_types(phrasings, owner, len(units)),
        negatives=negatives,
        negative_owner=np.array([number for number, _ in negatives], dtype=np.int64),
        negative_terms=tuple(
            {term: value for term, value in terms.items() if term not in whole} for whole, terms in negative_terms
        ),
        sentences=sentences,
        sentence_owner=np.array([number for number, _ in sentences], dtype=np.int64),
        alignment=align_words([each.words for each in read], quick),
    )


@dataclass(frozen=True)
class _Read:
    """The words of one unit."""

    phrasings: Sequence[Terms]
    negatives: Sequence[Terms]
    sentences: Sequence[str]
    """Of the answer, as text."""
    whole: Terms
    """Of all phrasings together."""
    with_answer: Terms
    """Of phrasings and answer together."""
    words: Mapping[str, str]
    """Content words of phrasings and answer, folded form → spelling."""


def _read(unit: Unit, analyser: Analyser, synonyms: Synonyms) -> _Read:
    """Read each text of a unit once: the analyser forgets what it read long ago."""
    sentences = sentences_of(unit.entry)
    asked = [analyser.analyse(_clean(text)) for text in unit.phrasings]
    answered = [analyser.analyse(_clean(text)) for text in sentences]
    refused = [analyser.analyse(_clean(text)) for text in unit.entry.not_questions]

    def terms_of(analyses: Sequence[Analysis]) -> list[Terms]:
        return [part_terms(analysis, synonyms) for analysis in analyses]

    phrasings = terms_of(asked)
    whole = _union(phrasings)
    return _Read(
        phrasings=phrasings,
        negatives=terms_of(refused),
        sentences=sentences,
        whole=whole,
        with_answer=_union([whole, *terms_of(answered)]),
        words=content_words([*asked, *answered]),
    )


def side_by_side(mapped: Sequence[Floats]) -> Floats:
    """Join unit vectors of several encoders to unit vectors; shape (n, sum of d)."""
    joined: Floats = (np.concatenate(mapped, axis=-1) / np.sqrt(len(mapped))).astype(np.float32)
    return joined


class _Rows(Mapping[str, Floats]):
    """A vector for each text; texts may share one."""

    def __init__(self, numbers: Mapping[str, int], matrix: Floats) -> None:
        self.numbers = numbers
        self.matrix = matrix

    def __getitem__(self, text: str) -> Floats:
        row: Floats = self.matrix[self.numbers[text]]
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, texts: Iterable[str]) -> Floats:
        """Return the vectors of texts in their order, shape (texts, d)."""
        rows: Floats = self.matrix[np.array([self.numbers[text] for text in texts], dtype=np.int64)]
        return rows


@dataclass(frozen=True)
class _Vectors:
    """All texts of a FAQ in one encoder's two spaces."""

    projection: Projection
    centred: _Rows
    mapped: _Rows
    distances: _Rows | None
    """From the mean of German questions, shape (texts,); None for a quick encoder."""
    passages: Floats
    """One for each entry of the FAQ, uncentred; zero without an answer."""


def _encode(faq: FaqBase, encoder: CachedEncoder, projection: Projection, progress: Progress | None) -> _Vectors:
    """Encode texts once: wordings and, where the encoder is quick, not_questions and sentences of the answers."""
    if encoder.quick:
        texts = [text for each in faq.entries for text in (*each.phrasings, *each.not_questions, *sentences_of(each))]
    else:
        texts = [text for entry in faq.entries for text in _read_slowly(entry)]
    unique = list(dict.fromkeys(texts))
    raw = encoder.encode([_clean(text) for text in unique], progress)
    numbers = {text: number for number, text in enumerate(unique)}
    centred = _Rows(numbers, _in_blocks(projection.centred, raw))
    return _Vectors(
        projection,
        centred,
        _Rows(numbers, _in_blocks(projection.mapped, raw)),
        None if encoder.quick else _Rows(numbers, _in_blocks(projection.distances, raw)),
        _passages(faq.entries, encoder.passages or encoder, progress),
    )


def _passages(entries: Sequence[FaqEntry], encoder: CachedEncoder, progress: Progress | None) -> Floats:
    """What each entry says, shape (entries, d): its question and the start of its answer; zero without an answer."""
    found = {number: text for number, entry in enumerate(entries) if (text := _passage(entry))}
    vectors = np.zeros((len(entries), encoder.dimension), dtype=np.float32)
    if found:
        vectors[list(found)] = encoder.encode(list(found.values()), progress)
    return vectors


def _passage(entry: FaqEntry) -> str:
    """An entry's question and the start of its answer; nothing where the answer has no words."""
    words = " ".join(sentences_of(entry)).split()
    text = " ".join([*f"{_clean(entry.question)}.".split(), *words][:_PASSAGE_WORDS])
    return text[:MAX_CHARS] if words else ""


def _in_blocks(project: Callable[[Floats], Floats], vectors: Floats) -> Floats:
    """What a projection makes of vectors, a block at a time; shape (n, …)."""
    projected = np.empty((len(vectors), *project(vectors[:1]).shape[1:]), dtype=np.float32)
    for start in range(0, len(vectors), _BLOCK):
        projected[start : start + _BLOCK] = project(vectors[start : start + _BLOCK])
    return projected


def _read_slowly(entry: FaqEntry) -> Sequence[str]:
    """The wordings that a slow encoder reads: a start waits for it. Those of a motley entry have little in common."""
    return entry.phrasings if len(entry.phrasings) > MOTLEY else entry.phrasings[:_READ_SLOWLY]


def _filled(faq: FaqBase, slow: _Vectors, quick: _Vectors) -> _Vectors:
    """Lend each wording that was not read the vectors of the wording of its entry that is most like it."""
    numbers = dict(slow.mapped.numbers)
    for entry in faq.entries:
        read = _read_slowly(entry)
        rest = [text for text in entry.phrasings[len(read) :] if text not in slow.mapped]
        if rest:
            like = quick.mapped.of(read)
            numbers.update({text: numbers[read[int(np.argmax(like @ quick.mapped[text]))]] for text in rest})
    centred, mapped = (_Rows(numbers, rows.matrix) for rows in (slow.centred, slow.mapped))
    distances = None if slow.distances is None else _Rows(numbers, slow.distances.matrix)
    return _Vectors(slow.projection, centred, mapped, distances, slow.passages)


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


def _space(vectors: _Vectors, words: WordIndex, *, quick: bool) -> Space:
    own = vectors.mapped.of(words.phrasings)
    return Space(
        projection=vectors.projection,
        phrasings=vectors.centred.of(words.phrasings),
        mapped=own,
        centroids=_centroids(own, words.owner),
        negatives=vectors.mapped.of(text for _, text in words.negatives) if quick else None,
        sentences=vectors.mapped.of(text for _, text in words.sentences) if quick else None,
        distances=None if vectors.distances is None else vectors.distances.of(words.phrasings),
        passages=None if quick else vectors.passages[words.family],
        density=_density(own, words.owner),
    )


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
