"""Logistic regression in NumPy, held against scikit-learn's."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from intents import logistic
from intents.background import unit
from intents.encoder import Floats
from intents.logistic import fit_logistic, log_softmax


def groups(seed: int = 0) -> tuple[Floats, NDArray[np.int64]]:
    """Six groups of eight unit vectors around centres of their own."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(6), 8)
    return unit((rng.normal(size=(6, 20))[owner] + rng.normal(size=(48, 20))).astype(np.float32)), owner


def test_it_finds_what_scikit_learn_finds() -> None:
    """The same loss, the same penalty: nearly the same probabilities of new rows."""
    rows, owner = groups()
    weights = fit_logistic(rows, owner, 6)
    assert weights is not None
    peer = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000).fit(rows * 10, owner)
    asked = unit(np.random.default_rng(1).normal(size=(50, 20)).astype(np.float32))
    mine, theirs = np.exp(log_softmax(asked @ weights)), peer.predict_proba(asked * 10)
    assert np.abs(mine - theirs).max() < 0.04
    assert (mine.argmax(axis=1) == theirs.argmax(axis=1)).mean() >= 0.98


def test_entries_of_many_wordings_have_no_say_beyond_them() -> None:
    """Each row weighs less, the more its entry has, as scikit-learn does with such weights."""
    rows, owner = groups()
    chosen = np.concatenate([np.arange(8), np.arange(8, 48, 4)])
    rows, owner = rows[chosen], owner[chosen]
    weights = fit_logistic(rows, owner, 6)
    assert weights is not None
    share = 1 / np.sqrt(np.bincount(owner)[owner])
    peer = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000)
    peer.fit(rows * 10, owner, sample_weight=share / share.mean())
    asked = unit(np.random.default_rng(1).normal(size=(50, 20)).astype(np.float32))
    assert np.exp(log_softmax(asked @ weights)) == pytest.approx(peer.predict_proba(asked * 10), abs=0.04)


def test_one_entry_has_no_classifier() -> None:
    """There is nothing to tell it from: a classifier would be sure of it, whatever is asked."""
    rows, _ = groups()
    assert fit_logistic(rows, np.zeros(len(rows), dtype=np.int64), 1) is None


def test_very_many_wordings_that_are_alike_give_finite_weights() -> None:
    """Where nothing tells two entries apart both are as likely; the steps must not run away."""
    one = unit(np.random.default_rng(0).normal(size=(1, 64)).astype(np.float32))
    weights = fit_logistic(np.repeat(one, 60_000, axis=0), np.repeat(np.arange(2), 30_000), 2)
    assert weights is not None
    assert np.exp(log_softmax(one @ weights)) == pytest.approx(np.array([[0.5, 0.5]]), abs=0.01)


def test_a_very_large_faq_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fit grows with wordings times entries."""
    monkeypatch.setattr(logistic, "_MOST", 1e5)
    assert fit_logistic(*groups(), 6) is None
