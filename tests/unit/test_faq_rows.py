"""Citizens' wordings as rows: reading, splitting and judging."""

import pytest

from intents.decision import Candidate, Decision, DecisionKind
from intents.query import Query
from tests.faq_rows import Expect, ask, both_answered, judge, parse_row, read_rows, split_of

A = DecisionKind.ANSWER


def decision(
    kind: DecisionKind,
    entry: str | None = None,
    *,
    choices: tuple[str, ...] = (),
    smalltalk: str | None = None,
) -> Decision:
    """Build one whose best candidate is its entry."""
    candidates = (Candidate(entry, 0.9),) if entry else ()
    return Decision("?", kind, "clear", entry=entry, smalltalk=smalltalk, candidates=candidates, choices=choices)


def test_every_shipped_row_can_be_read() -> None:
    """All files have known keys and a wording."""
    rows = read_rows()
    assert rows
    assert all(row.say for row in rows)


def test_both_halves_of_the_split_are_of_similar_size() -> None:
    """The hash puts between 40 and 60 % into the holdout."""
    rows = read_rows()
    assert 0.4 < sum(row.split == "holdout" for row in rows) / len(rows) < 0.6


def test_the_split_of_a_wording_never_changes() -> None:
    """Figures of different days speak of the same rows."""
    assert [split_of(say) for say in ("Reisepass", "Hallo", "KPMG")] == ["holdout", "dev", "holdout"]


def test_unknown_keys_are_refused() -> None:
    """A misspelt key is an error, not a row without expectation."""
    with pytest.raises(ValueError, match="unknown keys"):
        parse_row({"say": "Hallo", "expect": "none", "afer": []})


def test_every_form_of_expectation_is_understood() -> None:
    """An id, several ids, none, redirect, smalltalk with its intent, emergency."""
    values: list[str | list[str]] = ["a", ["a", "b"], "none", "redirect", "smalltalk:thanks", "emergency"]
    rows = [parse_row({"say": "?", "expect": value}) for value in values]
    assert [row.expect for row in rows] == [Expect.ENTRY, *Expect]
    assert (rows[1].ids, rows[4].intent) == (frozenset({"a", "b"}), "thanks")


def test_the_right_answer_is_right() -> None:
    """Expected entry, answered."""
    verdict = judge(parse_row({"say": "?", "expect": "a"}), decision(A, "a"))
    assert (verdict.first, verdict.right, verdict.helped, verdict.wrong) == (True, True, True, False)


def test_another_answer_is_wrong() -> None:
    """Not the expected entry."""
    verdict = judge(parse_row({"say": "?", "expect": "a"}), decision(A, "b"))
    assert (verdict.right, verdict.helped, verdict.wrong) == (False, False, True)


def test_a_choice_that_shows_the_entry_helps() -> None:
    """Asking back with the right entry among the choices is neither right nor wrong."""
    verdict = judge(parse_row({"say": "?", "expect": "a"}), decision(DecisionKind.CLARIFY, choices=("b", "a")))
    assert (verdict.right, verdict.helped, verdict.wrong, verdict.asked_back) == (False, True, False, True)


def test_silence_is_right_where_nothing_is_known() -> None:
    """Fallback on a row that expects none."""
    verdict = judge(parse_row({"say": "?", "expect": "none"}), decision(DecisionKind.FALLBACK))
    assert (verdict.right, verdict.wrong, verdict.answered) == (True, False, False)


def test_a_redirect_is_an_answer_where_none_is_expected() -> None:
    """Sending a citizen on for nothing counts as wrong."""
    verdict = judge(parse_row({"say": "?", "expect": "none"}), decision(DecisionKind.REDIRECT, "r"))
    assert (verdict.right, verdict.wrong, verdict.answered) == (False, True, True)


def test_a_redirect_is_right_where_it_is_expected() -> None:
    """Other services are sent on, which is no answer."""
    verdict = judge(parse_row({"say": "?", "expect": "redirect"}), decision(DecisionKind.REDIRECT, "r"))
    assert (verdict.right, verdict.wrong, verdict.answered) == (True, False, False)


def test_an_answer_to_another_service_is_wrong() -> None:
    """A service that is not ours must not be answered."""
    verdict = judge(parse_row({"say": "?", "expect": "redirect"}), decision(A, "a"))
    assert (verdict.wrong, verdict.answered) == (True, True)


def test_a_false_alarm_is_wrong() -> None:
    """An emergency notice on an everyday question."""
    assert judge(parse_row({"say": "?", "expect": "a"}), decision(DecisionKind.EMERGENCY)).wrong


def test_smalltalk_must_have_the_right_intent() -> None:
    """Thanks is no greeting."""
    row = parse_row({"say": "?", "expect": "smalltalk:thanks"})
    assert judge(row, decision(DecisionKind.SMALLTALK, smalltalk="thanks")).right
    assert not judge(row, decision(DecisionKind.SMALLTALK, smalltalk="greeting")).right


def test_one_wrong_part_spoils_a_message_of_two_questions() -> None:
    """Both parts count."""
    row = parse_row({"say": "? ?", "expect": ["a", "b"]})
    good = Decision("? ?", A, "parts", parts=(decision(A, "a"), decision(A, "b")))
    bad = Decision("? ?", A, "parts", parts=(decision(A, "a"), decision(A, "c")))
    assert (judge(row, good).right, both_answered(row, good)) == (True, True)
    assert (judge(row, bad).right, judge(row, bad).wrong) == (False, True)


def test_earlier_turns_leave_their_context() -> None:
    """The row is decided with what the turn before it answered and offered."""
    asked: list[Query] = []

    def decide(query: Query) -> Decision:
        asked.append(query)
        return decision(A, "a")

    ask(decide, parse_row({"say": "und wann?", "expect": "a", "after": ["Wer war es?"]}))
    assert [query.text for query in asked] == ["Wer war es?", "und wann?"]
    assert asked[0].context is None
    assert asked[1].context is not None
    assert asked[1].context.last_entry == "a"
