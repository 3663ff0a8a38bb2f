"""How a message can be read: alone, as a follow-up, as two questions."""

import pytest

from intents.query import Context
from intents.readings import (
    MAX_AGE,
    asked_kinds,
    counted,
    follow_up,
    is_bare,
    leans_back,
    parts_of,
    points_back,
    question_kinds,
    stands_alone,
    swapped,
    with_topic,
)

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
        "Was ist ZuP 24? (0)",
        "Hallo. Was ist die HHKO?",
        "Was? Wie? Wo?",
        "Wer zahlt und wer plant und wer baut?",
    ],
)
def test_one_question_stays_whole(text: str) -> None:
    """Words joined by «und», smalltalk beside a question, more than two questions."""
    assert parts_of(text, content=content) == ()


@pytest.mark.parametrize(
    ("before", "text", "read"),
    [
        ("Was ist ZuP 24?", "und HHKO?", "Was ist HHKO"),
        ("Was ist eigentlich die Konsolidierung?", "und ZuP 24", "Was ist eigentlich ZuP 24"),
        ("Was bringt sie für das Amt?", "und für die Bürger?", "Was bringt sie für die Bürger"),
        ("Was bringt sie fürs Amt?", "und für die Bürger", "Was bringt sie für die Bürger"),
        ("Was bringt das Gesetz den Leuten in der Stadt?", "und dem Amt?", "Was bringt das Gesetz dem Amt"),
        ("Was ist ZuP 24, und seit wann", "HHKO", "Was ist HHKO"),
    ],
)
def test_an_ellipsis_is_put_into_the_question_before(before: str, text: str, read: str) -> None:
    """By its preposition, its article, or in the place of what was asked about."""
    assert swapped(text, Context(before)) == read


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("Was ist ZuP 24?", "und wann?"),
        ("Was ist ZuP 24?", "und"),
        ("Was ist ZuP 24?", ""),
        ("Was ist ZuP 24?", "für die Bürger"),
        ("Warum?", "und HHKO?"),
        ("", "und HHKO?"),
        ("Was ist ZuP 24?", "einen neuen Ausweis beantragen"),
    ],
)
def test_what_is_no_ellipsis_is_put_nowhere(before: str, text: str) -> None:
    """A question word, nothing, no place for it, no question before, too long."""
    assert swapped(text, Context(before)) is None


def test_an_old_question_takes_no_ellipsis() -> None:
    """And gives no topic."""
    old = Context("Was ist ZuP 24?", age=MAX_AGE + 1)
    assert swapped("und HHKO?", old) is None
    assert with_topic("was bringt das?", old, holds=lambda _: True) is None


def test_the_topic_of_the_question_before_follows_the_message() -> None:
    """Its words that the entries spoken of hold, else all with content."""
    before = Context("Was ist die Strategie der Stadt?")
    assert with_topic("was bringt das?", before, holds="Stadt".__eq__) == "was bringt das, Stadt"
    assert with_topic("was bringt das?", before, holds=lambda _: False) == "was bringt das, Strategie Stadt"
    assert with_topic("was bringt das?", Context("Wer ist das?"), holds=lambda _: True) is None


def test_wie_viele_asks_for_an_amount() -> None:
    """And «wie lange» for a time; «wie» alone for a manner."""
    manner, amount, time = (question_kinds(word).tolist() for word in ("wie", "teuer", "wann"))
    assert asked_kinds("und wie geht das?").tolist() == manner
    assert asked_kinds("wie teuer war das?").tolist() == amount
    assert asked_kinds("wie lange?").tolist() == time


def test_what_is_counted_is_known() -> None:
    """The words after «viele»."""
    assert counted("Wie viele Leute haben daran gearbeitet?") == ["Leute"]
    assert counted("und wie viel?") == []


@pytest.mark.parametrize("text", ["wann denn?", "und wann war das genau?", "von wem?", "und in welchem jahr"])
def test_a_question_word_with_little_around_it_is_bare(text: str) -> None:
    """It asks nothing but its kind."""
    assert is_bare(text)


@pytest.mark.parametrize("text", ["wer war dagegen?", "und wer noch?", "wann kommt die Müllabfuhr?"])
def test_a_question_word_with_more_is_not_bare(text: str) -> None:
    """«dagegen» and «noch» ask for more."""
    assert not is_bare(text)


@pytest.mark.parametrize(
    "text", ["Wie hilft der Bund der Stadt?", "welches geld gibt das land der stadt", "Ist die Stadt pleite?"]
)
def test_a_whole_question_names_what_it_asks_about(text: str) -> None:
    """Its articles point at nothing that was said before."""
    assert stands_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "und wann war das?",
        "wer hilft dabei den Leuten?",
        "wer das beschlossen hat",
        "was hat das mit ihr zu tun?",
        "Wird sie bald geändert?",
    ],
)
def test_what_points_back_does_not_stand_alone(text: str) -> None:
    """Short, with a word like «dabei», a clause that picks, a pronoun."""
    assert not stands_alone(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wer hat das beschlossen?", True),
        ("Wer hat sie beraten?", True),
        ("Wer hat die Stadt dabei beraten?", True),
        ("Wer hat das Gesetz beschlossen?", False),
        ("Was machen Sie?", False),
        ("Wann kommt der Bus?", False),
        ("Was soll dieses Gesetz?", False),
        ("Wer hat dieses beschlossen?", True),
        ("Wer hat dieses Projekt beschlossen?", True),
        ("Wer hat dieses Gesetz dabei bedacht?", True),
    ],
)
def test_a_message_points_back_by_a_word_for_something_named_before(text: str, *, expected: bool) -> None:
    """An article and «dieses» count only where no noun follows; «Sie» is a form of address."""
    assert points_back(text, lambda word: word in {"Gesetz", "Stadt", "Bus", "Projekt"}) is expected
