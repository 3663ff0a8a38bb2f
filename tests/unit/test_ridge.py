"""The linear classifier that each FAQ gets."""

import numpy as np
import pytest
from numpy.typing import NDArray

from intents.background import unit
from intents.encoder import Floats
from intents.lessons import Lessons, lessons
from intents.logistic import log_softmax
from intents.ridge import Ridge
from intents.ridge import fit as fit_lessons

RNG = np.random.default_rng(7)


def fit(rows: Floats, owner: NDArray[np.int64], family: NDArray[np.int64]) -> Ridge:
    """Fit on wordings alone."""
    return fit_lessons(Lessons(rows, owner, np.ones(len(rows), dtype=bool)), family)


def clouds(groups: int, each: int, *, noise: float) -> tuple[Floats, NDArray[np.int64]]:
    """Return unit vectors in groups around random centres, and the group of each."""
    centres = RNG.normal(size=(groups, 16))
    owner = np.repeat(np.arange(groups), each)
    return unit((centres[owner] + noise * RNG.normal(size=(len(owner), 16))).astype(np.float32)), owner


def test_rows_find_their_own_group() -> None:
    """Well-separated groups are told apart, and the self-check says so."""
    rows, owner = clouds(5, 6, noise=0.1)
    ridge = fit(rows, owner, np.arange(5))
    assert ridge.weights.shape == (16, 5)
    assert (np.argmax(rows @ ridge.weights, axis=1) == owner).all()
    assert ridge.self_check == 1.0


def test_groups_without_a_difference_fail_the_self_check() -> None:
    """Noise alone is found by chance."""
    rows, _ = clouds(1, 60, noise=9.0)
    assert fit(rows, np.repeat(np.arange(20), 3), np.arange(20)).self_check < 0.4


def test_single_wordings_have_no_self_check() -> None:
    """What is left out cannot be found when it stands alone."""
    rows, owner = clouds(6, 1, noise=0.1)
    ridge = fit(rows, owner, np.arange(6))
    assert ridge.self_check == 0
    assert np.isfinite(ridge.weights).all()


def test_units_of_one_entry_count_as_one_in_the_self_check() -> None:
    """A wording that finds another group of its entry has found its entry."""
    rows, _ = clouds(2, 8, noise=0.1)
    owner = np.tile([0, 1], 8) + np.repeat([0, 2], 8)
    assert fit(rows, np.sort(owner), np.array([0, 0, 1, 1])).self_check > 0.9


def test_the_closed_form_is_what_leaving_out_gives() -> None:
    """Each wording's score without itself equals that of a system solved without it."""
    rows, owner = clouds(4, 4, noise=0.8)
    hits = []
    for number in range(len(rows)):
        keep = np.arange(len(rows)) != number
        gram = rows[keep].T.astype(np.float64) @ rows[keep] + np.eye(16)
        hot = np.eye(4)[owner[keep]]
        scores = rows[number] @ np.linalg.inv(gram) @ rows[keep].T @ hot
        hits.append(np.argmax(scores) == owner[number])
    assert fit(rows, owner, np.arange(4)).self_check == pytest.approx(np.mean(hits))


def test_a_sharpened_score_is_as_sure_as_it_is_right() -> None:
    """Rows that were not learned: the share their own groups get is about the share found."""
    rows, owner = clouds(40, 8, noise=0.6)
    seen = np.arange(len(rows)) % 2 == 0
    ridge = fit(rows[seen], owner[seen], np.arange(40))
    scores = rows[~seen] @ ridge.weights
    shares = np.exp(log_softmax((ridge.sharpness * scores).astype(np.float32)))
    assert shares.max(axis=1).mean() == pytest.approx((scores.argmax(axis=1) == owner[~seen]).mean(), abs=0.12)


def test_single_wordings_sharpen_nothing() -> None:
    """What is left out cannot be likely when it stands alone; entries beside them with several wordings can."""
    rows, owner = clouds(12, 2, noise=0.3)
    alone = fit(rows[::2], owner[::2], np.arange(12))
    mixed = np.arange(len(rows)) % 4 != 3
    assert alone.sharpness == 10
    assert fit(rows[mixed], owner[mixed], np.arange(12)).sharpness > 10


@pytest.mark.parametrize("count", [1, 2, 5])
def test_one_entry_is_enough(count: int) -> None:
    """A FAQ of one entry gets finite weights."""
    rows, owner = clouds(1, count, noise=0.5)
    assert np.isfinite(fit(rows, owner, np.zeros(1, dtype=np.int64)).weights).all()


def test_equal_rows_in_two_groups_score_the_same() -> None:
    """The same wording in two entries speaks for both."""
    rows, _ = clouds(1, 1, noise=0.5)
    ridge = fit(np.repeat(rows, 2, axis=0), np.array([0, 1]), np.arange(2))
    first, second = (rows @ ridge.weights)[0]
    assert first == pytest.approx(second)


def test_fitting_twice_gives_the_same() -> None:
    """No randomness."""
    rows, owner = clouds(3, 5, noise=0.5)
    assert (fit(rows, owner, np.arange(3)).weights == fit(rows, owner, np.arange(3)).weights).all()


def test_a_passage_teaches_what_no_wording_says() -> None:
    """Each group is known by one row; what lies on the other side of its passage is found by it alone."""
    rows, owner = clouds(8, 1, noise=0.1)
    passages, _ = clouds(8, 1, noise=0.1)
    asked = unit((0.3 * rows + passages + 0.1 * RNG.normal(size=(8, 16))).astype(np.float32))
    taught = lessons(rows, owner, passages, owner, np.zeros(8, dtype=bool))
    found = [
        (asked @ each.weights).argmax(axis=1) == owner for each in (fit(rows, owner, owner), fit_lessons(taught, owner))
    ]
    assert found[1].all()
    assert found[0].sum() < found[1].sum()


def test_lessons_stand_in_the_order_of_their_units() -> None:
    """Wordings and passages of one unit side by side; a passage counts twice and is not asked, nor what it states."""
    rows, _ = clouds(5, 1, noise=0.1)
    owner = np.array([0, 0, 1, 2])
    told = np.array([True, False, False, False])
    taught = lessons(rows[:4], owner, rows[4:], np.array([0]), told)
    assert taught.owner.tolist() == [0, 0, 0, 0, 1, 2]
    assert taught.asked.tolist() == [False, True, False, False, True, True]
    assert (taught.vectors[[0, 1, 2, 3]] == rows[[0, 1, 4, 4]]).all()


def test_a_wording_that_its_passage_states_proves_nothing() -> None:
    """Left out, it would be found by itself: a FAQ of one wording an entry has no self-check."""
    rows, owner = clouds(6, 1, noise=0.1)
    checked = fit_lessons(lessons(rows, owner, rows, owner, np.ones(6, dtype=bool)), owner)
    assert (checked.self_check, checked.entry_check, checked.sharpness) == (0.0, 0.0, 10.0)
    assert (checked.reliability == 0).all()
    assert fit_lessons(lessons(rows, owner, rows, owner, np.zeros(6, dtype=bool)), owner).self_check == 1.0
