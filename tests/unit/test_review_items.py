"""Which questions somebody should look at, and what becomes of those that come later."""

import pytest

from bot.effects import Feedback
from bot.review_items import ACTION_WORDS, AFTER, STATE_WORDS, WHY_WORDS, Action, ItemState, Why, joined, state_of, why
from intents.decision import Candidate, DecisionKind

CLEAR = (Candidate("a", 0.95), Candidate("b", 0.02))
NEAR = (Candidate("a", 0.9), Candidate("b", 0.08))


@pytest.mark.parametrize(
    ("decision", "feedback", "candidates", "expected"),
    [
        (DecisionKind.FALLBACK, None, NEAR, Why.UNANSWERED),
        (DecisionKind.CLARIFY, None, NEAR, Why.UNPICKED),
        (DecisionKind.CLARIFY, Feedback.NONE, NEAR, Why.NONE),
        (DecisionKind.CLARIFY, Feedback.PICKED, NEAR, None),
        (DecisionKind.CLARIFY, Feedback.WRONG, NEAR, Why.WRONG),
        (DecisionKind.ANSWER, None, CLEAR, None),
        (DecisionKind.ANSWER, None, NEAR, Why.UNSURE),
        (DecisionKind.ANSWER, None, NEAR[:1], None),
        (DecisionKind.ANSWER, Feedback.HELPED, NEAR, None),
        (DecisionKind.ANSWER, Feedback.NOT_HELPED, CLEAR, Why.NOT_HELPED),
        (DecisionKind.ANSWER, Feedback.UNCLEAR, CLEAR, Why.UNCLEAR),
        (DecisionKind.REDIRECT, None, CLEAR, Why.OUTSIDE),
        (DecisionKind.REDIRECT, Feedback.INCOMPLETE, CLEAR, Why.INCOMPLETE),
        (DecisionKind.SMALLTALK, None, (), None),
        (DecisionKind.EMERGENCY, None, (), None),
    ],
)
def test_why_a_question_is_looked_at(
    decision: DecisionKind, feedback: Feedback | None, candidates: tuple[Candidate, ...], expected: Why | None
) -> None:
    """What the citizen said of the answer counts more than how it was decided."""
    assert why(decision, feedback, candidates) is expected


@pytest.mark.parametrize(
    ("state", "because", "group", "expected"),
    [
        (ItemState.NEW, Why.UNANSWERED, None, ItemState.NEW),
        (ItemState.NEW, Why.UNANSWERED, ItemState.DONE, ItemState.NEW),
        (ItemState.NEW, Why.UNANSWERED, ItemState.WORKING, ItemState.WORKING),
        (ItemState.NEW, Why.UNANSWERED, ItemState.IGNORED, ItemState.IGNORED),
        (ItemState.NEW, Why.WRONG, ItemState.IGNORED, ItemState.NEW),
        (ItemState.NEW, Why.CASE, ItemState.IGNORED, ItemState.NEW),
        (ItemState.DONE, Why.UNANSWERED, ItemState.IGNORED, ItemState.DONE),
    ],
)
def test_what_a_question_becomes_that_joins_a_group(
    state: ItemState, because: Why, group: ItemState | None, expected: ItemState
) -> None:
    """It takes part in what is done about the group; a complaint is never ignored unseen."""
    assert joined(state, because, group) == expected


def test_a_group_is_in_the_state_that_most_needs_somebody() -> None:
    """New before in hand, in hand before done, done before ignored."""
    assert state_of({"ignored", "done", "working", "new"}) is ItemState.NEW
    assert state_of({"ignored", "done"}) is ItemState.DONE


def test_everything_has_a_word() -> None:
    """Pages and files show words, never codes."""
    assert (set(WHY_WORDS), set(STATE_WORDS)) == (set(Why), set(ItemState))
    assert set(ACTION_WORDS) == set(AFTER) == set(Action)
