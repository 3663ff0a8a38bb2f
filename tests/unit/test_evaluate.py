"""Figures from labelled questions: hand-computed values and properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.decision import Candidate, Decision, DecisionKind
from intents.evaluate import (
    Stream,
    area_under_risk_coverage,
    auroc,
    bootstrap,
    coverage_at,
    expected_calibration_error,
    mix_weights,
    ranks_of,
    risk_coverage,
    stream,
    summarise,
    top_k_accuracy,
)


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Up to 30 questions with few distinct confidences, so that ties are common."""
    row = st.tuples(st.integers(0, 10), st.booleans(), st.booleans(), st.integers(1, 5))
    rows = draw(st.lists(row, min_size=1, max_size=30))
    confidence, right, scope, weight = (np.array(column) for column in zip(*rows, strict=True))
    return stream(confidence / 10, right, scope, weight=weight)


def test_ranks_count_what_scores_higher_and_ties_by_column() -> None:
    """The best column has rank 0, an equal score further left goes first, out of scope is -1."""
    scores = [[0.1, 0.9, 0.5], [0.7, 0.7, 0.1], [0.7, 0.7, 0.1], [1.0, 0.0, 0.0]]
    assert ranks_of(scores, [2, 0, 1, -1]).tolist() == [1, 0, 1, -1]


def test_top_k_accuracy_counts_ranks_below_k() -> None:
    """Ranks 0, 2, 5 and a miss: one in four is first, two in four are among three."""
    assert top_k_accuracy([0, 2, 5, -1], 1) == 0.25
    assert top_k_accuracy([0, 2, 5, -1], 3) == 0.5


def test_top_k_accuracy_of_nothing_is_zero() -> None:
    """No questions, no accuracy, no warning."""
    assert top_k_accuracy([], 1) == 0.0


@given(st.lists(st.integers(-1, 9), min_size=1))
def test_top_k_accuracy_grows_with_k(ranks: list[int]) -> None:
    """Looking further down the list never loses a hit."""
    figures = [top_k_accuracy(ranks, k) for k in range(1, 11)]
    assert figures == sorted(figures)


def test_bootstrap_of_equal_values_has_no_width() -> None:
    """Without variation the interval is the value."""
    interval = bootstrap([1.0] * 20)
    assert (interval.value, interval.low, interval.high) == (1.0, 1.0, 1.0)


def test_bootstrap_is_near_the_normal_interval() -> None:
    """400 questions, half of them right: 0.5 ± 1.96 x 0.025."""
    interval = bootstrap([0.0, 1.0] * 200)
    assert interval.low == pytest.approx(0.451, abs=0.01)
    assert interval.high == pytest.approx(0.549, abs=0.01)


def test_bootstrap_repeats_with_its_seed() -> None:
    """The same seed draws the same samples."""
    assert bootstrap([0.0, 1.0, 1.0], seed=3) == bootstrap([0.0, 1.0, 1.0], seed=3)


def test_bootstrap_draws_groups_together() -> None:
    """A question seen in four folds is one question: the interval is as wide as without the copies."""
    once = [0.0, 1.0] * 50
    names = [str(number) for number in range(100)]
    copies = bootstrap(once * 4, groups=names * 4)
    assert copies.high - copies.low == pytest.approx(0.196, abs=0.03)


def test_mix_weights_give_each_part_its_share() -> None:
    """Six to two to one, whatever the sizes."""
    weights = mix_weights([3, 10, 1], [6, 2, 1])
    assert weights[:3].sum() == pytest.approx(6 / 9)
    assert weights[3:13].sum() == pytest.approx(2 / 9)
    assert weights[13:].sum() == pytest.approx(1 / 9)


def test_mix_weights_leave_out_empty_parts() -> None:
    """Without near questions the rest keeps its proportion."""
    assert mix_weights([1, 0, 1], [6, 2, 1]).tolist() == pytest.approx([6 / 7, 1 / 7])


def test_risk_and_coverage_by_hand() -> None:
    """Right, out of scope, right, wrong in this order of confidence."""
    questions = stream([0.9, 0.8, 0.7, 0.6], [True, True, True, False], [True, False, True, True])
    coverage, risk = risk_coverage(questions)
    assert coverage.tolist() == pytest.approx([1 / 3, 1 / 3, 2 / 3, 1])
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])


def test_equal_confidences_share_one_threshold() -> None:
    """A right and a wrong answer of equal confidence cannot be told apart."""
    coverage, risk = risk_coverage(stream([0.5, 0.5], [True, False], [True, True]))
    assert (coverage.tolist(), risk.tolist()) == ([1.0], [0.5])


def test_coverage_takes_the_largest_threshold_that_holds() -> None:
    """The risk is 1/2 after the second question but 1/3 after the third: at 0.34 the third counts."""
    questions = stream([0.9, 0.8, 0.7, 0.6], [True, True, True, False], [True, False, True, True])
    assert coverage_at(questions, 0.1) == pytest.approx(1 / 3)
    assert coverage_at(questions, 0.34) == pytest.approx(2 / 3)
    assert coverage_at(questions, 0.5) == 1.0


def test_coverage_is_zero_when_the_surest_answer_is_wrong() -> None:
    """No threshold keeps the rate: nothing is answered."""
    assert coverage_at(stream([0.9, 0.1], [False, False], [True, True]), 0.05) == 0.0


def test_coverage_counts_weights() -> None:
    """One out-of-scope question in nine parts keeps the rate at 10 %, in six parts it does not."""
    confidence, right, scope = [0.9, 0.9], [True, False], [True, False]
    assert coverage_at(stream(confidence, right, scope, weight=[9, 1]), 0.1) == 1.0
    assert coverage_at(stream(confidence, right, scope, weight=[5, 1]), 0.1) == 0.0


