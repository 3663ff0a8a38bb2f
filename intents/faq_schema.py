"""The JSON Schema of faq_data.yaml, for editors that complete and check while one types.

It says what the loader says, except what JSON Schema cannot express: that ids are unique, and that
`valid_from` does not come after `valid_until`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from intents.faq import Kind
from intents.faq_bytes import CONTROL
from intents.faq_fields import ADDRESS, DATE, ID, RECORDS, SCHEMA_VERSION, Field, Shape
from intents.messages import catalogue

Schema = dict[str, Any]

_SCALAR = ["string", "number", "boolean"]
"""`question: 2030` and `- ja` are text for the loader, but not for YAML."""
_TEXT: Schema = {"type": _SCALAR, "pattern": r"\S", "not": {"type": "string", "pattern": CONTROL}}


def json_schema() -> Schema:
    """Build the schema (draft 2020-12) from the table of fields."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_record("base")}


def _record(name: str) -> Schema:
    fields = RECORDS[name]
    return {
        "type": "object",
        "description": _describe(name),
        "properties": {field.name: _field(name, field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _field(record: str, field: Field) -> Schema:
    return {**_shape(field.shape), "description": _describe(f"{record}.{field.name}")}


def _describe(path: str) -> str:
    return str(catalogue()["fields"][path])


def _shape(shape: Shape) -> Schema:
    """Describe a value; records are built when asked for, as they hold further shapes."""
    return _RECORDS[shape]() if shape in _RECORDS else _VALUES[shape]


def _list(items: Schema, *, at_least: int = 0) -> Schema:
    return {"type": "array", "items": items, **({"minItems": at_least} if at_least else {})}


_VALUES: dict[Shape, Schema] = {
    Shape.TEXT: _TEXT,
    Shape.TEXTS: _list(_TEXT),
    Shape.GROUPS: _list(_list(_TEXT, at_least=1)),
    Shape.ID: {"type": _SCALAR, "pattern": f"^{ID.pattern}$"},
    Shape.DATE: {"type": "string", "format": "date", "pattern": f"^{DATE.pattern}$"},
    Shape.ADDRESS: {**_TEXT, "allOf": [{"pattern": f"^{ADDRESS.pattern}"}]},
    Shape.KIND: {"enum": [kind.value for kind in Kind]},
    Shape.VERSION: {"enum": [int(SCHEMA_VERSION), SCHEMA_VERSION]},
}

_RECORDS: dict[Shape, Callable[[], Schema]] = {
    Shape.CONTACT: lambda: _record("contact"),
    Shape.SOURCES: lambda: _list(_record("source")),
    Shape.ENTRIES: lambda: _list(_record("entry"), at_least=1),
}
