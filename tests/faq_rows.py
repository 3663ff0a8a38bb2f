"""Citizens' wordings as test rows: reading tests/faq/*.yaml, splitting them, judging a decision."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import yaml

from intents.decision import Decision, DecisionKind
from intents.query import Context, Query

FOLDER = Path(__file__).parent / "faq"
KNOWN_FAILURES = FOLDER / "known-failures.yaml"
"""What is known to fail; a list beside the rows, no rows."""
TURN_SECONDS = 20.0
"""Assumed time between two turns of a row."""

Split = Literal["dev", "holdout"]
Decide = Callable[[Query], Decision]


class Expect(StrEnum):
    """What must happen with a row."""

    ENTRY = "entry"
    NONE = "none"
    REDIRECT = "redirect"
    SMALLTALK = "smalltalk"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Row:
    """One wording and what is expected of it."""

    say: str
    expect: Expect
    ids: frozenset[str] = frozenset()
    """Right entries (expect ENTRY): any of them, or all in a message of two questions."""
    intent: str | None = None
    """Smalltalk intent (expect SMALLTALK)."""
    after: tuple[str, ...] = ()
    """What the citizen said before."""
    form: str = ""
    """How it is said: formell, stichwort, tippfehler …"""
    file: str = ""

    @property
    def split(self) -> Split:
        """Tell to which half the wording belongs."""
        return split_of(self.say)

    @property
    def is_unanswerable(self) -> bool:
        """Tell whether no answer may be given (a redirect may, where it is expected)."""
        return self.expect in {Expect.NONE, Expect.REDIRECT}


def split_of(say: str) -> Split:
    """Split wordings in two halves that never change: by the first byte of the SHA-256."""
    return "dev" if hashlib.sha256(say.encode()).digest()[0] < 128 else "holdout"


def read_rows(folder: Path = FOLDER) -> list[Row]:
    """Read all rows, file by file."""
    return [
        parse_row(item, file=path.name)
        for path in sorted(folder.glob("*.yaml"))
        if path.name != KNOWN_FAILURES.name
        for item in yaml.safe_load(path.read_text(encoding="utf-8")) or []
    ]


def parse_row(item: dict[str, Any], *, file: str = "") -> Row:
    """Build a row from its YAML form; unknown keys are refused."""
    unknown = set(item) - {"say", "expect", "after", "form"}
    if unknown:
        raise ValueError(f"{file}: unknown keys {sorted(unknown)} in {item['say']!r}")
    expect, ids, intent = _expectation(item["expect"])
    after = tuple(item.get("after", ()))
    return Row(item["say"], expect, ids, intent, after=after, form=item.get("form", ""), file=file)


def _expectation(value: str | list[str]) -> tuple[Expect, frozenset[str], str | None]:
    if isinstance(value, list):
        ids = frozenset(each for each in value if not each.startswith("smalltalk:"))
        intent = next((each.partition(":")[2] for each in value if each not in ids), None)
        return Expect.ENTRY, ids, intent
    if value.startswith("smalltalk:"):
        return Expect.SMALLTALK, frozenset(), value.partition(":")[2]
    if value in {Expect.NONE, Expect.REDIRECT, Expect.EMERGENCY}:
        return Expect(value), frozenset(), None
    return Expect.ENTRY, frozenset([value]), None


def ask(decide: Decide, row: Row) -> Decision:
    """Play the turns before the row, then the row itself."""
    context: Context | None = None
    for text in row.after:
        context = context_after(decide(Query(text, context)))
    return decide(Query(row.say, context))


def context_after(decision: Decision) -> Context:
    """Return what a decision leaves behind for the next question."""
    last = decision.parts[-1] if decision.parts else decision
    return Context(last.understood or last.query, last.entry, last.choices, TURN_SECONDS)


@dataclass(frozen=True)
class Verdict:
    """How a decision did on its row."""

    first: bool
    """An expected entry is the first candidate."""
    right: bool
    """What was expected happened, and nothing else was answered."""
    helped: bool
    """Right, or a «Meinten Sie …?» shows an expected entry and nothing wrong was said."""
    wrong: bool
    """An answer, redirect or emergency notice that is not expected."""
    answered: bool
    """An answer was given (on a row that expects a redirect: other than the redirect)."""
    asked_back: bool


def judge(row: Row, decision: Decision) -> Verdict:
    """Compare a decision with its row."""
    parts = decision.parts or (decision,)
    right, wrong = _is_right(row, parts), any(_is_wrong(row, part) for part in parts)
    shown = {name for part in parts if part.kind is DecisionKind.CLARIFY for name in part.choices}
    return Verdict(
        first=bool(decision.candidates) and decision.candidates[0].id in row.ids,
        right=right and not wrong,
        helped=not wrong and (right or bool(shown & row.ids)),
        wrong=wrong,
        answered=any(_is_answer(row, part) for part in parts),
        asked_back=any(part.kind is DecisionKind.CLARIFY for part in parts),
    )


def _is_answer(row: Row, part: Decision) -> bool:
    redirected = part.kind is DecisionKind.REDIRECT and row.expect is not Expect.REDIRECT
    return part.kind is DecisionKind.ANSWER or redirected


def _is_wrong(row: Row, part: Decision) -> bool:
    if part.kind is DecisionKind.EMERGENCY:
        return row.expect is not Expect.EMERGENCY
    return _is_answer(row, part) and part.entry not in row.ids


def _is_right(row: Row, parts: Sequence[Decision]) -> bool:
    kinds = {part.kind for part in parts}
    if row.expect is Expect.ENTRY:
        found = any(part.entry in row.ids for part in parts if _is_answer(row, part))
        return found or (row.intent is not None and parts[0].smalltalk == row.intent)
    if row.expect is Expect.SMALLTALK:
        return any(part.smalltalk == row.intent for part in parts)
    if row.expect is Expect.NONE:
        return not kinds & {DecisionKind.ANSWER, DecisionKind.REDIRECT, DecisionKind.EMERGENCY}
    return DecisionKind(row.expect.value) in kinds


def both_answered(row: Row, decision: Decision) -> bool:
    """Tell whether every expected entry of a message of two questions was answered."""
    return row.ids <= {part.entry for part in decision.parts or (decision,)}
