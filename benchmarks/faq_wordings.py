"""How the shipped FAQ answers citizens' wordings (tests/faq/*.yaml); figures for the holdout half.

    python benchmarks/faq_wordings.py [--faq faq_data.yaml] [--dev]

With --dev the development half is measured and its failures are listed; holdout failures are never shown.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.one_faq import halves_parser, prepared
from benchmarks.tables import markdown
from intents.decision import Decision
from tests.faq_rows import Expect, Row, Verdict, ask, both_answered, judge, read_rows

GOALS: dict[str, tuple[float, int]] = {
    "top-1": (0.90, 1),
    "right answer or right choice": (0.93, 1),
    "wrong answers of all": (0.03, -1),
    "unanswerable answered": (0.05, -1),
    "unanswerable asked back": (0.25, -1),
}
"""Figure → its bound, and 1 where at least that much is wanted."""


@dataclass(frozen=True)
class Asked:
    """A row with what became of it."""

    row: Row
    decision: Decision
    verdict: Verdict


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = halves_parser(__doc__)
    parser.add_argument("--encoders", default="auto")
    return parser.parse_args(words)


def ask_rows(rows: Sequence[Row], options: argparse.Namespace) -> list[Asked]:
    """Put every row to the matcher."""
    matcher = prepared(options, options.encoders, options.memo)
    decided = [(row, ask(matcher.match, row)) for row in rows]
    return [Asked(row, decision, judge(row, decision)) for row, decision in decided]


def share(asked: Sequence[Asked], test: Callable[[Asked], bool]) -> float:
    """Return the share of rows that pass a test; 0 without rows."""
    return sum(map(test, asked)) / max(len(asked), 1)


def figures(asked: Sequence[Asked]) -> dict[str, float]:
    """Compute the figures with a goal, then the recognition of the other kinds."""
    entry, none, redirect, smalltalk, emergency = (_of(asked, kind) for kind in Expect)
    silent = [*none, *redirect]
    two = [one for one in entry if one.row.form == "doppelfrage" and len(one.row.ids) > 1]
    return {
        "top-1": share(entry, lambda one: one.verdict.first),
        "right answer or right choice": share(entry, lambda one: one.verdict.helped),
        "wrong answers of all": share(asked, lambda one: one.verdict.wrong),
        "unanswerable answered": share(silent, lambda one: one.verdict.answered),
        "unanswerable asked back": share(silent, lambda one: one.verdict.asked_back),
        "right answer": share(entry, lambda one: one.verdict.right),
        "none: answered or redirected": share(none, lambda one: one.verdict.answered),
        "none: asked back": share(none, lambda one: one.verdict.asked_back),
        "redirects recognised": share(redirect, lambda one: one.verdict.right),
        "smalltalk recognised": share(smalltalk, lambda one: one.verdict.right),
        "emergencies recognised": share(emergency, lambda one: one.verdict.right),
        "two questions: both answered": share(two, lambda one: both_answered(one.row, one.decision)),
    }


def _of(asked: Sequence[Asked], kind: Expect) -> list[Asked]:
    return [one for one in asked if one.row.expect is kind]


def is_met(name: str, number: float) -> bool:
    """Tell whether a figure keeps its goal; figures without one always do."""
    bound, sign = GOALS.get(name, (0.0, 0))
    return sign * number >= sign * bound


def figure_table(asked: Sequence[Asked]) -> str:
    """Render all figures beside their goals."""
    lines = [["figure", "value", "goal", ""]]
    for name, number in figures(asked).items():
        bound, sign = GOALS.get(name, (0.0, 0))
        goal = {1: f">= {bound:.2f}", -1: f"<= {bound:.2f}", 0: ""}[sign]
        lines.append([name, f"{number:.3f}", goal, "" if is_met(name, number) else "missed"])
    return markdown(lines)


def form_table(asked: Sequence[Asked]) -> str:
    """Render one line per form of wording."""
    lines = [["form", "rows", "top-1", "as expected", "or right choice", "wrong", "asked back"]]
    for form in sorted({one.row.form for one in asked}):
        rows = [one for one in asked if one.row.form == form]
        entry = _of(rows, Expect.ENTRY)
        tests: list[Callable[[Asked], bool]] = [
            lambda one: one.verdict.right,
            lambda one: one.verdict.helped,
            lambda one: one.verdict.wrong,
            lambda one: one.verdict.asked_back,
        ]
        top1 = f"{share(entry, lambda one: one.verdict.first):.2f}" if entry else "-"
        lines.append([form, str(len(rows)), top1, *(f"{share(rows, test):.2f}" for test in tests)])
    return markdown(lines)


def failure_lines(asked: Sequence[Asked]) -> list[str]:
    """List rows of the development half that did not come out as expected."""
    failed = [one for one in asked if one.row.split == "dev" and not one.verdict.right]
    return [_failure(one) for one in sorted(failed, key=lambda one: (not one.verdict.wrong, one.row.file))]


def _failure(one: Asked) -> str:
    row, decision = one.row, one.decision
    wanted = "/".join(sorted(row.ids)) or row.intent or row.expect.value
    parts = [f"{part.kind} {part.entry or part.smalltalk or ''}" for part in decision.parts or (decision,)]
    near = ", ".join(f"{found.id} {found.confidence:.2f}" for found in decision.candidates[:3])
    mark = "WRONG" if one.verdict.wrong else "choice" if one.verdict.helped else "silent"
    before = f"[{' | '.join(row.after)}] " if row.after else ""
    return f"{mark:6} {before}{row.say[:100]!r} -> {wanted}; {' + '.join(parts)} ({decision.reason}); {near}"


def main() -> int:
    """Measure one half; 1 when a goal is missed."""
    options = arguments()
    half = "dev" if options.dev else "holdout"
    asked = ask_rows([row for row in read_rows() if row.split == half], options)
    print(f"### {half}, {len(asked)} rows\n{figure_table(asked)}\n\n{form_table(asked)}")
    if options.dev:
        print("\n".join(["", *failure_lines(asked)]))
    return 0 if all(is_met(name, number) for name, number in figures(asked).items()) else 1


if __name__ == "__main__":
    sys.exit(main())
