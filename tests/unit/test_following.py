"""What its context makes of a reading."""

from dataclasses import replace

import pytest

from intents.deciding import Outcome, decide
from intents.decision import DecisionKind
from intents.faq import Kind
from intents.following import spoken_of
from intents.prepared import Prepared, answered, confirmed, insisted, joint_chance, silenced
from intents.query import Context
from intents.ranking import Ranked
from tests.unit.test_deciding import POLICY, candidate, ranking


def prepared(*ranked: Ranked) -> Prepared:
    """Return a reading with these candidates, decided."""
    made = ranking(*ranked)
    return Prepared(made, decide(made, POLICY))


WEAK = prepared(candidate("kita", 0.6), candidate("hort", 0.2))


def test_two_readings_that_agree_decide_together() -> None:
    """0.6 and 0.8 leave a doubt of 0.08, however they are named."""
    other = prepared(candidate("kita", 0.8))
    assert joint_chance(WEAK, other) == joint_chance(other, WEAK) == pytest.approx(0.92)


def test_the_surer_of_two_readings_is_reported() -> None:
    """Both look at the same words: no probability is made of two; the other entries share what is left."""
    sure = confirmed(WEAK, prepared(candidate("kita", 0.8)), POLICY)
    assert sure.outcome == Outcome(DecisionKind.ANSWER, "confirmed", "kita")
    assert sure.chance == pytest.approx(0.8)
    assert sure.chances["hort"] == pytest.approx(0.1)
    assert confirmed(WEAK, prepared(candidate("kita", 0.3)), POLICY).chances == WEAK.chances


def test_a_reading_that_is_sure_by_itself_needs_no_confirmation() -> None:
    """Its own probability is the reason."""
    sure = confirmed(prepared(candidate("kita", 0.95)), WEAK, POLICY)
    assert sure.outcome == Outcome(DecisionKind.ANSWER, "clear", "kita")


@pytest.mark.parametrize(
    ("chance", "outcome"),
    [
        (0.95, Outcome(DecisionKind.ANSWER, "clear", "kita")),
        (0.6, Outcome(DecisionKind.ANSWER, "follow_up", "kita")),
        (0.4, Outcome(DecisionKind.CLARIFY, "margin", None, ("kita", "hort"))),
    ],
)
def test_a_bare_question_word_insists_where_the_reading_is_not_weak(chance: float, outcome: Outcome) -> None:
    """«und wann?» after an entry that says when; «clear» is said of what clears its threshold alone."""
    assert insisted(prepared(candidate("kita", chance), candidate("hort", 0.05))).outcome == outcome


def test_what_may_not_be_answered_is_known() -> None:
    """A veto, a redirect, a gated reading."""
    redirecting = prepared(candidate("amt", 0.5, kind=Kind.REDIRECT))
    vetoed = prepared(candidate("kita", 0.5, veto="not_question"))
    gated = replace(WEAK, outcome=Outcome(DecisionKind.FALLBACK, "gate"))
    assert WEAK.may_answer
    assert not any(each.may_answer for each in (redirecting, vetoed, gated))
    assert (gated.chance, gated.chances) == (0.0, {})


def test_an_outcome_is_replaced_and_nothing_else() -> None:
    """The ranking is what it was."""
    assert answered(WEAK, "about_bot") == Prepared(WEAK.ranking, Outcome(DecisionKind.ANSWER, "about_bot", "kita"))
    assert silenced(WEAK) == Prepared(WEAK.ranking, Outcome(DecisionKind.FALLBACK, "follow_up"))
    assert answered(WEAK, "about_bot").is_given
    assert not silenced(WEAK).is_given


def test_what_was_spoken_of_is_answered_or_offered() -> None:
    """Nothing without context."""
    assert spoken_of(Context("?", "kita", ("hort",))) == {"kita", "hort"}
    assert spoken_of(Context("?")) == spoken_of(None) == frozenset()
