"""HTML is read as Telegram reads it; complaints and their byte offsets are those of TDLib's own tests."""

import pytest

from botapi.entities import parse_html, trimmed, utf16
from botapi.errors import ApiError

START = "🏟 🏟&lt;"
"""Thirteen bytes before what matters."""


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (f"{START}<abacaba", "Unclosed start tag at byte offset 13"),
        (f"{START}<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        (f"{START}<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        (f"{START}<i    aba>", 'Expected equal sign in declaration of an attribute of the tag "i" at byte offset 13'),
        (f"{START}<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        (f"{START}<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        (f'{START}<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        (f"{START}</", "Unexpected end tag at byte offset 13"),
        (f"{START}<b></b></", "Unexpected end tag at byte offset 20"),
        (f"{START}<i>a</i   ", "Unclosed end tag at byte offset 17"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ],
)
def test_broken_html_is_refused_with_its_place(source: str, complaint: str) -> None:
    """A bot can log the sentence and find the spot."""
    with pytest.raises(ApiError) as raised:
        parse_html(source)
    assert raised.value.description == f"Bad Request: can't parse entities: {complaint}"


def test_tags_become_entities_in_utf16_units() -> None:
    """An emoji is two units long."""
    text, entities = parse_html(
        '😀 <b>fett <i>und</i></b> <a href="https://example.org?a=1&amp;b=2">Link</a> &lt;&#228;&gt;'
    )
    assert text == "😀 fett und Link <ä>"
    assert entities == [
        {"offset": 3, "length": 8, "type": "bold"},
        {"offset": 8, "length": 3, "type": "italic"},
        {"offset": 12, "length": 4, "type": "text_link", "url": "https://example.org?a=1&b=2"},
    ]


def test_quotes_and_spoilers_have_forms_of_their_own() -> None:
    """Expandable quotes, spoilers as span, code."""
    source = '<blockquote expandable>a</blockquote><span class="tg-spoiler">b</span><code>c</code><a>d</a>'
    assert [entity["type"] for entity in parse_html(source)[1]] == ["expandable_blockquote", "spoiler", "code"]


def test_blanks_at_both_ends_go() -> None:
    """Entities move along and never stick out."""
    text, entities = trimmed(*parse_html(" \n<b> x </b> "))
    assert (text, entities) == ("x", [{"offset": 0, "length": 1, "type": "bold"}])
    assert utf16("😀ä") == 3
