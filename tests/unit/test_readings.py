"""How a message can be read: alone, as a follow-up, as two questions."""

import pytest

from intents.query import Context
from intents.readings import MAX_AGE, follow_up, leans_back, parts_of

BEFORE = Context(last_question="Wer hat die Strategie beschlossen?", last_entry="beschluss", age=20.0)


def content(text: str) -> str:
    """Leave the smalltalk out that these tests use."""
    return "" if text.strip("!. ").lower() in {"danke", "hallo"} else text


@pytest.mark.parametrize("text", ["und wann war das?", "wer hat sie beschlossen?", "KPMG", "warum?", "ist das viel?"])
def test_short_messages_that_point_back_lean(text: str) -> None:
    """Three words or fewer, or a word like «das» in a short message."""
    assert leans_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😀",
        "Wie beantrage ich einen Ausweis?",
        "Können Sie mir bitte sagen, wie das mit der neuen Mülltonne vor dem Haus gedacht ist?",
    ],
)
def test_whole_questions_stand_alone(text: str) -> None:
    """No pointing word, or too long to need one; nothing at all leans on nothing."""
    assert not leans_back(text)


def test_a_follow_up_is_joined_to_the_question_before() -> None:
    """The question's sign goes, the follow-up's first letter becomes small."""
    assert follow_up("Und wann war das?", BEFORE) == "Wer hat die Strategie beschlossen, und wann war das?"


@pytest.mark.parametrize(
    "context",
    [
        None,
        Context(),
        Context(last_entry="beschluss"),
        Context(last_question="Wer hat die Strategie beschlossen?", age=MAX_AGE + 1),
    ],
)
def test_without_a_fresh_question_before_there_is_no_follow_up(context: Context | None) -> None:
    """No context, nothing asked, or too long ago."""
    assert follow_up("und wann war das?", context) is None


def test_a_whole_question_is_no_follow_up() -> None:
    """It is decided alone."""
    assert follow_up("Wie beantrage ich einen Ausweis?", BEFORE) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Was ist die HHKO? Und was bedeutet ZuP 24?", ("Was ist die HHKO?", "Und was bedeutet ZuP 24?")),
        ("Wer hat sie beschlossen und wann war das?", ("Wer hat sie beschlossen", "wann war das?")),
        ("Wer bist du, und was kannst du?", ("Wer bist du", "was kannst du?")),
        ("Was kostet das? Außerdem: Wer zahlt?", ("Was kostet das?", "Außerdem: Wer zahlt?")),
        ("wer zahlt UND WOFÜR ist das?", ("wer zahlt", "WOFÜR ist das?")),
    ],
)
def test_two_questions_are_split(text: str, parts: tuple[str, ...]) -> None:
    """After a question mark, and before «und» with a question word."""
    assert parts_of(text, content=content) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Wo ist das Amt?",
        "Was haben Bürgerinnen und Bürger davon?",
        "Was ist die HHKO? Danke!",
        "Hallo. Was ist die HHKO?",
        "Was? Wie? Wo?",
        "Wer zahlt und wer plant und wer baut?",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    """Words joined by «und», smalltalk beside a question, more than two questions."""
    assert parts_of(text, content=content) == ()
