"""Mark-up of answers, and what a terminal must not get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.safe import neutral
from bot.markup import plain, spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der *Gemeinderat* hat", "Der Gemeinderat hat"),
        ("**fett**", "fett"),
        ("[Seite](https://example.org/a_(b))", "Seite (https://example.org/a_(b))"),
        ("[https://example.org](https://example.org)", "https://example.org"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("* Punkt\n* Punkt", "* Punkt\n* Punkt"),
        ("[böse](javascript:alert(1))", "[böse](javascript:alert(1))"),
        ("Bürger*innen und Kund*innen", "Bürger*innen und Kund*innen"),
    ],
)
def test_mark_up_is_written_out(text: str, expected: str) -> None:
    """Bold and links are read; what only looks like it stays."""
    assert plain(text) == expected


def test_spans_keep_style_and_address() -> None:
    """A channel gets the pieces with their style."""
    bold, link = spans("*a*[b](https://c.de)")
    assert (bold.text, bold.bold, link.text, link.url) == ("a", True, "b", "https://c.de")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mrot\x1b[0m", "rot"),
        ("\x1b]0;Titel\x07a", "a"),
        ("a\x00b\x08c\x7f", "abc"),
        ("\x9b31mx", "x"),
        ("a\u202eb", "ab"),
        ("Zeile\n\tZeile", "Zeile\n\tZeile"),
        ("👩‍👧 ä", "👩‍👧 ä"),
    ],
)
def test_control_characters_are_taken_out(text: str, expected: str) -> None:
    """Escape sequences go whole; text, line ends and emoji stay."""
    assert neutral(text) == expected


@given(st.text())
def test_no_text_keeps_an_escape(text: str) -> None:
    """Whatever comes, no control character is left and nothing more can be taken out."""
    clean = neutral(text)
    assert not set(clean) & set(map(chr, (*range(9), *range(11, 32), *range(127, 160))))
    assert neutral(clean) == clean
