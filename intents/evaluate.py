"""Labelled questions → figures: accuracy, coverage, calibration, separation. Pure NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intents.decision import Decision, DecisionKind

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

GIVEN = (DecisionKind.ANSWER, DecisionKind.REDIRECT)


@dataclass(frozen=True)
class Interval:
    """A figure with its confidence interval."""

    value: float
    low: float
    high: float


def ranks_of(scores: ArrayLike, expected: ArrayLike) -> NDArray[np.int64]:
    """Rank of the expected column in each row of `scores`, 0 = best, -1 where nothing is expected.

    Ties go by column order.
    """
    table, wanted = np.asarray(scores, np.float64), np.asarray(expected, np.int64)
    own = np.take_along_axis(table, np.maximum(wanted, 0)[:, None], axis=1)
    earlier = np.arange(table.shape[1])[None, :] < wanted[:, None]
    ahead = (table > own) | ((table == own) & earlier)
    return np.where(wanted < 0, -1, ahead.sum(axis=1))


def top_k_accuracy(ranks: ArrayLike, k: int) -> float:
    """Share of questions whose expected entry stands among the first k; a rank below 0 is a miss."""
    return _mean(_within(np.asarray(ranks, np.int64), k))


def _within(ranks: NDArray[np.int64], k: int) -> Bools:
    return (ranks >= 0) & (ranks < k)


def _mean(values: ArrayLike) -> float:
    array = np.asarray(values, np.float64)
    return float(array.mean()) if array.size else 0.0


def bootstrap(
    values: ArrayLike,
    *,
    groups: Sequence[str] | None = None,
    rounds: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Mean of `values` with its percentile bootstrap interval (Efron 1979).

    One value per question. Values of one group (a question asked in several folds) are drawn together.
    """
    array = np.asarray(values, np.float64)
    if not array.size:
        return Interval(0.0, 0.0, 0.0)
    sums, counts = _group_sums(array, groups)
    rng = np.random.default_rng(seed)
    means = np.empty(rounds)
    for turn in range(rounds):
        drawn = rng.integers(0, len(sums), len(sums))
        means[turn] = sums[drawn].sum() / counts[drawn].sum()
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(_mean(array), float(low), float(high))


def _group_sums(values: Floats, groups: Sequence[str] | None) -> tuple[Floats, Floats]:
    if groups is None:
        return values, np.ones_like(values)
    _, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    sums, counts = np.bincount(index, weights=values), np.bincount(index)
    return sums.astype(np.float64), counts.astype(np.float64)


@dataclass(frozen=True)
class Stream:
    """Questions as they arrive, each with the confidence of its best candidate."""

    confidence: Floats
    right: Bools
    """The best candidate is the expected entry; never for an out-of-scope question."""
    in_scope: Bools
    weight: Floats
    """How often the question counts; sums to 1."""


def stream(confidence: ArrayLike, right: ArrayLike, in_scope: ArrayLike, *, weight: ArrayLike | None = None) -> Stream:
    """Build a stream from plain sequences; without weights every question counts the same."""
    sure, scope = np.asarray(confidence, np.float64), np.asarray(in_scope, np.bool_)
    share = np.ones_like(sure) if weight is None else np.asarray(weight, np.float64)
    return Stream(sure, np.asarray(right, np.bool_) & scope, scope, share / max(share.sum(), 1e-300))


def mix_weights(parts: Sequence[int], shares: Sequence[float]) -> Floats:
    """Weights that give consecutive parts of the stream (sizes `parts`) the named shares, summing to 1."""
    live = [share if size else 0.0 for size, share in zip(parts, shares, strict=True)]
    total = sum(live) or 1.0
    return np.concatenate(
        [np.full(size, share / total / max(size, 1)) for size, share in zip(parts, live, strict=True)]
    )


def risk_coverage(questions: Stream) -> tuple[Floats, Floats]:
    """Coverage and risk at each threshold, from the strictest to «answer all».

    Coverage = share of the in-scope questions answered; risk = wrong answers ÷ answers given
    (El-Yaniv & Wiener 2010). Equal confidences share one threshold.
    """
    order, last = _thresholds(questions.confidence)
    weight = questions.weight[order]
    answered = np.cumsum(weight)[last]
    wrong = np.cumsum(weight * ~questions.right[order])[last]
    inside = np.cumsum(weight * questions.in_scope[order])
    covered = inside[last] / inside[-1] if inside.size and inside[-1] > 0 else np.zeros(len(last))
    return covered, _ratio(wrong, answered)


def _ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Part ÷ whole, 0 where the whole is 0."""
    top, bottom = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _thresholds(confidence: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order by falling confidence, and the position of the last question at each distinct confidence."""
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    return order, np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)])


def coverage_at(questions: Stream, rate: float) -> float:
    """Largest share of in-scope questions answered at a threshold with a risk of at most `rate`."""
    coverage, risk = risk_coverage(questions)
    allowed = coverage[risk <= rate + 1e-12]
    return float(allowed.max()) if allowed.size else 0.0


def area_under_risk_coverage(questions: Stream) -> float:
    """Mean risk over all lengths of the list sorted by confidence (Geifman & El-Yaniv 2017); 0 is perfect.

    Questions of equal confidence count with their mean, as if drawn in random order.
    """
    order = np.argsort(-questions.confidence, kind="stable")
    weight = questions.weight[order]
    wrong = np.cumsum(weight * (1.0 - _level_means(questions)[order]))
    answered = np.cumsum(weight)
    return float(np.sum(weight * _ratio(wrong, answered)))


