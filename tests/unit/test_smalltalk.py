"""Emergencies, frames around a question and smalltalk, as people type them."""

import re
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.smalltalk import Smalltalk

SMALLTALK = Smalltalk.from_file()

CASES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("smalltalk_cases.yaml").read_text("utf-8"))
EMERGENCIES = [(kind, text) for kind, texts in CASES["emergencies"].items() for text in texts]
ALONE = [(kind, text) for kind, texts in CASES["emergencies_alone"].items() for text in texts]
INTENTS = [(intent, text) for intent, texts in CASES["intents"].items() for text in texts]
CONTENTS = [(case["text"], case["rest"]) for case in CASES["contents"]]
WORDS = [
    "hallo",
    "danke",
    "bitte",
    "also",
    "wann",
    "wo",
    "ist",
    "das",
    "Amt",
    "mfg",
    "Hans",
    "nicht",
    "es",
    "brennt",
]
SIGNS = [
    "?",
    "!",
    ",",
    ".",
    "\n",
    "😊",
    "-",
    "(",
    ")",
    "„",
    "“",
    "’",
    "\u0308",
    "Guten Tag",
    "Karte",
    "ich will",
    "leben",
]

MESSAGES = st.lists(st.sampled_from([*WORDS, *SIGNS]) | st.text(max_size=6), max_size=25).map(" ".join)
"""Texts that look like messages more than arbitrary text does."""


@pytest.mark.parametrize(("kind", "text"), EMERGENCIES)
def test_an_acute_emergency_is_recognised(kind: str, text: str) -> None:
    """Acute and first-person wordings get their kind of emergency."""
    assert SMALLTALK.emergency(text) == kind


@pytest.mark.parametrize(("kind", "text"), EMERGENCIES)
def test_an_emergency_is_recognised_in_any_spelling(kind: str, text: str) -> None:
    """Case, missing punctuation and the spelling of umlauts and ß change nothing."""
    spelled = text.upper(), text.lower(), re.sub(r"[.,]", "", text), umlauts_as_ae(text), umlauts_as_a(text)
    assert {SMALLTALK.emergency(variant) for variant in spelled} == {kind}


@pytest.mark.parametrize(("kind", "text"), EMERGENCIES)
def test_an_emergency_is_recognised_inside_a_longer_message(kind: str, text: str) -> None:
    """A greeting, another question and a sign-off around it do not hide it."""
    message = f"Guten Tag, wann hat das Bürgeramt offen? {text}\nMit freundlichen Grüßen"
    assert SMALLTALK.emergency(message) == kind


@pytest.mark.parametrize(("kind", "text"), EMERGENCIES)
def test_an_emergency_is_recognised_in_the_middle_of_a_long_message(kind: str, text: str) -> None:
    """Fifteen sentences before it and fifteen after it, some on lines of their own, do not hide it."""
    around = [f"Am {day}. Tag war ich wegen des Antrags im Rathaus.{' ' if day % 3 else chr(10)}" for day in range(15)]
    assert SMALLTALK.emergency("".join([*around, text, "\n", *around])) == kind


@pytest.mark.parametrize(("kind", "text"), ALONE)
def test_a_bare_call_for_help_is_an_emergency(kind: str, text: str) -> None:
    """A word like «Polizei» speaks when it is the whole message."""
    assert SMALLTALK.emergency(text) == kind
    assert SMALLTALK.emergency(text.upper()) == kind


@pytest.mark.parametrize("text", [text for _, text in ALONE if " " not in text])
def test_a_bare_word_is_no_emergency_among_others(text: str) -> None:
    """The same word in a question is a topic."""
    assert SMALLTALK.emergency(f"Wofür ist {text} zuständig, und wann?") is None


def test_a_sentence_may_go_over_several_lines() -> None:
    """People press Enter in the middle of a sentence."""
    assert SMALLTALK.emergency("Guten Tag\nich will\nnicht mehr\nleben") == "suizid"


@pytest.mark.parametrize("text", CASES["look_alikes"])
def test_a_look_alike_is_no_emergency(text: str) -> None:
    """Topics, figures of speech, negations, hypothetical and past events raise no alarm."""
    assert SMALLTALK.emergency(text) is None


