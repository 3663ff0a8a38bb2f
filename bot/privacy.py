"""Personal data: what is taken out of a question, what is kept of it, and for how long."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn
from stdnum.de import idnr

from intents.decision import Decision, DecisionKind, Embedding

LONGEST_KEPT = 2000
"""Characters of a question that are stored at most."""

Span = tuple[int, int]

_MAIL = re.compile(
    r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\]|\(ät\)|\{at\}|＠)\s?[\w-]{1,63}(?:\s?(?:\.|\(dot\)|\(punkt\))\s?[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)
_SPOKEN_MAIL = re.compile(r"[\w.+-]{1,64} (?:at|ät) [\w.-]{1,63} ?(?:\.|punkt) ?(?:de|com|net|org|eu)\b", re.IGNORECASE)
_IBAN_START = re.compile(r"(?<![^\W_])[A-Z]{2}[\s.:-]{0,3}\d[\s.-]?\d", re.IGNORECASE)
_IBAN_REST = re.compile(r"(?:[\s.\-]{0,2}[A-Z0-9]){11,30}", re.IGNORECASE)
_GERMAN_IBAN = re.compile(r"(?<![^\W_])DE[\s.:-]{0,3}\d\d(?:[\s.-]{0,2}\d){18}(?!\d)", re.IGNORECASE)
_CARD = re.compile(r"(?<!\d)(?:\d{4}[ \-./]{0,2}){3}\d{1,7}(?!\d)|(?<!\d)\d{4}[ \-./]{0,2}\d{6}[ \-./]{0,2}\d{5}(?!\d)")
_TAX_ID = re.compile(r"(?<!\d)\d{2}[ /.\-]?\d{3}[ /.\-]?\d{3}[ /.\-]?\d{3}(?!\d)")
_PLATE = re.compile(r"(?<![\w-])[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?[1-9]\d{0,3}[EH]?(?![\w-])")
_MOBILE = re.compile(
    r"(?<!\d)(?:(?:\+|00) ?49[ \-/.()]{0,3}(?:\(?0\)?)?|0)[ \-/.]?1[567](?:[ \-/.()]{0,3}\d){7,10}(?!\d)"
)
_TYPED_PHONE = re.compile(r"(?<!\d)(?:(?:\+|00) ?49[ ]?|\(?0)[1-9]\d{1,4}\)? ?[/\-] ?\d(?:[ \-]?\d){2,9}(?!\d)")
_CALLED_PHONE = re.compile(
    r"(?:\b(?:tel|telefon\w*|handy\w*|fax\w*|mobil\w*|rufnummer|durchwahl|festnetz\w*)\b[\s.:]{0,3}"
    r"(?:(?:ist|lautet|die|unter|nr|nummer)\b[\s.:]{0,3}){0,3})(\+?\(?\d(?:[ \-/.()]{0,3}\d){3,14})(?!\d)",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![\d.,])\d{10,}(?![\d])")
_ONE_DATE = (
    r"(?:(?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.(?:\s?(?:19|20)?\d\d(?!\d))?"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?:0?[1-9]|1[0-2])[./](?:19|20)\d\d(?!\d)"
    r"|(?:[01]?\d|2[0-4])[.:][0-5]\d(?!\d))"
)
_DATES = re.compile(rf"(?<!\d)(?<!\d[ /.\-]){_ONE_DATE}(?:\s?(?:-|–|/|,|bis|und|Uhr)\s?{_ONE_DATE})*(?![\d/])")
"""Dates, months and times, alone or as a range; «07131/12.03.45» is no date."""
_YEARS = re.compile(r"(?:19|20)\d\d(?:\D{1,3}(?:19|20)\d\d)*")
_PHONE_START = re.compile(r"\(?(?:\+|0)")


def redact(text: str) -> str:
    """Replace phone numbers, e-mail addresses and account, card, tax and plate numbers by placeholders."""
    clean = _visible(text)
    for finder, placeholder in _FINDERS:
        clean = _replaced(clean, finder(clean), placeholder)
    return clean


@dataclass(frozen=True)
class Kept:
    """What is stored of a question's words."""

    text: str | None = None
    embedding: Embedding | None = None
    lemmas: str | None = None


