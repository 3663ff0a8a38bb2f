"""What is taken out of a question before it is stored."""

import re
import string
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from bot.privacy import LONGEST_KEPT, Kept, kept, redact
from intents.decision import Embedding
from tests.fakes import answer, emergency, smalltalk

MEANING = Embedding("usem3-1", b"\0\1")

HIDDEN = [
    ("Rufen Sie mich an: 07131 56-0!", "Rufen Sie mich an: [Telefon]!"),
    ("oder 0171/1234567", "oder [Telefon]"),
    ("0171 12 34 567", "[Telefon]"),
    ("+49 171 1234567", "[Telefon]"),
    ("0049 7131 561234", "[Telefon]"),
    ("+49 (0) 7131 56-0", "[Telefon]"),
    ("(07131) 56 12 34", "[Telefon]"),
    ("07131/12.03.45", "[Telefon]"),
    ("0 1 7 1 1 2 3 4 5 6 7", "[Telefon]"),
    ("017\u200b11234567", "[Telefon]"),
    ("0171\u00a01234567", "[Telefon]"),
    ("Tel. 561234", "Tel. [Telefon]"),
    ("meine Telefonnummer ist 56 12 34", "meine Telefonnummer ist [Telefon]"),
    ("am 01.02.2030 unter 0171 1234567", "am 01.02.2030 unter [Telefon]"),
    ("max.muster@example.de", "[E-Mail]"),
    ("an max (at) web.de", "an [E-Mail]"),
    ("müller@städte.de.", "[E-Mail]."),
    ("DE89370400440532013000", "[IBAN]"),
    ("IBAN: DE89 3704 0044 0532 0130 00 bitte", "IBAN: [IBAN] bitte"),
    ("de89-3704-0044-0532-0130-00", "[IBAN]"),
    ("DE89 3704 0044 0532 0130 01", "[IBAN]"),
    ("AT61 1904 3002 3457 3201 ist", "[IBAN] ist"),
    ("4111 1111 1111 1111", "[Karte]"),
    ("5500-0000-0000-0004", "[Karte]"),
    ("3782 822463 10005", "[Karte]"),
    ("ID 86 095 742 719", "ID [Steuer-ID]"),
    ("HN-AB 123", "[Kennzeichen]"),
    ("Vorgang 1234567890123", "Vorgang [Nummer]"),
]

KEPT = [
    "Was ist die Stadtkonzeption 2030?",
    "2017 2018 2019 2020",
    "Von Juli 2017 bis Dezember 2018",
    "2019-2024, 05.2020-06.2021, 2017/2018",
    "am 12.03.2021 um 14 Uhr",
    "01.01.2020-01.12.2024",
    "09.30-12.00 Uhr und 14.00-18.00 Uhr",
    "Mo 08:00 bis 12:00",
    "1.234.567,89 Euro, 10.000.000 Euro, 100000000 Euro",
    "ZuP 24 und § 12 Abs. 3",
    "74072 Heilbronn, 01067 Dresden",
    "Drucksache 123/2018",
    "3 von 10, 0,5 Prozent, 0.75",
    "1 2 3 4 5 6 7 8 9 10 11 12",
    "COVID-19",
    "Ruf 115 oder 112 an",
]


