"""From a path or bytes to clean text: size, encoding and control characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from intents.faq import Position
from intents.faq_report import MOST, START, Report

MAX_BYTES = 32 * 1024 * 1024
"""A larger file is refused before it is parsed."""

CONTROL = r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]"
"""Characters that no text may hold: YAML, PostgreSQL and Telegram refuse one or the other."""

_CONTROL = re.compile(CONTROL)
_LINE_END = re.compile("\r\n|\r|\n")
_CONTROL_OR_END = re.compile(f"(?P<end>{_LINE_END.pattern})|{CONTROL}")
_LINE_SEPARATORS = str.maketrans({"\u2028": " ", "\u2029": " "})
"""YAML counts them as line ends, editors do not: line numbers would differ."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


def read_bytes(path: Path, report: Report) -> bytes:
    """Read the file; whatever prevents that is raised as FaqError."""
    content = b""
    try:
        if _is_readable(path, report):
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        report.error(START, "file-missing")
    except PermissionError:
        report.error(START, "file-forbidden")
    except (OSError, ValueError) as error:
        report.error(START, "file-unreadable", detail=getattr(error, "strerror", None) or str(error))
    report.raise_errors()
    return content


def _is_readable(path: Path, report: Report) -> bool:
    if path.is_file():
        return True
    if path.is_dir():
        report.error(START, "file-directory")
    else:
        path.stat()
        report.error(START, "file-special")
    return False


def to_text(content: bytes, report: Report) -> str:
    """Decode UTF-8, with or without byte order mark; whatever prevents that is raised as FaqError."""
    if len(content) > MAX_BYTES:
        report.error(START, "file-large", limit=MAX_BYTES // 2**20)
    elif _is_utf16(content):
        report.error(START, "file-utf16")
    report.raise_errors()
    text = _decode(content.removeprefix(_UTF8_MARK), report)
    _refuse_control(text, report)
    report.raise_errors()
    return text.translate(_LINE_SEPARATORS)


def _is_utf16(content: bytes) -> bool:
    head = content[:4]
    return head.startswith(_UTF16_MARKS) or (len(head) == 4 and not (any(head[::2]) and any(head[1::2])))


def _decode(content: bytes, report: Report) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        byte = f"0x{content[error.start]:02X}"
        report.error(place_after(before), "file-encoding", byte=byte)
        return ""


def _refuse_control(text: str, report: Report) -> None:
    if _CONTROL.search(text):
        for place, sign in islice(_controls(text), MOST):
            report.error(place, "control-character", code=code(sign))


def _controls(text: str) -> Iterator[tuple[Position, str]]:
    line, start = 1, 0
    for match in _CONTROL_OR_END.finditer(text):
        if match["end"]:
            line, start = line + 1, match.end()
        else:
            yield Position(line, match.start() - start + 1), match[0]


def control_in(text: str) -> str | None:
    """Name the first control character of a text, or None."""
    match = _CONTROL.search(text)
    return code(match[0]) if match else None


def code(sign: str) -> str:
    """Name a character by its Unicode number: U+0007."""
    return f"U+{ord(sign):04X}"


def place_after(before: str) -> Position:
    """Tell the line and column that follow this text."""
    ends = list(_LINE_END.finditer(before))
    start = ends[-1].end() if ends else 0
    return Position(len(ends) + 1, len(before) - start + 1)
