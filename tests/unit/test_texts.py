"""The bot's own sentences are complete and fit to be read."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.errors import TextsError
from bot.texts import DEFAULT_PATH, Texts, load_texts, texts_from
from intents.smalltalk import Smalltalk

DATA: dict[str, Any] = yaml.safe_load(DEFAULT_PATH.read_text(encoding="utf-8"))
ALLOWED_NUMBERS = {"112", "110", "0800", "1110111"}


def all_texts() -> list[str]:
    """Return every sentence of the shipped file."""
    return [t for value in DATA.values() for t in (value.values() if isinstance(value, dict) else [value])]


def test_the_shipped_file_is_complete(texts: Texts) -> None:
    """It loads, and the replies need no further care."""
    assert texts.fallback
    assert texts.smalltalk_reply("greeting").startswith("Guten Tag")


@pytest.mark.parametrize("key", sorted(DATA))
def test_a_missing_text_is_named(key: str) -> None:
    """Each key is needed; the error says which is missing."""
    data = {name: value for name, value in DATA.items() if name != key}
    with pytest.raises(TextsError, match=f"«{key}» fehlt"):
        texts_from(data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"part_unknown": "ohne Platzhalter"}, "Platzhalter {frage} fehlt"),
        ({"fallback": "mit {fremdem}"}, "Platzhalter {fremdem} ist unbekannt"),
        ({"fallback": "offen {"}, "geschweifte Klammer"),
        ({"fallback": "  "}, "«fallback» ist leer"),
        ({"fallback": 3}, "«fallback» ist leer"),
        ({"neu": "x"}, "«neu» ist unbekannt"),
        ({"smalltalk": {**DATA["smalltalk"], "thanks": ""}}, "«smalltalk.thanks» ist leer"),
        ({"emergency": {"feuer": "112"}}, "«emergency.allgemein» fehlt"),
        ({"emergency": "112"}, "«emergency» ist keine Liste"),
    ],
)
def test_a_bad_text_is_named(change: dict[str, object], message: str) -> None:
    """Missing and unknown placeholders, empty and unknown texts are refused."""
    with pytest.raises(TextsError, match=re.escape(message)):
        texts_from({**DATA, **change})


@pytest.mark.parametrize("content", [b"", b"- a", b"\xff\xfe", b"a: [", b"a: {b}\nc"])
def test_an_unreadable_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever stands in the file, the error is of one kind and one line."""
    path = tmp_path / "texts.yaml"
    path.write_bytes(content)
    with pytest.raises(TextsError) as caught:
        load_texts(path)
    assert "\n" not in str(caught.value)


def test_citizens_are_addressed_politely() -> None:
    """Nobody is called «du»."""
    for text in all_texts():
        assert not re.search(r"\b(du|dir|dich|deine?[rnms]?|euch)\b", text, re.IGNORECASE), text


def test_sentences_are_short() -> None:
    """No sentence has more than twenty words."""
    for text in all_texts():
        for sentence in re.split(r"[.!?:]\s|\n", text):
            assert len(sentence.split()) <= 20, sentence


def test_no_number_is_made_up() -> None:
    """The national emergency numbers are the only ones."""
    found = {number for text in all_texts() for number in re.findall(r"\d+", text)}
    assert found <= ALLOWED_NUMBERS


@pytest.mark.parametrize("kind", sorted(DATA["emergency"]))
def test_every_emergency_text_names_a_number_and_says_who_speaks(texts: Texts, kind: str) -> None:
    """The number to call, and that a program cannot help."""
    text = texts.emergency_reply(kind)
    assert re.search(r"\b11[02]\b", text)
    assert "Ich bin ein Programm" in text


def test_everything_that_is_recognised_has_its_text(texts: Texts) -> None:
    """Each smalltalk intent has a reply of its own, each emergency one with a number."""
    recognised = Smalltalk.from_file()
    assert set(recognised.intents) <= set(texts.smalltalk)
    assert set(recognised.emergencies) <= set(texts.emergency)
    assert all(re.search(r"11[02]", texts.emergency_reply(kind)) for kind in recognised.emergencies)
    without = {**DATA, "emergency": {"allgemein": "112"}, "smalltalk": {"general": "x"}}
    with pytest.raises(TextsError) as caught:
        texts_from(without)
    wanted = {f"«emergency.{kind}»" for kind in recognised.emergencies if kind != "allgemein"}
    wanted |= {f"«smalltalk.{intent}»" for intent in recognised.intents}
    assert wanted <= set(re.findall("«[^»]+»", str(caught.value)))