@pytest.mark.parametrize(("text", "rest"), CONTENTS)
def test_content_is_what_is_left_without_the_frame(text: str, rest: str) -> None:
    """Greeting, politeness and sign-off go, the question stays as it was typed."""
    assert SMALLTALK.content(text) == rest


@pytest.mark.parametrize(("text", "rest"), CONTENTS)
def test_content_does_not_depend_on_case(text: str, rest: str) -> None:
    """Shouting and whispering people get the same question out."""
    assert SMALLTALK.content(text.lower()) == rest.lower()
    assert SMALLTALK.content(text.upper()) == rest.upper()


@pytest.mark.parametrize(("intent", "text"), INTENTS)
def test_smalltalk_gets_its_intent(intent: str, text: str) -> None:
    """A message of smalltalk alone has the most telling of its intents."""
    assert SMALLTALK.intent(text) == intent


@pytest.mark.parametrize(("intent", "text"), INTENTS)
def test_smalltalk_is_no_emergency(intent: str, text: str) -> None:
    """No smalltalk raises an alarm."""
    assert SMALLTALK.emergency(text) is None, intent


@pytest.mark.parametrize("text", ["", *CASES["questions"]])
def test_a_question_is_no_smalltalk(text: str) -> None:
    """Whatever asks for something has no smalltalk intent."""
    assert SMALLTALK.intent(text) is None


@pytest.mark.parametrize("text", CASES["questions"] + CASES["look_alikes"])
def test_a_question_never_loses_all_its_content(text: str) -> None:
    """Something is left of every text that has letters and is no frame."""
    assert SMALLTALK.content(f"Hallo, {text} Danke!") or not any(sign.isalnum() for sign in text)


@pytest.mark.parametrize("texts", [("i mag nemme leba", "I mog nimma lebn"), ("es brennd", "ES BRENT!!")])
def test_dialect_and_typos_are_understood(texts: tuple[str, str]) -> None:
    """A dialect tinge or a typo hides no emergency."""
    assert all(SMALLTALK.emergency(text) for text in texts)


def test_decomposed_umlauts_are_read() -> None:
    """Text with combining accents is the same text."""
    assert SMALLTALK.intent(unicodedata.normalize("NFD", "tschüß")) == "goodbye"


def test_the_end_of_a_very_long_message_is_looked_at() -> None:
    """An emergency after a pasted page is found."""
    assert SMALLTALK.emergency("Lorem ipsum. " * 5000 + "Hilfe, es brennt!") == "feuer"


@pytest.mark.parametrize("unit", ["hallo ", "danke ", "wenn es ", "ich will ", "😊", "(", "\n", "ü", "a-"])
def test_a_megabyte_is_read_quickly(unit: str) -> None:
    """Time does not explode on long input."""
    text = unit * (1_000_000 // len(unit))
    before = time.perf_counter()
    for read in (SMALLTALK.emergency, SMALLTALK.content, SMALLTALK.intent):
        read(text)
    assert time.perf_counter() - before < 5


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_any_text_has_an_answer(text: str) -> None:
    """No text raises; kinds and intents are the known ones."""
    assert SMALLTALK.emergency(text) in {None, *SMALLTALK.emergencies}
    assert SMALLTALK.intent(text) in {None, *SMALLTALK.intents}


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_content_is_a_part_of_the_text(text: str) -> None:
    """Content is a piece of what was typed, never rewritten."""
    assert SMALLTALK.content(text) in text


@settings(max_examples=300, deadline=None)
@given(MESSAGES)
def test_content_has_no_frame_left(text: str) -> None:
    """Taking the frame off twice takes off no more."""
    content = SMALLTALK.content(text)
    assert SMALLTALK.content(content) == content


def test_the_most_telling_intent_comes_first() -> None:
    """The order of intents puts a wish before politeness."""
    order = SMALLTALK.intents
    assert order.index("human") < order.index("thanks") < order.index("greeting")
    assert order.index("bot") < order.index("privacy") < order.index("how")


def umlauts_as_ae(text: str) -> str:
    """Spell umlauts as people do without an umlaut key."""
    return re.sub("[äöüß]", lambda match: {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}[match[0]], text)


def umlauts_as_a(text: str) -> str:
    """Leave the dots of umlauts out."""
    return text.translate(str.maketrans("äöüÄÖÜß", "aouAOUs"))
