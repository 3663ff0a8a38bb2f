"""Grouping questions: what is alike comes together, numbers stay, the order makes no difference."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.clusters import ALIKE, Clusters, grouped, rows_of, weigher
from bot.linkage import Floats, Numbers, link

WIDTH = 32
TOPICS = 12


def unit(rows: NDArray[np.float64] | Floats) -> Floats:
    """Give each row the length 1."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def questions(count: int, seed: int = 0, noise: float = 0.5) -> tuple[Floats, list[str], Numbers]:
    """Return rows around a few topics, keys that are all different, and the topic of each."""
    chance = np.random.default_rng(seed)
    of = chance.integers(0, TOPICS, count)
    rows = unit(np.eye(WIDTH)[of] + noise * chance.standard_normal((count, WIDTH)) / np.sqrt(WIDTH))
    return rows, [f"{seed} {n}" for n in range(count)], of


def partition(numbers: Sequence[int] | Numbers) -> set[frozenset[int]]:
    """Return who is together with whom, without the numbers."""
    groups: dict[int, set[int]] = {}
    for place, number in enumerate(numbers):
        groups.setdefault(int(number), set()).add(place)
    return {frozenset(group) for group in groups.values()}


def slowly_linked(rows: Floats, least: float) -> set[frozenset[int]]:
    """Merge the two most alike groups until none are alike enough: the textbook's way."""
    groups = [frozenset([n]) for n in range(len(rows))]
    likeness = rows.astype(np.float64) @ rows.T

    def mean(pair: tuple[frozenset[int], frozenset[int]]) -> float:
        return float(likeness[np.ix_(sorted(pair[0]), sorted(pair[1]))].mean())

    while len(groups) > 1:
        best = max(combinations(groups, 2), key=mean)
        if mean(best) < least:
            break
        groups = [group for group in groups if group not in best] + [best[0] | best[1]]
    return set(groups)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 30), st.floats(0.3, 2), st.floats(-0.2, 0.9))
def test_merging_round_by_round_is_average_linkage(seed: int, count: int, noise: float, least: float) -> None:
    """Mutual neighbours at once come to the same as one pair after the other."""
    rows, _, _ = questions(count, seed, noise)
    assert partition(link(rows, np.ones(count, np.float32), least=least)) == slowly_linked(rows, least)


def test_groups_to_begin_with_weigh_as_many_as_they_hold() -> None:
    """Nine of one kind and one of another draw a third as the nine do."""
    east, north = np.eye(2, dtype=np.float32)
    rows = np.array([9 * east + north, unit((east + north)[None])[0]], np.float32)
    sizes = np.array([10, 1], np.float32)
    assert link(rows, sizes, least=0.70).tolist() == [0, 0]
    assert link(rows, sizes, least=0.71).tolist() == [0, 1]


def test_topics_become_groups() -> None:
    """Each question is with those of its topic, and with no other."""
    rows, keys, of = questions(300)
    assert partition(grouped(rows, keys)) == partition(of)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(60)), st.floats(0.3, 2))
def test_the_order_makes_no_difference_at_once(order: list[int], noise: float) -> None:
    """The same questions are together, whoever came first."""
    rows, keys, _ = questions(60, 5, noise)
    shuffled = grouped(rows[order], [keys[n] for n in order])
    back = np.empty(60, np.int64)
    back[order] = shuffled
    assert partition(back) == partition(grouped(rows, keys))


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(80)), st.integers(1, 30))
def test_the_order_makes_no_difference_little_by_little(order: list[int], step: int) -> None:
    """Where topics are clear, any order and any portions end in the same groups."""
    rows, keys, of = questions(80, 5)
    numbers = added(Clusters.from_rows(rows[:0], ()), rows[order], [keys[n] for n in order], step).numbers
    assert partition(numbers) == partition(of[order])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(0, 40), max_size=6), st.floats(0.3, 2))
