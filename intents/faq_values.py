"""Single values of the FAQ file: checked, and turned from YAML nodes into Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz import fuzz, process

from intents.faq import Kind
from intents.faq_bytes import control_in
from intents.faq_fields import ADDRESS, DATE, ID, SCHEMA_VERSION
from intents.faq_nodes import Items, Node, Table, Text
from intents.faq_report import Report
from intents.messages import say

_SIMILAR = 65
"""rapidfuzz ratio from which a name is worth suggesting."""


@dataclass(frozen=True)
class Spot:
    """A value that is being read: whose it is, what it is called, where its errors go."""

    report: Report
    owner: str
    """How sentences about it begin: «Eintrag 'hund-anmelden': »."""
    field: str
    number: int | None = None
    """Which item of the list, from 1."""

    def refuse(self, node: Node, key: str, **values: object) -> None:
        """Report what is wrong with the value."""
        kind = "field" if self.number is None else "item"
        label = say(f"owners.{kind}", field=self.field, number=self.number)
        self.report.error(node.place, key, owner=self.owner, field=label, **values)

    def refuse_shape(self, node: Node, key: str) -> None:
        """Report a value of the wrong shape; a missing one is called empty."""
        if isinstance(node, Text) and node.is_empty:
            self.refuse(node, "empty")
        else:
            self.refuse(node, key, found=say(_FOUND[type(node)]))

    def items(self, node: Node) -> Iterator[tuple[Node, Spot]]:
        """Walk through a list; anything else is refused and has no items."""
        if isinstance(node, Items):
            for number, child in enumerate(node.children, start=1):
                yield child, replace(self, number=number)
        else:
            self.refuse_shape(node, "expected-list")


_FOUND: dict[type[Node], str] = {Text: "found-text", Items: "found-list", Table: "found-table"}


def read_text(node: Node, spot: Spot) -> str | None:
    """Read a text as it is written, without blanks around it."""
    if not isinstance(node, Text) or node.is_empty:
        spot.refuse_shape(node, "colon-in-text" if isinstance(node, Table) else "expected-text")
        return None
    if found := control_in(node.value):
        spot.refuse(node, "text-control", code=found)
    return node.value.strip()


def read_texts(node: Node, spot: Spot) -> tuple[str, ...]:
    """Read a list of texts."""
    texts = [read_text(child, at) for child, at in spot.items(node)]
    return tuple(text for text in texts if text is not None)


def read_groups(node: Node, spot: Spot) -> tuple[tuple[str, ...], ...]:
    """Read a list of lists of texts."""
    return tuple(_read_group(child, at) for child, at in spot.items(node))


def _read_group(node: Node, spot: Spot) -> tuple[str, ...]:
    if isinstance(node, Items) and not node.children:
        spot.refuse(node, "empty")
    return read_texts(node, spot)


def read_id(node: Node, spot: Spot) -> str | None:
    """Read an id; what it may look like never changes."""
    text = read_text(node, spot)
    if text is None or not isinstance(node, Text) or ID.fullmatch(node.value):
        return text
    spot.refuse(node, "id-form", value=node.value)
    return None


def read_date(node: Node, spot: Spot) -> date | None:
    """Read a date written YYYY-MM-DD."""
    text = read_text(node, spot)
    if text is None:
        return None
    try:
        if DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # 2026-02-30 has the form of a date
    spot.refuse(node, "date-form", value=text)
    return None


def read_address(node: Node, spot: Spot) -> str | None:
    """Read the address of a web page: a link must not run anything in somebody's browser."""
    text = read_text(node, spot)
    if text is None or ADDRESS.match(text):
        return text
    spot.refuse(node, "address-scheme", value=text)
    return None


def read_kind(node: Node, spot: Spot) -> Kind | None:
    """Read the kind of an entry."""
    text = read_text(node, spot)
    if text is None:
        return None
    kinds = [kind.value for kind in Kind]
    if text in kinds:
        return Kind(text)
    suggestion = suggest(text, kinds)
    key = "kind-suggested" if suggestion else "kind-unknown"
    spot.refuse(node, key, value=text, suggestion=suggestion, allowed=kinds)
    return None


def read_version(node: Node, spot: Spot) -> str | None:
    """Read the version of the file's structure."""
    text = read_text(node, spot)
    if text is not None and text != SCHEMA_VERSION:
        spot.refuse(node, "schema-version", value=text)
    return text


def suggest(name: str, names: Iterable[str]) -> str | None:
    """Find the name that was probably meant."""
    best = process.extractOne(name.lower(), list(names), scorer=fuzz.ratio, score_cutoff=_SIMILAR)
    return best[0] if best else None
