"""Single questions with the turns before them, question files and results."""

import json
from pathlib import Path

import pytest

from bot.errors import QuestionFileError
from bot.jsonout import decision_to_json
from bot.questionfile import AskedQuestion, read_questions
from bot.rehearsal import decide_all
from bot.situation import Situation
from bot.state import ChatState
from bot.texts import Texts
from tests.fakes import FAQ, NOW, FakeUnderstanding, answer, clarify

KEYS = [
    "query",
    "decision",
    "entry",
    "smalltalk",
    "reason",
    "confidence",
    "candidates",
    "choices",
    "faq",
    "model",
    "ms",
]


@pytest.fixture
def situation(texts: Texts) -> Situation:
    """Return a chat in which nothing was asked yet."""
    return Situation(ChatState(introduced=True), NOW, FAQ, texts)


def test_every_question_stands_for_itself(situation: Situation) -> None:
    """Order is kept, and no question leaves anything behind for the next."""
    understanding = FakeUnderstanding({"wer?": answer("beschluss")})
    questions = [AskedQuestion(text) for text in ("wer?", "was?", "wer?") * 30]
    decisions = list(decide_all(situation, questions, understanding))
    assert [d.query for d in decisions] == [q.query for q in questions]
    assert all(query.context is None for query in understanding.asked)


def test_earlier_turns_become_context(situation: Situation) -> None:
    """What was said before is played through the conversation."""
    understanding = FakeUnderstanding({"wer?": answer("beschluss")})
    list(decide_all(situation, [AskedQuestion("und wann?", after=("wer?",))], understanding))
    context = understanding.asked[-1].context
    assert context
    assert (context.last_entry, context.last_question) == ("beschluss", "wer?")


@pytest.mark.parametrize(
    ("text", "kind", "entry"), [("2", "answer", "haushalt"), ("9", "fallback", None), ("0", "fallback", None)]
)
def test_a_number_after_a_clarify_is_a_pick(situation: Situation, text: str, kind: str, entry: str | None) -> None:
    """Picking decides; candidates and hashes stand there as under every decision."""
    understanding = FakeUnderstanding({"was?": clarify("beschluss", "haushalt"), text: clarify("beschluss")})
    (decision,) = decide_all(situation, [AskedQuestion(text, after=("was?",))], understanding)
    assert (decision.kind, decision.entry, decision.query) == (kind, entry, text)
    assert [each.id for each in decision.candidates] == ([entry] if entry else []) + ["beschluss"]
    (why,) = decision.explanation
    assert (entry or "keine Antwort") in why
    assert sum(each.confidence for each in decision.candidates) <= 1
    assert (decision.faq, decision.model, decision.choices) == ("faqhash", "modelhash", ())


def test_a_result_has_exactly_the_agreed_keys() -> None:
    """Keys and their order are the contract."""
    data = json.loads(decision_to_json(answer("beschluss", query="wer?")))
    assert list(data) == KEYS
    assert data["candidates"] == [{"id": "beschluss", "confidence": 0.9}]


def test_a_result_is_one_line() -> None:
    """Signs at which some readers end a line are escaped, and come back untouched."""
    line = decision_to_json(answer("beschluss", query="ä\u2028b\u2029c\x85d\x0be\nf"))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["query"] == "ä\u2028b\u2029c\x85d\x0be\nf"
    assert "ä" in line


def test_half_characters_come_back_untouched(situation: Situation) -> None:
    """A lone surrogate is hidden from the matcher, and stands in the result as it came."""
    understanding = FakeUnderstanding()
    (decision,) = decide_all(situation, [AskedQuestion("a\ud800")], understanding)
    understanding.asked[0].text.encode()
    assert json.loads(decision_to_json(decision).encode())["query"] == "a\ud800"


def test_a_question_file_is_read(tmp_path: Path) -> None:
    """Labels, earlier turns, unknown keys, blank lines and a byte order mark are understood."""
    path = tmp_path / "q.jsonl"
    lines = [
        '\ufeff{"query": "wer?", "expected": ["beschluss"], "split": "dev"}',
        "",
        '{"query": "und wann?", "expected": [], "after": [{"say": "wer?"}]}',
        '{"query": "ohne"}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_questions(path) == [
        AskedQuestion("wer?", ("beschluss",)),
        AskedQuestion("und wann?", (), ("wer?",)),
        AskedQuestion("ohne"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "JSON"),
        (b"[]", "query"),
        (b'{"query": 3}', "query"),
        (b'{"query": "a", "expected": "b"}', "expected"),
        (b'{"query": "a", "after": ["b"]}', "after"),
        (b'{"query": "a", "after": {"say": "b"}}', "after"),
        (b'{"query": "a", "after": {}}', "after"),
        (b'{"query": "a", "after": ""}', "after"),
        (b'{"query": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "tief"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, message: str) -> None:
    """File and line number stand before the reason."""
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'{"query": "gut"}\n' + line + b"\n")
    with pytest.raises(QuestionFileError, match=message) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path}:2: ")


def test_a_missing_question_file_is_named(tmp_path: Path) -> None:
    """No traceback for a wrong path."""
    with pytest.raises(QuestionFileError, match="nicht lesbar"):
        read_questions(tmp_path / "weg.jsonl")