@given(streams())
def test_coverage_grows_with_the_rate(questions: Stream) -> None:
    """Allowing more wrong answers never answers less."""
    figures = [coverage_at(questions, rate) for rate in (0.0, 0.05, 0.1, 0.5, 1.0)]
    assert figures == sorted(figures)
    assert figures[-1] == (1.0 if questions.in_scope.any() else 0.0)


def test_area_under_risk_coverage_by_hand() -> None:
    """Right, wrong, right: risks 0, 1/2, 1/3, on average 5/18."""
    questions = stream([0.9, 0.8, 0.7], [True, False, True], [True] * 3)
    assert area_under_risk_coverage(questions) == pytest.approx(5 / 18)


@given(streams())
def test_area_does_not_depend_on_the_order_of_the_rows(questions: Stream) -> None:
    """Ties count with their mean, so turning the list round changes nothing."""
    turned = stream(
        questions.confidence[::-1],
        questions.right[::-1],
        questions.in_scope[::-1],
        weight=np.ones(len(questions.weight)),
    )
    plain = stream(questions.confidence, questions.right, questions.in_scope)
    assert area_under_risk_coverage(turned) == pytest.approx(area_under_risk_coverage(plain))


@given(streams())
def test_area_is_a_share(questions: Stream) -> None:
    """A mean of rates lies between 0 and 1."""
    assert -1e-9 <= area_under_risk_coverage(questions) <= 1 + 1e-9


def test_auroc_by_hand() -> None:
    """Of four pairs three are in order and one is a tie."""
    assert auroc([0.9, 0.5], [0.5, 0.1]) == 0.875


def test_auroc_of_an_empty_side_is_not_a_number() -> None:
    """Without out-of-scope questions there is nothing to separate."""
    assert math.isnan(auroc([0.5], []))


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_auroc_of_the_turned_question_is_its_complement(high: list[int], low: list[int]) -> None:
    """Swapping the sides turns the figure round."""
    assert auroc(high, low) + auroc(low, high) == pytest.approx(1.0)


def test_calibration_error_by_hand() -> None:
    """Two bins: 0.9 claimed and 1/2 kept, 0.2 claimed and 0 kept: (0.4 + 0.2) / 2."""
    questions = stream([0.9, 0.9, 0.2, 0.2], [True, False, False, False], [True] * 4)
    assert expected_calibration_error(questions, bins=2) == pytest.approx(0.3)


def test_calibration_error_is_zero_when_the_claim_is_kept() -> None:
    """Three of four right at a confidence of 0.75."""
    questions = stream([0.75] * 4, [True, True, True, False], [True] * 4)
    assert expected_calibration_error(questions) == pytest.approx(0.0)


@settings(max_examples=50)
@given(streams())
def test_calibration_error_is_a_share(questions: Stream) -> None:
    """A mean of gaps between shares lies between 0 and 1."""
    assert -1e-9 <= expected_calibration_error(questions) <= 1 + 1e-9


def decision(
    kind: DecisionKind, *, best: str = "a", confidence: float = 0.9, choices: tuple[str, ...] = ()
) -> Decision:
    """One whose best candidate is `best`, followed by b and c."""
    rest = tuple(Candidate(name, 0.05) for name in ("b", "c") if name != best)
    entry = best if kind in {DecisionKind.ANSWER, DecisionKind.REDIRECT} else None
    found = (Candidate(best, confidence), *rest)
    return Decision("?", kind, "clear", entry=entry, candidates=found, choices=choices)


ANSWER, CLARIFY, FALLBACK = DecisionKind.ANSWER, DecisionKind.CLARIFY, DecisionKind.FALLBACK


def test_summary_by_hand() -> None:
    """Right, wrong, a helpful Rückfrage, silence; then an answered, an asked-back and an unlabelled one."""
    figures = summarise(
        [
            (decision(ANSWER), ["a"]),
            (decision(ANSWER), ["b"]),
            (decision(CLARIFY, choices=("a", "c")), ["c"]),
            (decision(FALLBACK), ["x"]),
            (decision(ANSWER), []),
            (decision(CLARIFY, choices=("a", "b")), []),
            (decision(ANSWER), None),
        ]
    )
    assert (figures["n"], figures["labelled"], figures["answerable"], figures["unanswerable"]) == (7, 6, 4, 2)
    assert (figures["top1"], figures["top3"]) == (0.25, 0.75)
    assert (figures["answered_right"], figures["right_or_choice"], figures["coverage"]) == (0.25, 0.5, 0.5)
    assert figures["wrong"] == pytest.approx(2 / 6)
    assert figures["wrong_answer_rate"] == pytest.approx(2 / 3)
    assert (figures["unanswerable_answered"], figures["unanswerable_clarified"]) == (0.5, 0.5)
    assert figures["ece"] == pytest.approx(0.9 - 1 / 6)


def test_a_message_of_two_questions_is_wrong_when_one_answer_is() -> None:
    """Each part's answer must be an expected one."""
    two = Decision("? ?", ANSWER, "parts", parts=(decision(ANSWER), decision(ANSWER, best="b")))
    assert summarise([(two, ["a", "b"])])["answered_right"] == 1.0
    assert summarise([(two, ["a"])])["wrong"] == 1.0


def test_a_message_without_any_answered_part_is_silent() -> None:
    """Two parts, none answered: neither right nor wrong."""
    two = Decision("? ?", FALLBACK, "parts", parts=(decision(FALLBACK), decision(FALLBACK)))
    figures = summarise([(two, ["a"])])
    assert (figures["coverage"], figures["wrong"]) == (0.0, 0.0)


def test_summary_of_nothing_is_all_zero() -> None:
    """An empty file gives figures, not an error."""
    assert set(summarise([]).values()) == {0}
