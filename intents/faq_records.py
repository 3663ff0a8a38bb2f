"""Records of the FAQ file: which fields stand there, which are misspelt, doubled or missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from intents.faq import Position
from intents.faq_fields import RECORDS
from intents.faq_nodes import Node, Table, Text
from intents.faq_report import Report
from intents.faq_values import Spot, suggest
from intents.messages import catalogue

Found = dict[str, Node]
"""Field name to the value in the file."""


@dataclass
class _Reading:
    """One record while its fields are read."""

    record: str
    owner: str
    report: Report
    values: Found = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    """Field name to the line of its first mention."""

    def error(self, place: Position, key: str, **values: object) -> None:
        """Report an error in this record."""
        self.report.error(place, key, owner=self.owner, **values)

    def take(self, name: Node, value: Node) -> None:
        """Keep a field, or say why not."""
        if not isinstance(name, Text):
            self.error(name.place, "key-no-text")
        elif name.plain and name.value == "<<":
            self.error(name.place, "yaml-merge")
        elif name.value not in _names(self.record):
            self.refuse_name(name)
        elif name.value in self.lines:
            line = self.lines[name.value]
            self.error(name.place, "key-duplicate", field=name.value, line=line)
        else:
            self.values[name.value] = value
            self.lines[name.value] = name.place.line

    def refuse_name(self, name: Text) -> None:
        """Report an unknown field, with the one that was probably meant."""
        names = _names(self.record)
        german = catalogue()["german-keys"].get(name.value.strip().lower())
        meant = german if german in names else suggest(name.value, names)
        key = "key-suggested" if meant else "key-unknown"
        self.error(name.place, key, field=name.value, suggestion=meant, allowed=names)


def _names(record: str) -> list[str]:
    return [field.name for field in RECORDS[record]]


def read_record(node: Node, record: str, spot: Spot, *, owner: str) -> Found:
    """Read the fields of a record; `owner` is how sentences about them begin."""
    if not isinstance(node, Table):
        spot.refuse_shape(node, "expected-table")
        return {}
    reading = _Reading(record, owner, spot.report)
    for name, value in node.pairs():
        reading.take(name, value)
    for wanted in RECORDS[record]:
        if wanted.required and wanted.name not in reading.values:
            reading.error(node.place, "missing", field=wanted.name)
    return reading.values
