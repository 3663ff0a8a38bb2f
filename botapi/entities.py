"""Telegram's HTML: text with tags → text and entities, with the real server's complaints.

Offsets and lengths count UTF-16 code units, byte offsets in complaints count UTF-8, as Telegram does.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from botapi.errors import BAD_ENTITIES, bad

Entity = dict[str, Any]

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_NAME_END = re.compile(r"[\s>]")
_ATTRIBUTE = re.compile(r"[^\s=>]*")
_BARE_VALUE = re.compile(r"[0-9A-Za-z.\-]*")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True)
class OpenTag:
    """A tag that waits for its end."""

    name: str
    attributes: dict[str, str]
    start: int
    """UTF-16 units of text before it."""


@dataclass
class Reader:
    """Where reading stands."""

    source: str
    position: int = 0
    text: list[str] = field(default_factory=list)
    length: int = 0
    """UTF-16 units read so far."""
    nested: list[OpenTag] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def write(self, piece: str) -> None:
        """Add text."""
        self.text.append(piece)
        self.length += utf16(piece)

    def complain(self, text: str, at: int) -> Exception:
        """Return the error with the place as a byte offset."""
        return bad(BAD_ENTITIES.format(f"{text} at byte offset {self.bytes_before(at)}"))

    def mismatch(self, expected: str, found: str, at: int) -> Exception:
        """Return the error for an end tag of another name."""
        place = f"Unmatched end tag at byte offset {self.bytes_before(at)}"
        return bad(BAD_ENTITIES.format(f'{place}, expected "</{expected}>", found "</{found}>"'))

    def bytes_before(self, at: int) -> int:
        """Return a place in UTF-8 bytes."""
        return len(self.source[:at].encode())


def utf16(text: str) -> int:
    """Return the length that Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the text and its entities; raises ApiError in Telegram's words."""
    reader = Reader(source)
    while reader.position < len(source):
        _step(reader)
    if reader.nested:
        name = reader.nested[-1].name
        raise bad(BAD_ENTITIES.format(f'Can\'t find end tag corresponding to start tag "{name}"'))
    return "".join(reader.text), sorted(reader.entities, key=lambda entity: (entity["offset"], -entity["length"]))


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Cut blanks at both ends, as the server does before it stores a text."""
    cut = utf16(text) - utf16(text.lstrip())
    kept = text.strip()
    moved = [_clipped(entity, cut, utf16(kept)) for entity in entities]
    return kept, [entity for entity in moved if entity["length"] > 0]


def _clipped(entity: Entity, cut: int, length: int) -> Entity:
    """Move an entity to the left and keep it inside the text."""
    start = max(0, entity["offset"] - cut)
    end = min(length, entity["offset"] - cut + entity["length"])
    return {**entity, "offset": start, "length": end - start}


def _step(reader: Reader) -> None:
    """Read one character, reference or tag."""
    char = reader.source[reader.position]
    if char == "<":
        _read_tag(reader)
    elif char == "&" and (found := _REFERENCE.match(reader.source, reader.position)):
        reader.write(_referenced(found))
        reader.position = found.end()
    else:
        reader.write(char)
        reader.position += 1


def _referenced(found: re.Match[str]) -> str:
    """Return the character that a reference names; an impossible one stays as it is written."""
    decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0xD800 or 0xE000 <= code < 0x110000 else found.group()


def _read_tag(reader: Reader) -> None:
    """Read a start or an end tag."""
    if reader.source.startswith("</", reader.position):
        _read_end_tag(reader)
    else:
        _read_start_tag(reader)


def _read_start_tag(reader: Reader) -> None:
    """Read «<a href=…>»."""
    begin = reader.position
    end = _NAME_END.search(reader.source, begin + 1)
    if end is None:
        raise reader.complain("Unclosed start tag", begin)
    name = reader.source[begin + 1 : end.start()].lower()
    if name not in _KINDS:
        raise reader.complain(f'Unsupported start tag "{name}"', begin)
    reader.position = end.start()
    attributes = _read_attributes(reader, name, begin)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise reader.complain('Tag "span" must have class "tg-spoiler"', begin)
    reader.nested.append(OpenTag(name, attributes, reader.length))


def _read_attributes(reader: Reader, name: str, begin: int) -> dict[str, str]:
    """Read up to the closing bracket."""
    attributes: dict[str, str] = {}
    while True:
        _skip_blanks(reader)
        if reader.source.startswith(">", reader.position):
            reader.position += 1
            return attributes
        key = _match(_ATTRIBUTE, reader)
        if not key:
            raise reader.complain(_nameless(reader, name), begin)
        attributes[key.lower()] = _read_value(reader, name, key, begin)


def _nameless(reader: Reader, name: str) -> str:
    """Say what is missing where an attribute's name should stand."""
    ended = reader.position >= len(reader.source)
    return f'Unclosed start tag "{name}"' if ended else f'Empty attribute name in the tag "{name}"'


