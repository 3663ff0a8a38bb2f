"""Reads question files: a JSON object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import QuestionFileError
from bot.reasons import reason


@dataclass(frozen=True)
class AskedQuestion:
    """A line of a question file."""

    query: str
    expected: tuple[str, ...] | None = None
    """Ids of right entries; empty: must not be answered; None: no label."""
    after: tuple[str, ...] = ()
    """What the citizen said before in the same chat."""


def read_questions(path: Path) -> list[AskedQuestion]:
    """Read all questions; raise QuestionFileError with file and line for the first bad one."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise QuestionFileError(f"{path}: nicht lesbar: {reason(error)}") from error
    return list(_questions(path, lines))


def _questions(path: Path, lines: list[bytes]) -> Iterator[AskedQuestion]:
    for number, line in enumerate(lines, start=1):
        if line.removeprefix(b"\xef\xbb\xbf").strip():
            try:
                yield _question(json.loads(line.decode("utf-8-sig")))
            except (ValueError, RecursionError) as error:
                raise QuestionFileError(f"{path}:{number}: {_reason(error)}") from error


def _question(data: Any) -> AskedQuestion:
    """Check one object."""
    if not isinstance(data, dict) or not isinstance(data.get("query"), str):
        raise ValueError("«query» fehlt oder ist kein Text")  # noqa: TRY004 - one kind of error a line
    return AskedQuestion(data["query"], _expected(data.get("expected")), _after(data.get("after")))


def _expected(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("«expected» ist keine Liste von Ids")
    return tuple(value)


def _after(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("«after» ist keine Liste")  # noqa: TRY004
    if not all(isinstance(turn, dict) and isinstance(turn.get("say"), str) for turn in value):
        raise ValueError('«after» ist keine Liste von {"say": "…"}')
    return tuple(turn["say"] for turn in value)


def _reason(error: Exception) -> str:
    """Return why a line cannot be read."""
    if isinstance(error, json.JSONDecodeError):
        return f"kein gültiges JSON (Spalte {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return "kein gültiges UTF-8"
    return "zu tief verschachtelt" if isinstance(error, RecursionError) else str(error)
