"""FAQs that grow: the series of the benchmark, and short cuts for large FAQs that change no figure."""

from itertools import islice

import numpy as np
import pytest

from benchmarks.scale import Size, budgets_of
from benchmarks.scale_faq import CORE, CORE_ENTRIES, SUBJECTS, Growing, generated, growing
from benchmarks.scale_worker import Step
from intents import alignment, ridge
from intents.background import unit, weigh_plain
from intents.datasets import LabelledEntry, LabelledSet
from intents.encoder import CachedEncoder
from intents.lessons import Lessons
from intents.lexical import TermIndex, char_terms
from intents.pipeline import Analyser
from tests.fake_encoder import LetterEncoder

RNG = np.random.default_rng(3)


def series() -> Growing:
    """Return a growing FAQ of two made-up sets."""
    core = [LabelledEntry(name, None, tuple(f"Kern {name} {m}" for m in range(8))) for name in (*SUBJECTS, "Danke")]
    other = [LabelledEntry(f"o{n}", f"Titel {n}", (f"Wort {n}", f"Satz {n}")) for n in range(5)]
    other += [
        LabelledEntry("gleich", None, (f"KERN, {SUBJECTS[0]} 7!", "Noch etwas")),
        LabelledEntry("nah", "Impfung", ("Wo gibt es Tests auf das Virus?",)),
    ]
    return growing([LabelledSet(CORE, tuple(core)), LabelledSet("andere", tuple(other))])


@pytest.mark.parametrize("size", [10, 20, 23, 50, 59, 400])
def test_a_faq_has_the_size_that_is_asked_for(size: int) -> None:
    """Public entries first, then made-up ones; the last one may be cut short."""
    faq = series().of_size(size)
    assert sum(len(entry.phrasings) for entry in faq.entries) == size
    assert len({entry.id for entry in faq.entries}) == len(faq.entries)


def test_a_larger_faq_begins_like_the_smaller_one() -> None:
    """Each step asks the same questions among more entries."""
    small, large = (series().of_size(size).entries for size in (60, 200))
    assert large[: len(small) - 1] == small[:-1]


def test_the_smallest_faq_has_all_entries_that_are_asked() -> None:
    """With fewer wordings of each."""
    small, large = (series().of_size(size).entries[:CORE_ENTRIES] for size in (20, 200))
    assert [entry.id for entry in small] == [entry.id for entry in large]
    assert {len(entry.phrasings) for entry in small} == {2}


def test_a_wording_of_the_core_stands_nowhere_else() -> None:
    """What is asked is never in the FAQ."""
    grown = series()
    texts = [text for entry in grown.of_size(100).entries for text in entry.phrasings]
    assert not set(grown.core.queries) & set(texts)
    assert len(set(texts)) == len(texts)


def test_what_is_added_answers_nothing_that_is_asked() -> None:
    """An entry with a wording of the core in another spelling, or about the epidemic, stays out as a whole."""
    assert {entry.id for entry in series().more} == {f"andere/o{n}" for n in range(5)}


def test_small_talk_is_not_asked() -> None:
    """Other sets hold the same."""
    grown = series()
    assert {entry.id for entry in grown.core.faq.entries} <= set(SUBJECTS)
    assert not any("Danke" in text for text in grown.core.queries)


def test_a_few_questions_are_like_all() -> None:
    """Whoever asks the first ones asks several entries, and what has none."""
    first = series().core.expected[:20]
    assert None in first
    assert len(set(first)) > 4


def test_there_are_enough_made_up_entries() -> None:
    """For 100,000 phrasings, all of them different."""
    texts = [text for entry in islice(generated(), 9_000) for text in entry.phrasings]
    assert len(set(texts)) == len(texts) > 100_000


def size(phrasings: int, rest: float, build: float = 1.0) -> Size:
    """Return a measurement."""
    step = Step(
        phrasings, 1, build, 100.0, 100.0, [rest], [rest], {}, top1=1.0, coverage=1.0, helped=1.0, given=1, wrong=0
    )
    return Size(step, None)


@pytest.mark.parametrize(
    ("sizes", "missed"),
    [
        ([size(1_000, 4.9), size(10_000, 9.9)], []),
        ([size(1_000, 5.1), size(10_000, 10.1)], [5.0, 10.0]),
        ([size(10_000, 1.0), size(100_000, 13.0)], [12.5]),
        ([size(10_000, 1.0, build=1), size(100_000, 1.0, build=13)], [12.5]),
    ],
)
def test_budgets_are_kept_or_missed(sizes: list[Size], missed: list[float]) -> None:
    """A bound for each size, and none for the largest but that it grows no faster than its phrasings."""
    assert [budget.bound for budget in budgets_of(sizes) if not budget.is_kept] == missed


def test_a_classifier_fitted_in_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a block ends within an entry."""
    owner = np.repeat(np.arange(9), 5)
    rows = unit(RNG.normal(size=(45, 16)).astype(np.float32))
    taught = Lessons(rows, owner, np.ones(45, dtype=bool))
    whole = ridge.fit(taught, np.arange(9))
    monkeypatch.setattr(ridge, "_BLOCK", 7)
    parts = ridge.fit(taught, np.arange(9))
    assert np.abs(whole.weights - parts.weights).max() < 1e-5
    assert whole.self_check == parts.self_check


def test_words_picked_or_all_give_the_same_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large FAQ compares with the candidates' words alone."""
    analyser = Analyser.for_texts([])
    texts = [[analyser.analyse(text)] for text in ("Hund anmelden", "Katze abmelden", "Hund abmelden", "?")]
    aligned = alignment.align_words(
        [alignment.content_words(each) for each in texts], CachedEncoder(LetterEncoder(), None)
    )
    covered = aligned.compare(analyser.analyse("Hunde abgemeldet"), lambda _: 1.0)
    every = aligned.cover(covered, np.array([2, 0, 3]))
    monkeypatch.setattr(alignment, "_FEW_WORDS", 0)
    for some, same in zip(aligned.cover(covered, np.array([2, 0, 3])), every, strict=True):
        assert np.abs(some - same).max() < 1e-6


def test_texts_may_come_one_by_one() -> None:
    """An index over a generator is the index over a list."""
    texts = ["Hund anmelden", "Katze", ""]
    listed = TermIndex([char_terms(text) for text in texts], weigh_plain)
    streamed = TermIndex((char_terms(text) for text in texts), weigh_plain)
    asked = char_terms("Hund")
    assert streamed.size == 3
    assert streamed.cosine(asked).tolist() == listed.cosine(asked).tolist()
