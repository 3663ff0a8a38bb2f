"""The FAQ file as text, changed entry by entry: comments, order and everything else stay as they were written.

Only the lines of the entry that changes are read and written by ruamel.yaml; every other line is copied. Where entries
do not stand in lines of their own (a list in brackets) the whole file goes through it.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString, SingleQuotedScalarString

from intents.faq import FaqBase, FaqEntry, Kind, parse_faq
from intents.faq_fields import RECORDS

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ORDER = tuple(field.name for field in RECORDS["entry"])
_MARK = "\ufeff"
_INDICATORS = tuple("-?:,[]{}#&*!|>'\"%@`")
"""A text that begins so is put in quotes: «? wann» is a text for one YAML library, and none for another."""


class TextChangeError(Exception):
    """The file's text cannot be changed without changing more than was asked for."""


@dataclass(frozen=True)
class _Place:
    """The lines of one entry, and how lists are indented around it."""

    id: str
    start: int
    stop: int
    """Line after the last one; blank lines and comments below belong to nobody."""
    dash: int
    """Column of the «-»."""
    column: int
    """Column of the first field."""


@lru_cache(maxsize=8)
def parsed(text: str) -> FaqBase:
    """Load a text once; raises FaqError."""
    return parse_faq(text)


def with_entry(text: str, entry: FaqEntry, *, beside: str | None = None) -> str:
    """Put an entry into the text: in its old place, else after the entry `beside`, else at the end."""
    wanted = as_fields(entry)
    places = _places(text)
    if places is None:
        changed = _through_all(text, lambda entries: _put(entries, wanted, beside))
    elif entry.id in places:
        changed = _rewritten(text, places[entry.id], lambda entries: _update(entries[0], wanted))
    else:
        changed = _inserted(text, places, wanted, places.get(beside or "", list(places.values())[-1]))
    return _proved(text, changed, entry.id, entry)


def without_entry(text: str, entry_id: str) -> str:
    """Take an entry out of the text; comments around it stay."""
    places = _places(text)
    if places is None:
        changed = _through_all(text, lambda entries: entries.remove(_find(entries, entry_id)))
    else:
        changed = _without(text.splitlines(keepends=True), places[entry_id])
    return _proved(text, changed, entry_id, None)


def _without(lines: list[str], place: _Place) -> str:
    """Take out the lines of an entry, and the blank ones that parted it from the next."""
    start, stop = place.start, place.stop
    while stop < len(lines) and _is_blank(lines, stop):
        stop += 1
    while stop == len(lines) and _is_blank(lines, start - 1):
        start -= 1
    return "".join(lines[:start] + lines[stop:])


def _is_blank(lines: list[str], number: int) -> bool:
    return not lines[number].strip()


def as_fields(entry: FaqEntry) -> dict[str, Any]:
    """Return an entry as the fields of the file, in its order; what is not set is left out."""
    values = {name: getattr(entry, name) for name in _ORDER}
    values["kind"] = None if entry.kind is Kind.ANSWER else entry.kind.value
    values["sources"] = [{"title": each.title, **({"url": each.url} if each.url else {})} for each in entry.sources]
    return {name: _plain(value) for name, value in values.items() if value not in (None, "", (), [])}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


# ------------------------------------------------------------------ where entries stand


def _places(text: str) -> dict[str, _Place] | None:
    """Find the lines of each entry; None when an entry shares its lines with others."""
    root: Any = yaml.compose(text.removeprefix(_MARK), Loader=_LOADER)
    nodes = next(value for key, value in root.value if key.value == "entries")
    lines = text.removeprefix(_MARK).splitlines(keepends=True)
    if nodes.flow_style or len(lines) != text.count("\n") + (not text.endswith("\n")):
        return None
    found = [_place(node, lines) for node in nodes.value]
    return {each.id: each for each in found if each} if all(found) else None


def _place(node: yaml.MappingNode, lines: list[str]) -> _Place | None:
    """Return the lines of an entry; None when its «-» stands elsewhere."""
    first, column = node.start_mark.line, node.start_mark.column
    dash = lines[first][:column].rstrip()
    if dash.strip() != "-":
        return None
    stop = _end(node)
    while not lines[stop - 1].strip():
        stop -= 1
    entry_id = next(value.value for key, value in node.value if key.value == "id")
    return _Place(entry_id, first, stop, len(dash) - 1, column)


