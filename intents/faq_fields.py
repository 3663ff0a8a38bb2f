"""Which fields the FAQ file has: the one table that loader and JSON Schema are made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

ID = re.compile(r"[a-z0-9-]{1,48}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ADDRESS = re.compile(r"(?:\s*[Hh][Tt][Tt][Pp][Ss]?:|(?!\s*[A-Za-z][A-Za-z0-9+\s-]*:))")
"""How an address begins: with http or https, or with no scheme at all; never with javascript, data or the like."""
SCHEMA_VERSION = "1"


class Shape(StrEnum):
    """What a field's value looks like."""

    TEXT = "text"
    TEXTS = "texts"
    GROUPS = "groups"
    """A list of lists of texts."""
    ID = "id"
    DATE = "date"
    ADDRESS = "address"
    KIND = "kind"
    VERSION = "version"
    CONTACT = "contact"
    SOURCES = "sources"
    ENTRIES = "entries"


@dataclass(frozen=True)
class Field:
    """A field of a record."""

    name: str
    shape: Shape
    required: bool = False


RECORDS: dict[str, tuple[Field, ...]] = {
    "base": (
        Field("schema", Shape.VERSION),
        Field("title", Shape.TEXT),
        Field("contact", Shape.CONTACT),
        Field("synonyms", Shape.GROUPS),
        Field("entries", Shape.ENTRIES, required=True),
    ),
    "contact": (
        Field("name", Shape.TEXT),
        Field("website", Shape.TEXT),
        Field("phone", Shape.TEXT),
        Field("hours", Shape.TEXT),
        Field("imprint", Shape.TEXT),
        Field("privacy", Shape.TEXT),
    ),
    "entry": (
        Field("id", Shape.ID, required=True),
        Field("kind", Shape.KIND),
        Field("category", Shape.TEXT),
        Field("question", Shape.TEXT, required=True),
        Field("alternates", Shape.TEXTS),
        Field("not_questions", Shape.TEXTS),
        Field("answer", Shape.TEXT, required=True),
        Field("plain_answer", Shape.TEXT),
        Field("sources", Shape.SOURCES),
        Field("department", Shape.TEXT),
        Field("updated", Shape.DATE),
        Field("valid_from", Shape.DATE),
        Field("valid_until", Shape.DATE),
        Field("review_by", Shape.DATE),
        Field("follow_ups", Shape.TEXTS),
    ),
    "source": (
        Field("title", Shape.TEXT, required=True),
        Field("url", Shape.ADDRESS),
    ),
}
"""Record name to its fields, in the order in which an editor writes them."""
