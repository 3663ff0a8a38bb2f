"""Motley entries taken apart into groups of like wordings."""

import numpy as np
import pytest

from intents.faq import FaqEntry
from intents.units import MOTLEY, make_units, spherical_k_means
from tests.fake_encoder import LetterEncoder

TOPICS = ("Reisepass", "Müllabfuhr", "Kindergarten", "Hundesteuer")


def entry(name: str, wordings: int) -> FaqEntry:
    """Return an entry with that many wordings about four topics."""
    texts = [f"{TOPICS[number % 4]} Frage {number:03}" for number in range(wordings)]
    return FaqEntry(name, texts[0], "Ja.", alternates=tuple(texts[1:]))


def units_of(*entries: FaqEntry) -> list[tuple[str, int, int]]:
    """Return id, number of the entry and wordings of each unit."""
    texts = [text for each in entries for text in each.phrasings]
    vectors = dict(zip(texts, LetterEncoder().encode(texts), strict=True))
    return [(unit.entry.id, unit.family, len(unit.phrasings)) for unit in make_units(entries, vectors)]


def test_a_usual_entry_stays_whole() -> None:
    """Up to the limit, an entry is one unit."""
    assert units_of(entry("a", 1), entry("b", MOTLEY)) == [("a", 0, 1), ("b", 1, MOTLEY)]


def test_a_motley_entry_becomes_several_groups() -> None:
    """All of them belong to it, and no wording is lost."""
    units = units_of(entry("a", 1), entry("b", 120), entry("c", 2))
    groups = [unit for unit in units if unit[0] == "b"]
    assert len(groups) > 4
    assert {family for _, family, _ in groups} == {1}
    assert sum(size for _, _, size in groups) == 120
    assert (units[0], units[-1]) == (("a", 0, 1), ("c", 2, 2))


def test_equal_vectors_end_up_in_one_group() -> None:
    """Empty groups are left out, without a division by nothing."""
    rows = np.repeat(LetterEncoder().encode(["Pass"]), 50, axis=0)
    assert set(spherical_k_means(rows, 7)) == {0}


def test_like_vectors_are_grouped() -> None:
    """Groups follow the topics."""
    texts = [f"{topic} {ending}" for topic in TOPICS for ending in ("hier", "dort", "heute")]
    labels = spherical_k_means(LetterEncoder().encode(texts), 4).reshape(4, 3)
    assert all(len(set(row)) == 1 for row in labels.tolist())
    assert len(set(labels[:, 0])) == 4


@pytest.mark.parametrize("wordings", [41, 600])
def test_groups_are_the_same_every_time(wordings: int) -> None:
    """No randomness, and at most 64 groups."""
    assert units_of(entry("a", wordings)) == units_of(entry("a", wordings))
    assert len(units_of(entry("a", wordings))) <= 64