def _read_value(reader: Reader, name: str, key: str, begin: int) -> str:
    """Read «="value"»; `expandable` alone needs none."""
    _skip_blanks(reader)
    if not reader.source.startswith("=", reader.position):
        if name == "blockquote" and key.lower() == "expandable":
            return ""
        raise reader.complain(f'Expected equal sign in declaration of an attribute of the tag "{name}"', begin)
    reader.position += 1
    _skip_blanks(reader)
    if reader.position >= len(reader.source):
        raise reader.complain(f'Unclosed start tag "{name}"', begin)
    quote = reader.source[reader.position]
    return _read_quoted(reader, quote, begin) if quote in "'\"" else _read_bare(reader)


def _read_quoted(reader: Reader, quote: str, begin: int) -> str:
    """Read a value in quotes."""
    end = reader.source.find(quote, reader.position + 1)
    if end < 0:
        raise reader.complain("Unclosed start tag", begin)
    value = reader.source[reader.position + 1 : end]
    reader.position = end + 1
    return _REFERENCE.sub(_referenced, value)


def _read_bare(reader: Reader) -> str:
    """Read a value without quotes: letters, digits, dots and dashes."""
    begin = reader.position
    value = _match(_BARE_VALUE, reader)
    if not _NAME_END.match(reader.source, reader.position):
        raise reader.complain("Unexpected end of name token", begin)
    return value


def _read_end_tag(reader: Reader) -> None:
    """Read «</b>» and close the tag that it belongs to."""
    begin = reader.position
    if not reader.nested:
        raise reader.complain("Unexpected end tag", begin)
    end = _NAME_END.search(reader.source, begin)
    name = reader.source[begin + 2 : end.start() if end else None].lower()
    reader.position = end.start() if end else len(reader.source)
    _skip_blanks(reader)
    if not reader.source.startswith(">", reader.position):
        raise reader.complain("Unclosed end tag", begin)
    reader.position += 1
    opened = reader.nested.pop()
    if name and name != opened.name:
        raise reader.mismatch(opened.name, name, begin)
    _close(reader, opened)


def _close(reader: Reader, opened: OpenTag) -> None:
    """Add the entity of a closed tag, unless it is empty."""
    length = reader.length - opened.start
    if length and (opened.name != "a" or opened.attributes.get("href")):
        reader.entities.append({"offset": opened.start, "length": length, **_described(opened)})


def _described(opened: OpenTag) -> Entity:
    """Return the entity's kind and what belongs to it."""
    kind = _KINDS[opened.name]
    if kind == "text_link":
        return {"type": kind, "url": opened.attributes["href"]}
    if kind == "blockquote" and "expandable" in opened.attributes:
        return {"type": "expandable_blockquote"}
    return {"type": kind}


def _match(pattern: re.Pattern[str], reader: Reader) -> str:
    """Take what a pattern finds here, and move on."""
    found = pattern.match(reader.source, reader.position)
    reader.position = found.end() if found else reader.position
    return found.group() if found else ""


def _skip_blanks(reader: Reader) -> None:
    """Move to the next character that is no blank."""
    _match(_SPACE, reader)
