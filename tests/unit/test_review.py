"""What stayed unanswered, grouped."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

from bot.journal import Question
from bot.review import OpenGroup, is_open, to_csv, unanswered
from intents.decision import Candidate
from tests.fakes import NOW, FakeUnderstanding

OPEN = Question(1, NOW, "Was kostet das?", "fallback", "gate", None, 0.1, (Candidate("kosten", 0.1),), "f", "m")

lemma_key = FakeUnderstanding().lemma_key


def test_what_counts_as_unanswered() -> None:
    """Nothing found, or asked back and nothing picked; answers and picks do not count."""
    clarify = replace(OPEN, decision="clarify")
    assert is_open(OPEN)
    assert is_open(clarify)
    assert is_open(replace(clarify, feedback="none"))
    assert not is_open(replace(clarify, feedback="picked"))
    assert not any(is_open(replace(OPEN, decision=d)) for d in ("answer", "redirect", "smalltalk", "emergency"))


def test_same_lemmas_are_one_group_and_the_most_frequent_comes_first() -> None:
    """Wordings that differ in form alone are counted together."""
    later = NOW + timedelta(days=1)
    questions = [
        replace(OPEN, text="Wann?"),
        OPEN,
        replace(OPEN, text="das kostet was", at=later, candidates=(Candidate("kosten", 0.3),)),
    ]
    first, second = unanswered(questions, lemma_key)
    assert (first.count, first.last_seen, first.nearest, first.confidence) == (2, later, "kosten", 0.3)
    assert first.examples == ("Was kostet das?", "das kostet was")
    assert second.examples == ("Wann?",)


def test_deleted_texts_and_answers_are_left_out() -> None:
    """Without a text there is nothing to group."""
    questions = [replace(OPEN, text=None), replace(OPEN, text=" "), replace(OPEN, decision="answer")]
    assert unanswered(questions, lemma_key) == []


def test_questions_without_content_words_group_by_their_text() -> None:
    """Emoji and stop words do not fall into one heap."""
    questions = [replace(OPEN, text="😀"), replace(OPEN, text="der"), replace(OPEN, text="😀")]
    groups = unanswered(questions, lambda _: "")
    assert [group.count for group in groups] == [2, 1]


def test_csv_cannot_start_a_formula() -> None:
    """A question that looks like a formula reaches a spreadsheet as text."""
    groups = [
        OpenGroup("k", 1, NOW, (text,), None, 0.0) for text in ("=1+1", "+49", "-2", "@SUM(A1)", " =cmd", 'Wer, "was"?')
    ]
    rows = list(csv.reader(io.StringIO(to_csv(groups)), delimiter=";"))
    assert rows[0] == ["anzahl", "zuletzt", "beispiele", "naechster_eintrag", "wahrscheinlichkeit"]
    assert [row[2] for row in rows[1:]] == ["'=1+1", "'+49", "'-2", "'@SUM(A1)", "' =cmd", 'Wer, "was"?']
    assert rows[1][1] == "2026-11-22 10:30"