def _end(node: Any) -> int:
    """Return the line after the last one in which something of a node stands."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        mark = node.end_mark
        return int(mark.line) + (1 if mark.column else 0)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


# ------------------------------------------------------------------ changing lines


def _rewritten(text: str, place: _Place, change: Callable[[CommentedSeq], Any]) -> str:
    """Change the lines of one entry."""
    lines = text.splitlines(keepends=True)
    chunk = "".join(lines[place.start : place.stop])
    yaml_ = _yaml(place)
    entries = yaml_.load(chunk)
    change(entries)
    return (
        "".join(lines[: place.start]) + _in_line_ends_of(text, _dumped(yaml_, entries)) + "".join(lines[place.stop :])
    )


def _inserted(text: str, places: Mapping[str, _Place], wanted: Mapping[str, Any], beside: _Place) -> str:
    """Write a new entry below another one, with a blank line where the others have one."""
    entries = CommentedSeq([_update(CommentedMap(), wanted)])
    chunk = _in_line_ends_of(text, _dumped(_yaml(beside), entries))
    lines = text.splitlines(keepends=True)
    if not lines[beside.stop - 1].endswith(("\n", "\r")):
        lines[beside.stop - 1] += _in_line_ends_of(text, "\n")
    gap = _in_line_ends_of(text, "\n") if _has_gaps(lines, places) else ""
    return "".join(lines[: beside.stop]) + gap + chunk + "".join(lines[beside.stop :])


def _has_gaps(lines: list[str], places: Mapping[str, _Place]) -> bool:
    """Say whether blank lines part the entries."""
    starts = [place.start for place in places.values()][1:]
    return any(_is_blank(lines, start - 1) for start in starts)


def _in_line_ends_of(text: str, chunk: str) -> str:
    return chunk.replace("\n", "\r\n") if "\r\n" in text else chunk


def _through_all(text: str, change: Callable[[CommentedSeq], Any]) -> str:
    """Change the entries of a file that cannot be changed by lines."""
    yaml_ = _yaml(_Place("", 0, 0, 2, 4))
    base = yaml_.load(text.removeprefix(_MARK))
    change(base["entries"])
    return (_MARK if text.startswith(_MARK) else "") + _in_line_ends_of(text, _dumped(yaml_, base))


def _yaml(place: _Place) -> YAML:
    yaml_ = YAML()
    yaml_.width = 10**6
    yaml_.preserve_quotes = True
    yaml_.indent(mapping=2, sequence=max(place.column, 2), offset=place.dash)
    return yaml_


def _dumped(yaml_: YAML, value: Any) -> str:
    written = io.StringIO()
    yaml_.dump(value, written)
    return written.getvalue()


# ------------------------------------------------------------------ changing fields


def _put(entries: CommentedSeq, wanted: Mapping[str, Any], beside: str | None) -> None:
    found = _find(entries, wanted["id"])
    if found is not None:
        _update(found, wanted)
        return
    after = _find(entries, beside) if beside else None
    entries.insert(entries.index(after) + 1 if after is not None else len(entries), _update(CommentedMap(), wanted))


def _find(entries: CommentedSeq, entry_id: str | None) -> Any:
    return next((each for each in entries if str(each["id"]) == entry_id), None)


def _update(entry: CommentedMap, wanted: Mapping[str, Any]) -> CommentedMap:
    """Bring an entry's fields to what is wanted; those that say the same already are not touched."""
    for name in [name for name in entry if name not in wanted]:
        if not (name == "kind" and str(entry[name]) == Kind.ANSWER):
            del entry[name]
    for name, value in wanted.items():
        if name not in entry:
            entry.insert(_position(entry, name), name, _written(value))
        elif isinstance(value, list) and isinstance(entry[name], CommentedSeq):
            _update_list(entry[name], value)
        elif not _says(entry[name], value):
            entry[name] = _written(value, literal=isinstance(entry[name], LiteralScalarString))
    return entry


def _position(entry: CommentedMap, name: str) -> int:
    """Return where a field belongs among those that are there."""
    before = set(_ORDER[: _ORDER.index(name)])
    places = [number for number, key in enumerate(entry) if key in before]
    return max(places, default=-1) + 1


def _update_list(items: CommentedSeq, wanted: list[Any]) -> None:
    """Take out and put in what differs, so that the rest keeps its quotes and comments."""
    old = [_key(item) for item in items]
    changes = SequenceMatcher(None, old, [_key(item) for item in wanted], autojunk=False).get_opcodes()
    for kind, start, stop, first, last in reversed(changes):
        if kind == "equal":
            continue
        for _ in range(start, stop):
            del items[start]
        for item in reversed(wanted[first:last]):
            items.insert(start, _written(item))


def _key(item: Any) -> str:
    """Return what a list's item says, to compare it."""
    if isinstance(item, Mapping):
        return repr([(str(name), str(value).strip()) for name, value in item.items()])
    return str(item).strip()


def _says(found: Any, wanted: Any) -> bool:
    return not isinstance(found, (list, Mapping)) and str(found).strip() == str(wanted).strip()


def _written(value: Any, *, literal: bool = False) -> Any:
    """Return a value in the form in which editors write it: long texts in lines of their own."""
    match value:
        case str() if value[:1] in _INDICATORS and "\n" not in value and not literal:
            return SingleQuotedScalarString(value)
        case str() if "\n" in value or literal:
            return LiteralScalarString("\n".join(line.rstrip() for line in value.strip().splitlines()) + "\n")
        case list():
            return CommentedSeq([_written(item) for item in value])
        case Mapping():
            return CommentedMap((name, _written(item)) for name, item in value.items())
        case _:
            return value


# ------------------------------------------------------------------ proof


def _proved(before: str, after: str, entry_id: str, wanted: FaqEntry | None) -> str:
    """Return the new text when it says what was wanted and nothing else has changed."""
    old, new = parsed(before), parsed(after)
    others = [entry for entry in old.entries if entry.id != entry_id]
    same = (old.title, old.contact, old.synonyms) == (new.title, new.contact, new.synonyms)
    if not same or others != [entry for entry in new.entries if entry.id != entry_id] or new.get(entry_id) != wanted:
        raise TextChangeError(entry_id)
    return after
