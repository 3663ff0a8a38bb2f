"""Strict loading of faq_data.yaml: every error with its place, all of them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from intents.faq import Contact, FaqBase, FaqEntry, Position, Source
from intents.faq_bytes import read_bytes, to_text
from intents.faq_fields import RECORDS, Shape
from intents.faq_nodes import Items, Node, Table, Text, read_nodes
from intents.faq_records import Found, read_record
from intents.faq_report import START, Report
from intents.faq_values import (
    Spot,
    read_address,
    read_date,
    read_groups,
    read_id,
    read_kind,
    read_text,
    read_texts,
    read_version,
)
from intents.messages import say


class _Placed(NamedTuple):
    """An entry, and the nodes that tell where its fields stand."""

    entry: FaqEntry
    found: Found


def load(path: Path) -> FaqBase:
    """Load a file; raises FaqError with every error in it."""
    return parse(read_bytes(path, Report(str(path))), str(path))


def parse(content: str | bytes, name: str) -> FaqBase:
    """Load a text or bytes; `name` stands in the messages."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    report = Report(name)
    root = read_nodes(to_text(raw, report), report)
    _refuse_other_root(root, report)
    found = read_record(root, "base", Spot(report, "", ""), owner="")
    values = _read_values(found, "base", report, owner="")
    report.raise_errors()
    return _base(values, found, name=name, digest=hashlib.sha256(raw).hexdigest()[:16])


def _refuse_other_root(root: Node, report: Report) -> None:
    if isinstance(root, Text) and root.is_empty:
        report.error(START, "file-empty")
    elif not isinstance(root, Table):
        report.error(root.place, "expected-base")
    report.raise_errors()


def _base(values: dict[str, Any], found: Found, *, name: str, digest: str) -> FaqBase:
    placed: list[_Placed] = values.pop("entries")
    values.pop("schema", None)
    positions = dict(_positions("", found))
    for entry, nodes in placed:
        positions.update(_positions(entry.id, nodes))
    entries = tuple(entry for entry, _ in placed)
    return FaqBase(entries, **values, hash=digest, name=name, positions=positions)


def _positions(owner: str, found: Found) -> Iterator[tuple[tuple[str, str, int], Position]]:
    for name, node in found.items():
        yield (owner, name, 0), node.place
        if isinstance(node, Items) and name != "entries":
            for index, child in enumerate(node.children):
                yield (owner, name, index), child.place


def _read_values(found: Found, record: str, report: Report, *, owner: str) -> dict[str, Any]:
    """Read the fields that stand in the file; refused ones are left out."""
    fields = [field for field in RECORDS[record] if field.name in found]
    values = {field.name: _READERS[field.shape](found[field.name], Spot(report, owner, field.name)) for field in fields}
    return {name: value for name, value in values.items() if value is not None}


def _read_contact(node: Node, spot: Spot) -> Contact:
    owner = say("owners.contact")
    found = read_record(node, "contact", spot, owner=owner)
    return Contact(**_read_values(found, "contact", spot.report, owner=owner))


def _read_sources(node: Node, spot: Spot) -> tuple[Source, ...]:
    sources = [_read_source(child, at) for child, at in spot.items(node)]
    return tuple(source for source in sources if source)


def _read_source(node: Node, spot: Spot) -> Source | None:
    owner = spot.owner + say("owners.source", number=spot.number)
    found = read_record(node, "source", spot, owner=owner)
    values = _read_values(found, "source", spot.report, owner=owner)
    return Source(**values) if "title" in values else None


def _read_entries(node: Node, spot: Spot) -> list[_Placed]:
    if isinstance(node, Items) and not node.children:
        spot.report.error(node.place, "no-entries")
    entries = [_read_entry(child, at) for child, at in spot.items(node)]
    placed = [entry for entry in entries if entry]
    _refuse_duplicates(placed, spot)
    return placed


def _read_entry(node: Node, spot: Spot) -> _Placed | None:
    owner = _owner(node, spot)
    found = read_record(node, "entry", spot, owner=owner)
    values = _read_values(found, "entry", spot.report, owner=owner)
    if not {"id", "question", "answer"} <= values.keys():
        return None
    entry = FaqEntry(**values)
    _refuse_order(entry, found, Spot(spot.report, owner, ""))
    return _Placed(entry, found)


def _owner(node: Node, spot: Spot) -> str:
    """Name an entry by its id, or by its number while it has none."""
    for name, value in node.pairs() if isinstance(node, Table) else ():
        if isinstance(name, Text) and name.value == "id" and isinstance(value, Text) and not value.is_empty:
            return say("owners.entry", name=value.value)
    return say("owners.entry-number", number=spot.number)


def _refuse_order(entry: FaqEntry, found: Found, spot: Spot) -> None:
    start, end = entry.valid_from, entry.valid_until
    if start and end and start > end:
        spot.refuse(found["valid_from"], "dates-order", start=str(start), end=str(end))


def _refuse_duplicates(placed: list[_Placed], spot: Spot) -> None:
    first: dict[str, Position] = {}
    for entry, found in placed:
        place = found["id"].place
        if entry.id in first:
            spot.report.error(place, "id-duplicate", value=entry.id, line=first[entry.id].line)
        first.setdefault(entry.id, place)


_READERS: dict[Shape, Callable[[Node, Spot], Any]] = {
    Shape.TEXT: read_text,
    Shape.TEXTS: read_texts,
    Shape.GROUPS: read_groups,
    Shape.ID: read_id,
    Shape.DATE: read_date,
    Shape.ADDRESS: read_address,
    Shape.KIND: read_kind,
    Shape.VERSION: read_version,
    Shape.CONTACT: _read_contact,
    Shape.SOURCES: _read_sources,
    Shape.ENTRIES: _read_entries,
}
