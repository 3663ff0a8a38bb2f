"""YAML text to a tree in which every value knows its place; the library's messages in German.

Reads the event stream: anchors, tags and deep nesting are met before anything is expanded or recursed into.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from intents.faq import Position
from intents.faq_report import START, Report
from intents.messages import catalogue, fill, say

MAX_DEPTH = 20
"""An FAQ needs six levels."""
MAX_VALUES = 1_000_000
"""Ten times the largest FAQ that is supported; keeps memory bounded."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML has it; without, «[Wann?]» needs quotes and loading takes five times as long."""
_NO_VALUE = {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, exactly as written: `2030` and `ja` are text like any other."""

    place: Position
    value: str
    plain: bool = False
    """Written without quotes."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is written here, or YAML's «no value»."""
        return not self.value.strip() or (self.plain and self.value in _NO_VALUE)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Position
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """Field names and values, in the order of the file."""

    place: Position
    children: list[Node] = field(default_factory=list)
    """Names and values in turn."""

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Give each name with its value."""
        return zip(self.children[::2], self.children[1::2], strict=True)


Node = Text | Items | Table


def read_nodes(text: str, report: Report) -> Node:
    """Parse a single, plain YAML document; whatever is none is raised as FaqError."""
    tree = _Tree(report)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not tree.take(event):
                break
    except yaml.MarkedYAMLError as error:
        _report_problem(error, text, report)
    except yaml.YAMLError as error:
        report.error(START, "yaml-other", detail=str(error))
    report.raise_errors()
    return tree.root


class _Tree:
    """Grows from events."""

    def __init__(self, report: Report) -> None:
        self.root: Node = Text(START, "", plain=True)
        self._open: list[Items | Table] = []
        self._values = 0
        self._documents = 0
        self._report = report

    def take(self, event: yaml.Event) -> bool:
        """Add what the event brings; False when it makes no sense to go on."""
        match event:
            case yaml.NodeEvent():
                return self._add(event)
            case yaml.CollectionEndEvent():
                self._open.pop()
            case yaml.DocumentStartEvent():
                self._documents += 1
                return self._documents == 1 or self._stop(event, "yaml-documents")
        return True

    def _add(self, event: yaml.NodeEvent) -> bool:
        _refuse_extras(event, self._report)
        node = _node(event)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        if not isinstance(node, Text):
            self._open.append(node)
        self._values += 1
        if len(self._open) > MAX_DEPTH:
            return self._stop(event, "yaml-depth", limit=MAX_DEPTH)
        return self._values <= MAX_VALUES or self._stop(event, "yaml-size", limit=MAX_VALUES)

    def _stop(self, event: yaml.Event, key: str, limit: int = 1) -> bool:
        self._report.error(_place(event.start_mark), key, limit=limit)
        return False


def _node(event: yaml.Event) -> Node:
    place = _place(event.start_mark)
    match event:
        case yaml.MappingStartEvent():
            return Table(place)
        case yaml.SequenceStartEvent():
            return Items(place)
        case yaml.ScalarEvent():
            return Text(place, event.value, plain=event.style in {None, ""})
        case _:
            return Text(place, "*")


def _refuse_extras(event: yaml.NodeEvent, report: Report) -> None:
    tag: str | None = getattr(event, "tag", None)
    if event.anchor is not None:
        key = "yaml-alias" if isinstance(event, yaml.AliasEvent) else "yaml-anchor"
        report.error(_place(event.start_mark), key, name=event.anchor)
    elif tag is not None:
        name = tag.replace("tag:yaml.org,2002:", "!!")
        report.error(_place(event.start_mark), "yaml-tag", name=name)


def _place(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _report_problem(error: yaml.MarkedYAMLError, text: str, report: Report) -> None:
    detail = error.problem or ""
    known = _known(detail)
    mark = (error.context_mark if known.get("at") == "start" else None) or error.problem_mark
    place = _place(mark) if mark else START
    sign = text[mark.index : mark.index + 1] if mark else ""
    report.complain(place, _problem(detail, sign, known.get("say")))


def _known(detail: str) -> dict[str, str]:
    problems: list[dict[str, str]] = catalogue()["yaml-problems"]
    return next((problem for problem in problems if problem["contains"] in detail), {})


def _problem(detail: str, sign: str, known: str | None) -> str:
    if sign == "\t":
        return say("yaml-tab")
    if known:
        return fill(known, detail=detail)
    if "cannot start any token" in detail:
        return say("yaml-bad-start", sign=f"'{sign}'", detail=detail)
    return say("yaml-other", detail=detail)
