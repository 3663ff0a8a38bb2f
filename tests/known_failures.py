"""The rows of tests/faq that fail: neither answered right nor asked back with the right choice. The list must shrink.

    python -m tests.known_failures

asks all rows anew and takes those that pass now from tests/faq/known-failures.yaml; it never adds one. Rows of the
holdout half stand in the list as hashes, so that nobody tunes to them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import yaml

from intents.faq import load_faq
from intents.matcher import build_matcher
from tests.fake_encoder import MemoryCache
from tests.faq_rows import KNOWN_FAILURES, Decide, Expect, Row, Verdict, ask, judge, read_rows

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 22)
"""The day of asking: the same as in the tests."""
_HEAD = "# Zeilen, die noch nicht bestehen; die Liste darf nur kürzer werden: python -m tests.known_failures\n"


def name_of(row: Row) -> str:
    """Return what stands for a row in the list: what was said, after what was said before; a hash in the holdout."""
    said = " → ".join((*row.after, row.say))
    return said if row.split == "dev" else f"holdout {hashlib.sha256(said.encode()).hexdigest()[:12]}"


def failing(decide: Decide, rows: Iterable[Row]) -> list[str]:
    """Return the names of the rows that fail, sorted."""
    return sorted({name_of(row) for row in rows if not _passes(row, judge(row, ask(decide, row)))})


def _passes(row: Row, verdict: Verdict) -> bool:
    return verdict.helped if row.expect is Expect.ENTRY else verdict.right


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
    known = read_known() if KNOWN_FAILURES.exists() else names
    write_known(sorted(set(names) & set(known)))
    fresh = [name for name in names if name not in known]
    print(
        f"{len(names)} of {len(rows)} rows fail, {len(fresh)} of them are not in {KNOWN_FAILURES.name}",
        *fresh,
        sep="\n",
    )


if __name__ == "__main__":
    main()
