"""The rows of tests/faq that the matcher does not get right yet; the list must shrink.

    python -m tests.known_failures

asks all rows anew and rewrites tests/faq/known-failures.yaml.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import yaml

from intents.faq import load_faq
from intents.matcher import build_matcher
from tests.fake_encoder import MemoryCache
from tests.faq_rows import KNOWN_FAILURES, Decide, Row, ask, judge, read_rows

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 22)
"""The day of asking: the same as in the tests."""
_HEAD = "# Zeilen, die noch nicht richtig entschieden werden. Neu schreiben: python -m tests.known_failures\n"


def name_of(row: Row) -> str:
    """Return what stands for a row in the list: what was said, after what was said before."""
    return " → ".join((*row.after, row.say))


def failing(decide: Decide, rows: Iterable[Row]) -> list[str]:
    """Return the names of the rows that are not decided right, sorted."""
    return sorted({name_of(row) for row in rows if not judge(row, ask(decide, row)).right})


def read_known(path: Path = KNOWN_FAILURES) -> list[str]:
    """Return the names in the list."""
    known: list[str] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return known


def write_known(names: Sequence[str], path: Path = KNOWN_FAILURES) -> None:
    """Rewrite the list."""
    listed = yaml.safe_dump(list(names), allow_unicode=True, width=10**6, default_style='"') if names else "[]\n"
    path.write_text(_HEAD + listed, encoding="utf-8")


def main() -> None:
    """Ask all rows and rewrite the list."""
    matcher = build_matcher(load_faq(ROOT / "faq_data.yaml"), models=ROOT / "models", cache=MemoryCache(), today=DAY)
    rows = read_rows()
    names = failing(matcher.match, rows)
    write_known(names)
    print(f"{len(names)} of {len(rows)} rows fail: {KNOWN_FAILURES}")


if __name__ == "__main__":
    main()
