"""The file's text changed entry by entry: what stays, stays byte for byte."""

import difflib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.faq_text import TextChangeError, with_entry, without_entry
from bot.publishing import clean
from intents.errors import FaqError
from intents.faq import FaqEntry, Kind, Source, parse_faq
from tests.conftest import ROOT, TINY_FAQ

SHIPPED = (ROOT / "faq_data.yaml").read_text(encoding="utf-8")
HAND_WRITTEN = """\
# Kopf
schema: 1
entries:
- id: "eins" # Kommentar
  question: 'Was ist eins?'
  alternates:
  - "Eins?" # bleibt
  # davor
  - zwei
  answer: >-
    Gefaltet
    über Zeilen.

# Abschnitt

- id: zwei
  question: Was ist zwei?
  answer: Zwei.
# Ende
title: Danach
"""
IN_BRACKETS = "entries: [{id: eins, question: Was?, answer: Das.}, {id: zwei, question: Wer?, answer: Der.}]\n"


def lines_of(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that went and that came."""
    found = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:2] in ("- ", "+ ")]
    return [line[2:] for line in found if line[0] == "-"], [line[2:] for line in found if line[0] == "+"]


def entry_of(text: str, entry_id: str) -> FaqEntry:
    """Return an entry of a text."""
    found = parse_faq(text).get(entry_id)
    assert found
    return found


@pytest.mark.parametrize("entry", parse_faq(SHIPPED).entries, ids=lambda entry: entry.id)
def test_the_shipped_file_comes_back_byte_for_byte(entry: FaqEntry) -> None:
    """Each entry goes through the library, and comes out as it was."""
    other = with_entry(SHIPPED, replace(entry, department="Amt"))
    assert lines_of(SHIPPED, other)[0] == []
    assert with_entry(other, entry) == SHIPPED


def test_a_wording_is_one_line() -> None:
    """Nothing else in 80 KB moves."""
    entry = entry_of(SHIPPED, "strategie-entstehung")
    after = with_entry(SHIPPED, replace(entry, alternates=(*entry.alternates, "Wann: ab wann?")))
    assert lines_of(SHIPPED, after) == ([], ["      - 'Wann: ab wann?'"])


def test_a_new_entry_stands_beside_its_like() -> None:
    """With a blank line as between the others; taken out again nothing is left of it."""
    entry = FaqEntry("neu", "Was ist neu?", "Alles.\n\n- eins\n- zwei", alternates=("2030", "ja"), kind=Kind.META)
    after = with_entry(SHIPPED, entry, beside="strategie-entstehung")
    assert [each.id for each in parse_faq(after).entries][1:3] == ["strategie-entstehung", "neu"]
    assert lines_of(SHIPPED, after)[0] == []
    assert without_entry(after, "neu") == SHIPPED


def test_handwriting_stays() -> None:
    """Comments, quotes, folded texts, lists at the margin, and what stands behind the entries."""
    entry = entry_of(HAND_WRITTEN, "eins")
    after = with_entry(HAND_WRITTEN, replace(entry, alternates=("Eins?", "zwei", "drei"), kind=Kind.REDIRECT))
    assert lines_of(HAND_WRITTEN, after) == ([], ["  kind: redirect", "  - drei"])
    gone = without_entry(HAND_WRITTEN, "eins")
    assert "# Abschnitt\n\n- id: zwei" in gone
    assert gone.startswith("# Kopf\nschema: 1\nentries:\n")


def test_windows_line_ends_and_a_mark_stay() -> None:
    """As they were written."""
    text = "\ufeff" + TINY_FAQ.replace("\n", "\r\n")
    entry = entry_of(text, "beschluss")
    after = with_entry(text, replace(entry, alternates=(*entry.alternates, "Neu?")))
    assert after.startswith("\ufeffschema: 1\r\n")
    assert after.count("\n") == after.count("\r\n")


def test_entries_in_brackets_are_changed_as_well() -> None:
    """The whole file goes through the library then."""
    after = with_entry(IN_BRACKETS, replace(entry_of(IN_BRACKETS, "eins"), answer="Dies."))
    assert [each.answer for each in parse_faq(after).entries] == ["Dies.", "Der."]
    assert [each.id for each in parse_faq(without_entry(IN_BRACKETS, "eins")).entries] == ["zwei"]
    assert len(parse_faq(with_entry(IN_BRACKETS, FaqEntry("drei", "Wie?", "So."))).entries) == 3


def test_all_fields_come_back() -> None:
    """In the order in which editors write them."""
    entry = FaqEntry(
        "voll",
        "Was: alles?",
        "*Fett* und [Link](https://example.org)\n\n1. eins",
        kind=Kind.REDIRECT,
        category="A & B",
        alternates=("- Strich", "'Anführung'", "# Raute", "null", "12:30"),
        not_questions=("Nein",),
        plain_answer="Kurz.",
        sources=(Source("Mit: Doppelpunkt", "https://example.org/?a=b#c"), Source("Ohne")),
        department="Amt",
        updated=date(2026, 11, 1),
        valid_from=date(2026, 1, 1),
        valid_until=date(2026, 12, 31),
        review_by=date(2026, 12, 1),
        follow_ups=("beschluss",),
    )
    after = with_entry(TINY_FAQ, entry)
    assert entry_of(after, "voll") == entry
    assert without_entry(after, "voll") == TINY_FAQ


def test_what_cannot_be_said_is_refused() -> None:
    """A text with a control character, an empty FAQ; never a file that nobody can read."""
    with pytest.raises(FaqError):
        with_entry(TINY_FAQ, replace(entry_of(TINY_FAQ, "beschluss"), answer="Etwas\x07"))
    with pytest.raises((FaqError, TextChangeError)):
        without_entry(without_entry(TINY_FAQ, "beschluss"), "begleitung")


WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"), exclude_characters="\ufeff\ufffe"), min_size=1
).filter(str.strip)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WORDS, max_size=4), WORDS, st.lists(WORDS, min_size=1, max_size=4))
@example(["- ", "? a", "&b", "*c", "!d", "%e", "@f", "`g"], "|", ["  x", "", "\ty", "---", "..."])
@example(["a #b", "a: b", "{", "[", "}", ","], "~", ["true", "2026-01-01"])
def test_whatever_is_typed_comes_back(texts: list[str], question: str, paragraphs: list[str]) -> None:
    """Each text as it was typed, apart from blanks around it; everything else as it was."""
    old = entry_of(TINY_FAQ, "begleitung")
    entry = clean(replace(old, alternates=tuple(texts), question=question, answer="\n".join(paragraphs)))
    after = with_entry(TINY_FAQ, entry)
    assert entry_of(after, "begleitung") == entry
    assert after.startswith(TINY_FAQ.partition("  - id: begleitung")[0])
