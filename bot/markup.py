"""Reads the Markdown subset of answers: *bold*, [links](https://…), lists."""

import re
from dataclasses import dataclass

_MARK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\(((?:https?://|mailto:|tel:)[^\s()]{1,1000}(?:\([^\s()]{0,200}\)[^\s()]{0,200})?)\)"
    r"|(?<![\w*])(\*{1,2})(?=[^\s*])([^*\n]+?)(?<=[^\s*])\3(?![\w*])"
)


@dataclass(frozen=True)
class Span:
    """A piece of text in one style."""

    text: str
    bold: bool = False
    url: str | None = None


def spans(text: str) -> tuple[Span, ...]:
    """Cut a text into its pieces; what is no mark-up stays as it is."""
    found: list[Span] = []
    done = 0
    for match in _MARK.finditer(text):
        found.append(Span(text[done : match.start()]))
        found.append(Span(match[1], url=match[2]) if match[1] else Span(match[4], bold=True))
        done = match.end()
    found.append(Span(text[done:]))
    return tuple(span for span in found if span.text)


def plain(text: str) -> str:
    """Return a text without mark-up; a link's address stands behind it in brackets."""
    return "".join(_written_out(span) for span in spans(text))


def _written_out(span: Span) -> str:
    return span.text if span.url in (None, span.text) else f"{span.text} ({span.url})"