@pytest.mark.parametrize(("text", "expected"), HIDDEN)
def test_personal_numbers_are_replaced(text: str, expected: str) -> None:
    """Phone, mail, account, card, tax and plate numbers in usual spellings become placeholders."""
    assert redact(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_other_numbers_stay(text: str) -> None:
    """Years, dates, times, amounts, paragraphs and postcodes are no personal data."""
    assert redact(text) == text


@given(st.integers(0, 10**18 - 1), st.sampled_from([1, 2, 3, 4, 22]), st.sampled_from(" -."))
def test_every_german_iban_is_found(account: int, group: int, gap: str) -> None:
    """Any account number in any grouping is found."""
    body = f"{account:018d}"
    number = f"DE{iban.calc_check_digits('DE00' + body)}{body}"
    typed = gap.join(number[i : i + group] for i in range(0, len(number), group)) if group > 1 else number
    assert number[-6:] not in redact(f"Mein Konto {typed}, danke").replace(gap, "")


@given(st.integers(10**14, 10**15 - 1))
def test_every_card_number_is_found(body: int) -> None:
    """Any sixteen digits with a right checksum are taken out."""
    number = f"{body}{luhn.calc_check_digit(str(body))}"
    typed = " ".join(number[i : i + 4] for i in range(0, 16, 4))
    assert number[4:12] not in redact(f"Karte {typed} ok").replace(" ", "") or re.fullmatch(
        r"((19|20)\d\d ?){4}", typed
    )


@given(st.sampled_from(["0151", "0160", "0171", "0175", "07131", "030"]), st.integers(1_000_000, 9_999_999))
def test_every_phone_number_is_found(area: str, number: int) -> None:
    """German mobile and landline numbers in four spellings are found."""
    for gap in (" ", "/", "-", ""):
        assert str(number) not in redact(f"Bitte {area}{gap}{number} anrufen")


@given(st.dates(), st.dates())
def test_dates_always_stay(first: date, second: date) -> None:
    """German dates and ranges of them are never damaged."""
    text = f"vom {first:%d.%m.%Y} bis {second:%d.%m.%Y}" if first.year >= 1900 and second.year >= 1900 else ""
    assert redact(text) == text


@given(st.lists(st.integers(1900, 2099), max_size=8), st.sampled_from([" ", "-", "/", ", ", " und "]))
def test_years_always_stay(years: list[int], gap: str) -> None:
    """Lists of years are never taken for numbers of a person."""
    text = "Jahre " + gap.join(map(str, years))
    assert redact(text) == text.replace("\t", " ")


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_any_text_survives_and_redacting_twice_changes_nothing(text: str) -> None:
    """No text breaks it; the result can be stored anywhere."""
    once = redact(text)
    assert redact(once) == once
    once.encode("utf-8")
    assert "\0" not in once


@given(st.text(alphabet=string.digits + " .-/()+@adeDE", max_size=2000))
@settings(max_examples=30, deadline=1000)
def test_hostile_texts_take_no_time(text: str) -> None:
    """Texts made of digits and signs are quick."""
    redact(text)


def test_a_megabyte_is_cut() -> None:
    """What is stored stays short, and no number is left half cut."""
    text = "wort " * 399 + "0171 1234567 " + "a" * 1_000_000
    stored = kept(answer("beschluss", query=text), 30).text
    assert stored
    assert len(stored) <= LONGEST_KEPT
    assert "0171" not in stored


def test_text_without_spaces_is_not_kept_when_too_long() -> None:
    """A long run of digits leaves nothing."""
    assert kept(answer("beschluss", query="1" * 5000), 30).text == ""


def test_emergencies_and_small_talk_are_not_kept() -> None:
    """What somebody in need writes is never stored."""
    assert kept(replace(emergency("suizid"), embedding=MEANING, lemmas="leben"), 30) == Kept()
    assert kept(replace(smalltalk("insult"), embedding=MEANING, lemmas="du"), 30) == Kept()


def test_nothing_is_kept_without_retention() -> None:
    """With zero days no text is stored at all."""
    asked = replace(answer("beschluss", query="wer?"), embedding=MEANING, lemmas="wer")
    assert kept(asked, 0) == Kept()
    assert kept(asked, 1) == Kept("wer?", MEANING, "wer")


def test_the_meaning_of_a_redacted_text_is_not_kept() -> None:
    """What was taken out of the text could be guessed from its vector, and stands among its base forms."""
    asked = replace(answer("beschluss", query="wer? 0171 1234567"), embedding=MEANING, lemmas="0171 1234567 wer")
    assert kept(asked, 30) == Kept("wer? [Telefon]")


def test_invisible_characters_are_no_redaction() -> None:
    """They go from the text; the embedding was made without them, too."""
    asked = replace(answer("beschluss", query="wer\u200b?\n"), embedding=MEANING)
    assert kept(asked, 30) == Kept("wer? ", MEANING)