def kept(decision: Decision, keep_days: int) -> Kept:
    """Say what is stored of a question's words: nothing of emergencies and small talk, of others the redacted text.

    Embedding and lemmas stay only where nothing was replaced: a number could be guessed from them.
    """
    if keep_days <= 0 or decision.kind in (DecisionKind.EMERGENCY, DecisionKind.SMALLTALK):
        return Kept()
    words = _visible(_cut(decision.query))
    text = redact(words)
    if text != words:
        return Kept(text[:LONGEST_KEPT])
    return Kept(text, decision.embedding, decision.lemmas or None)


def _cut(text: str) -> str:
    """Cut a long text between two words, and before a number that the cut would make unreadable."""
    if len(text) <= LONGEST_KEPT:
        return text
    words = text[:LONGEST_KEPT].split(" ")[:-1]
    while words and not words[-1].isalpha():
        words.pop()
    return " ".join(words)


def _visible(text: str) -> str:
    """Return the text without control and invisible characters that would hide a number."""
    return "".join(
        " " if char in "\t\n\r" else char
        for char in text
        if char in "\t\n\r" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )


def _replaced(text: str, spans: Iterable[Span], placeholder: str) -> str:
    """Put the placeholder where the spans are; they come in order and do not overlap."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += [text[done:start], placeholder]
        done = end
    return "".join([*parts, text[done:]])


def _found_by(*patterns: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    """Return a finder for everything that one of the patterns matches."""

    def find(text: str) -> Iterator[Span]:
        yield from _disjoint(match.span() for pattern in patterns for match in pattern.finditer(text))

    return find


def _disjoint(spans: Iterable[Span]) -> Iterator[Span]:
    """Return the spans in order, without those that overlap an earlier one."""
    done = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            yield start, end
            done = end


def _ibans(text: str) -> Iterator[Span]:
    """Find account numbers: any country with a right checksum, German ones also with a typo."""
    found = [match.span() for match in _GERMAN_IBAN.finditer(text)]
    for start in _IBAN_START.finditer(text):
        end = _iban_end(text, start)
        if end:
            found.append((start.start(), end))
    return _disjoint(found)


def _iban_end(text: str, start: re.Match[str]) -> int | None:
    """Return where the longest valid IBAN with this beginning ends; words may follow it."""
    rest = _IBAN_REST.match(text, start.end())
    if not rest:
        return None
    for end in range(rest.end(), start.end() + 10, -1):
        if text[end - 1].isalnum() and iban.is_valid(re.sub(r"[^A-Za-z0-9]", "", text[start.start() : end])):
            return end
    return None


def _cards(text: str) -> Iterator[Span]:
    """Find payment cards by the Luhn checksum; four years in a row are none."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and luhn.is_valid(digits) and not _YEARS.fullmatch(match[0]):
            yield match.span()


def _tax_ids(text: str) -> Iterator[Span]:
    """Find tax ids by their checksum."""
    for match in _TAX_ID.finditer(text):
        if idnr.is_valid(re.sub(r"\D", "", match[0])):
            yield match.span()


def _phones(text: str) -> Iterator[Span]:
    """Find phone numbers, but no dates and times."""
    masked = _DATES.sub(lambda match: "#" * len(match[0]), text)
    found = [match.span(1) for match in _CALLED_PHONE.finditer(masked)]
    found += [m.span() for pattern in (_MOBILE, _TYPED_PHONE) for m in pattern.finditer(masked)]
    for match in PhoneNumberMatcher(masked, "DE", leniency=Leniency.VALID):
        if _PHONE_START.match(match.raw_string):
            found.append((match.start, match.end))
    return _disjoint(found)


_FINDERS: tuple[tuple[Callable[[str], Iterable[Span]], str], ...] = (
    (_found_by(_MAIL, _SPOKEN_MAIL), "[E-Mail]"),
    (_ibans, "[IBAN]"),
    (_cards, "[Karte]"),
    (_tax_ids, "[Steuer-ID]"),
    (_phones, "[Telefon]"),
    (_found_by(_PLATE), "[Kennzeichen]"),
    (_found_by(_LONG_NUMBER), "[Nummer]"),
)
"""In this order: an IBAN holds digits that would else pass for a phone number."""