def _level_means(questions: Stream) -> Floats:
    """Each question's share of right ones among those of the same confidence."""
    _, level = np.unique(questions.confidence, return_inverse=True)
    mass = np.bincount(level, weights=questions.weight)
    right = np.bincount(level, weights=questions.weight * questions.right)
    return _ratio(right, mass)[level]


def auroc(positive: ArrayLike, negative: ArrayLike) -> float:
    """Chance that a positive scores above a negative, ties half (Mann & Whitney 1947).

    NaN if one side is empty.
    """
    high, low = np.asarray(positive, np.float64), np.sort(np.asarray(negative, np.float64))
    if not high.size or not low.size:
        return float("nan")
    below = np.searchsorted(low, high, side="left") + np.searchsorted(low, high, side="right")
    return float(below.sum() / (2.0 * high.size * low.size))


def expected_calibration_error(questions: Stream, *, bins: int = 15) -> float:
    """Mean |share right - mean confidence| over bins of equal mass (Nguyen & O'Connor 2015).

    Confidences outside 0 to 1 are clipped; equal confidences count with their mean, whatever their order.
    """
    order = np.argsort(questions.confidence, kind="stable")
    weight = questions.weight[order]
    gap = (_level_means(questions) - np.clip(questions.confidence, 0.0, 1.0))[order]
    middle = np.cumsum(weight) - weight / 2
    place = np.clip((middle * bins).astype(np.int64), 0, bins - 1)
    return float(np.abs(np.bincount(place, weights=weight * gap, minlength=bins)).sum())


Labelled = tuple[Decision, Sequence[str] | None]


def summarise(rows: Sequence[Labelled]) -> dict[str, float | int]:
    """Figures over decisions with their expected ids: None = unlabelled, empty = must not be answered.

    An answer given is a decision of kind answer or redirect; a message of two questions counts with
    both parts. Shares are of the answerable ones, except `wrong` (of all labelled), `wrong_answer_rate`
    (wrong ÷ answers given), `unanswerable_…` (of the unanswerable) and `ece` (all labelled).
    """
    labelled = [(decision, frozenset(ids)) for decision, ids in rows if ids is not None]
    answerable = [(decision, ids) for decision, ids in labelled if ids]
    unanswerable = [decision for decision, ids in labelled if not ids]
    given = [_gave_answer(decision) for decision, _ in labelled]
    wrong = [is_wrong(decision, ids) for decision, ids in labelled]
    return {
        "n": len(rows),
        "labelled": len(labelled),
        "answerable": len(answerable),
        "top1": _mean([_found(decision, ids, 1) for decision, ids in answerable]),
        "top3": _mean([_found(decision, ids, 3) for decision, ids in answerable]),
        "answered_right": _mean([is_right(decision, ids) for decision, ids in answerable]),
        "right_or_choice": _mean([is_right_or_choice(decision, ids) for decision, ids in answerable]),
        "wrong": _mean(wrong),
        "wrong_answer_rate": sum(wrong) / max(sum(given), 1),
        "coverage": _mean([_gave_answer(decision) for decision, _ in answerable]),
        "unanswerable": len(unanswerable),
        "unanswerable_answered": _mean([_gave_answer(decision) for decision in unanswerable]),
        "unanswerable_clarified": _mean([_asked_back(decision) for decision in unanswerable]),
        "ece": _calibration(labelled),
    }


def is_right(decision: Decision, ids: frozenset[str]) -> bool:
    """Whether there is an answer, and none that is not expected."""
    given = _given(decision)
    return bool(given) and set(given) <= ids


def is_right_or_choice(decision: Decision, ids: frozenset[str]) -> bool:
    """Answered right, or nothing wrong was said and a «Meinten Sie …?» shows an expected entry."""
    shown = {choice for part in _parts(decision) if part.kind is DecisionKind.CLARIFY for choice in part.choices}
    return is_right(decision, ids) or (not is_wrong(decision, ids) and bool(shown & ids))


def is_wrong(decision: Decision, ids: frozenset[str]) -> bool:
    """Whether an answer was given that is not an expected one."""
    return not set(_given(decision)) <= ids


def _parts(decision: Decision) -> tuple[Decision, ...]:
    return decision.parts or (decision,)


def _given(decision: Decision) -> tuple[str, ...]:
    """Ids of the entries shown as answers."""
    return tuple(part.entry or "" for part in _parts(decision) if part.kind in GIVEN)


def _gave_answer(decision: Decision) -> bool:
    return bool(_given(decision))


def _asked_back(decision: Decision) -> bool:
    return any(part.kind is DecisionKind.CLARIFY for part in _parts(decision))


def _found(decision: Decision, ids: frozenset[str], k: int) -> bool:
    return any(candidate.id in ids for candidate in decision.candidates[:k])


def _calibration(labelled: Sequence[tuple[Decision, frozenset[str]]]) -> float:
    confidence = [decision.confidence for decision, _ in labelled]
    right = [_found(decision, ids, 1) for decision, ids in labelled]
    return expected_calibration_error(stream(confidence, right, [bool(ids) for _, ids in labelled]))
