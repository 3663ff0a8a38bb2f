"""Text with mark-up for Telegram: cut where it is too long, and written as HTML."""

import html
import re
from collections.abc import Iterator, Sequence

from bot.markup import Span

LONGEST = 4096
"""UTF-16 units of a message, without its mark-up."""

_ENDS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…:])\s+"), re.compile(r"\s+"))
"""Where a text may end, the best first: paragraph, line, sentence, word."""

_SHORTEST = 0.5
"""A part that ends well is at least this full, else a worse end is taken."""


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it: UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(spans: Sequence[Span], longest: int = LONGEST) -> list[tuple[Span, ...]]:
    """Cut a text into parts that fit into a message."""
    rest, parts = _written_out(spans), []
    while rest:
        text = "".join(span.text for span in rest)
        end = len(text) if len(text) <= longest and units(text) <= longest else _end(rest, text, longest)
        parts.append(_trimmed(_slice(rest, 0, end)))
        rest = _trimmed(_slice(rest, end, len(text)))
    return [part for part in parts if part]


def as_html(spans: Sequence[Span]) -> str:
    """Return a text as HTML that Telegram reads."""
    return "".join(_tagged(span) for span in spans)


def as_plain(spans: Sequence[Span], longest: int = LONGEST) -> str:
    """Return a text without mark-up; addresses of links stand behind them as long as there is room."""
    full = "".join(f"{span.text} ({span.url})" if span.url not in (None, span.text) else span.text for span in spans)
    return full if units(full) <= longest else "".join(span.text for span in spans)


def _written_out(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Show the address of links that Telegram would drop: it knows the web only."""
    return tuple(span if _is_web(span.url) else _spelled(span) for span in spans)


def _is_web(url: str | None) -> bool:
    return url is None or url.startswith(("http://", "https://"))


def _spelled(span: Span) -> Span:
    """Return a link to a telephone or mail address as text."""
    address = (span.url or "").partition(":")[2]
    return Span(span.text if address in span.text else f"{span.text} ({address})")


def _end(spans: Sequence[Span], text: str, longest: int) -> int:
    """Return where the first part ends: well, and not within bold or a link where that can be helped."""
    limit = _fitting(text, longest)
    inside = [(start, stop) for start, stop, span in _placed(spans) if span.bold or span.url]
    for pattern in _ENDS:
        ends = [m.start() for m in pattern.finditer(text, 0, limit + 1) if 0 < m.start() <= limit]
        free = [end for end in ends if not any(start < end < stop for start, stop in inside)]
        if free and (free[-1] >= _SHORTEST * limit or pattern is _ENDS[-1]):
            return free[-1]
    return next((start for start, stop in inside if 0 < start <= limit < stop), limit)


def _fitting(text: str, longest: int) -> int:
    """Return how many characters fit."""
    room = longest
    for place, char in enumerate(text):
        room -= 1 + (char > "\uffff")
        if room < 0:
            return place
    return len(text)


def _placed(spans: Sequence[Span]) -> Iterator[tuple[int, int, Span]]:
    """Yield where each piece starts and stops."""
    start = 0
    for span in spans:
        yield start, start + len(span.text), span
        start += len(span.text)


def _slice(spans: Sequence[Span], first: int, last: int) -> tuple[Span, ...]:
    """Return a piece of a text with its mark-up."""
    cut = (
        Span(span.text[max(0, first - start) : last - start], span.bold, span.url)
        for start, stop, span in _placed(spans)
        if start < last and stop > first
    )
    return tuple(span for span in cut if span.text)


def _trimmed(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return a text without white space at its ends."""
    text = "".join(span.text for span in spans)
    return _slice(spans, len(text) - len(text.lstrip()), len(text.rstrip()))


def _tagged(span: Span) -> str:
    text = html.escape(span.text, quote=False)
    if span.url:
        return f'<a href="{html.escape(span.url)}">{text}</a>'
    return f"<b>{text}</b>" if span.bold else text
