"""Normalisation: Unicode, case, umlaut spellings, emoji, punctuation."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.text import MAX_CHARS, calm, fold, folded, has_letters, normalise, words

ANY_TEXT = st.text(st.characters(codec=None), max_size=200)
"""Every code point, lone surrogates as well."""


@given(ANY_TEXT)
def test_any_text_becomes_one_clean_line(text: str) -> None:
    """No control signs, no surrogates, no double spaces, whatever was typed."""
    clean = normalise(text)
    assert clean == " ".join(clean.split())
    assert not {unicodedata.category(sign) for sign in clean} & {"Cc", "Cf", "Cs", "Co", "So"}
    clean.encode()


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A normalised text is as clean as it gets."""
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Wo \n ist\tdas ", "Wo ist das"),
        ("Bu\u0308rger", "Bürger"),
        ("Ｈａｌｌｏ", "Hallo"),
        ("Geht\u2019s \u2013 ja", "Geht's - ja"),
        ("Rat\u200bhaus", "Rat haus"),
        ("Hallo 👋🏽!", "Hallo !"),
        ("a\x00b\ud800c", "a b c"),
        ("", ""),
    ],
)
def test_what_people_type_is_cleaned(typed: str, clean: str) -> None:
    """Spaces, decomposed umlauts, full width, quotes and dashes, emoji, NUL, lone surrogates."""
    assert normalise(typed) == clean


def test_a_long_text_keeps_its_start_and_its_end() -> None:
    """People put the question before or after the story."""
    clean = normalise("Anfang " + "bla " * 300_000 + " Ende")
    assert clean.startswith("Anfang")
    assert clean.endswith("Ende")
    assert len(clean) <= MAX_CHARS


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "strasse"), ("Bürger", "Buerger"), ("BÜRGER", "burger"), ("Öl", "Oel"), ("Ämter", "aemter")],
)
def test_spellings_of_a_word_fold_together(one: str, other: str) -> None:
    """Umlauts, their digraphs, ß and case."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize("word", ["Steuer", "Mauer", "bequem", "neue", "Quelle"])
def test_ue_that_is_no_umlaut_stays(word: str) -> None:
    """After a, e and q the letters u and e stand for themselves."""
    assert fold(word) == word.lower()


def test_different_words_do_not_fold_together() -> None:
    """Folding maps spellings, not words."""
    assert len({fold(word) for word in ("Haus", "Maus", "Häuser", "Pass", "Paß-Foto", "Bus")}) == 6


def test_words_keep_hyphens_and_apostrophes_inside() -> None:
    """A hyphenated word and a contraction are one word each; underscores separate."""
    assert words("Geht's mit E-Mail-Adresse_2030?") == ["Geht's", "mit", "E-Mail-Adresse", "2030"]


@pytest.mark.parametrize(("text", "expected"), [("ja", True), ("12 !?", False), ("😀", False), ("", False)])
def test_letters_are_told_from_signs(text: str, expected: bool) -> None:
    """Digits, signs and emoji are no letters."""
    assert has_letters(text) is expected


@pytest.mark.parametrize(
    ("loud", "quiet"),
    [
        ("WARUM KOSTET DAS SOOOO VIEL", "Warum kostet das soo viel"),
        ("halloooo", "halloo"),
        ("HHKO", "HHKO"),
        ("KPMG AG", "KPMG AG"),
        ("2000000", "2000000"),
    ],
)
def test_shouting_is_taken_out_and_abbreviations_stay(loud: str, quiet: str) -> None:
    """Whole messages in capitals are lowered, stretched letters cut to two, numbers untouched."""
    assert calm(loud) == quiet


def test_equal_wordings_have_equal_folded_texts() -> None:
    """Case, umlauts, punctuation and spaces make no difference."""
    assert folded("Große  STRASSE, 2030!") == folded("grosse Straße 2030") == "grosse strasse 2030"


@pytest.mark.parametrize("text", ["x" * 5_000, "ﷺ" * 900])
def test_what_is_read_has_a_limit(text: str) -> None:
    """Also where the cut falls inside a word or composing makes a text longer."""
    assert len(normalise(text)) <= MAX_CHARS
