"""How many test wordings expect each entry: what nobody tests may break without anybody noticing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from intents.errors import Finding
from intents.faq import FaqBase, FaqEntry, Kind
from intents.lint_finding import hint
from intents.messages import say

FOLDER = Path("tests") / "faq"
"""Where test wordings lie beside a FAQ file."""
_SUFFIXES = {".yaml", ".yml"}
_ENOUGH = 3
_REDIRECT = "redirect"
"""What a wording expects that may get any redirect."""


def check_coverage(faq: FaqBase, folder: Path, *, today: date) -> Iterator[Finding]:
    """Name the entries that no test wording expects, or only one or two."""
    counts, unreadable = count_expected(folder)
    yield from unreadable
    for entry in faq.entries:
        if entry.is_valid_on(today):
            yield from _judge(faq, entry, folder, expecting(entry, counts))


def names_entries(faq: FaqBase, folder: Path) -> bool:
    """Tell whether a folder holds test wordings for this FAQ; a copy of the program may lie beside another one's."""
    counts, _ = count_expected(folder)
    return any(counts[entry.id] for entry in faq.entries)


def count_expected(folder: Path) -> tuple[Counter[str], list[Finding]]:
    """Count what the test wordings below a folder expect, and name the files that cannot be read."""
    loaded = [_load(path) for path in sorted(folder.glob("*.y*ml")) if path.suffix in _SUFFIXES]
    rows = [row for each in loaded if isinstance(each, list) for row in each]
    counts = Counter(name for row in rows for name in _expected(row))
    return counts, [each for each in loaded if isinstance(each, Finding)]


def expecting(entry: FaqEntry, counts: Counter[str]) -> int:
    """Count the test wordings that expect an entry; those that may get any redirect count for each of them."""
    return counts[entry.id] + (counts[_REDIRECT] if entry.kind is Kind.REDIRECT else 0)


def _judge(faq: FaqBase, entry: FaqEntry, folder: Path, count: int) -> Iterator[Finding]:
    if count < _ENOUGH:
        key = "few-tests" if count else "untested"
        yield hint(faq, (entry.id, "id", 0), key, level="hint", folder=str(folder), count=count, minimum=_ENOUGH)


def _load(path: Path) -> list[Any] | Finding:
    """Read one file; what is no list holds no wordings."""
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return Finding(str(path), line, column, say("tests-unreadable"))
    return loaded if isinstance(loaded, list) else []


def _expected(row: object) -> list[str]:
    """Return what a row expects, each once."""
    if not isinstance(row, dict) or "say" not in row:
        return []
    value = row.get("expect", [])
    return sorted({str(each) for each in (value if isinstance(value, list) else [value])})