def test_numbers_are_never_given_to_another_group(seed: int, portions: list[int], noise: float) -> None:
    """A number that is gone does not come back; new groups get higher ones."""
    clusters = Clusters.from_rows(np.zeros((0, WIDTH), np.float32), ())
    gone: set[int] = set()
    for turn, size in enumerate(portions):
        rows, keys, _ = questions(size, seed + turn, noise)
        before = set(clusters.numbers.tolist())
        grown = clusters.added(rows, keys) if turn % 3 < 2 else clusters.regrouped()
        now = set(grown.numbers.tolist())
        assert 0 not in now
        assert not now & gone
        assert all(clusters.next <= number < grown.next for number in now - before)
        gone |= before - now
        clusters = grown


def test_groups_keep_their_numbers() -> None:
    """New questions join them, and grouping all anew changes nothing."""
    rows, keys, of = questions(400)
    clusters = Clusters.from_rows(rows[:300], keys[:300])
    grown = clusters.added(rows[300:], keys[300:])
    assert grown.numbers[:300].tolist() == clusters.numbers.tolist()
    assert partition(grown.numbers) == partition(of)
    assert grown.regrouped().numbers.tolist() == grown.numbers.tolist()
    assert grown.next == clusters.next


def test_a_large_group_is_added_to() -> None:
    """It is not taken apart for a new question, and keeps its number where two become one."""
    rows, keys, of = questions(2000)
    clusters = Clusters.from_rows(rows[:1900], keys[:1900])
    assert min(Counter(clusters.numbers.tolist()).values()) > 100
    grown = clusters.added(rows[1900:], keys[1900:])
    assert partition(grown.numbers) == partition(of)
    assert grown.numbers[:1900].tolist() == clusters.numbers.tolist()


def test_large_groups_may_become_one() -> None:
    """All questions of the smaller one get the larger one's number."""
    rows, keys, of = questions(3000)
    ours = rows[of == 0][:150]
    clusters = Clusters(ours[:140], tuple(keys[:140]), np.repeat([1, 2], [60, 80]), 3)
    grown = clusters.added(ours[140:], keys[140:150])
    assert grown.numbers.tolist() == [2] * 150


def test_the_same_words_are_together() -> None:
    """Whatever their embeddings are; questions without words are not the same for that."""
    rows, _, _ = questions(60, 1)
    assert len(partition(grouped(rows, ["parken wo"] * 60))) == 1
    assert partition(grouped(rows, [""] * 60)) == partition(grouped(rows, [str(n) for n in range(60)]))


def test_words_bring_questions_together() -> None:
    """Rare words in common more than frequent ones."""
    weigh = weigher({"stadt": 900, "parkausweis": 1}, 1000)
    apart = np.eye(3, dtype=np.float32)
    rows = rows_of(apart, ["parkausweis stadt", "parkausweis", "stadt"], weigh)
    assert rows[0] @ rows[0] == pytest.approx(1, abs=1e-5)
    assert ALIKE > rows[0] @ rows[1] > rows[0] @ rows[2] > 0
    assert rows_of(apart, ["", "", ""], weigh)[0] @ rows[0] == pytest.approx(0.8, abs=1e-5)


def test_nothing_is_grouped_into_nothing() -> None:
    """No question, no group, and none is new."""
    empty = Clusters.from_rows(np.zeros((0, WIDTH), np.float32), ())
    assert empty.added(empty.rows, ()).numbers.tolist() == []
    assert (empty.next, empty.regrouped().next) == (1, 1)


def test_progress_is_told() -> None:
    """It grows to the end, at once and little by little."""
    rows, keys, _ = questions(250)
    told: list[tuple[int, int]] = []
    Clusters.from_rows(rows, keys, progress=lambda *step: told.append(step)).added(rows, keys)
    assert told[-1] == (250, 250)
    told.clear()
    Clusters.from_rows(rows[:0], ()).added(rows, keys, progress=lambda *step: told.append(step))
    assert told == [(100, 250), (200, 250), (250, 250)]


def added(clusters: Clusters, rows: Floats, keys: Sequence[str], step: int) -> Clusters:
    """Add questions in portions."""
    for start in range(0, len(rows), step):
        clusters = clusters.added(rows[start : start + step], keys[start : start + step])
    return clusters
