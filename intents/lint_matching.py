"""Asks every phrasing, which must find its entry, and every «not_questions» line, which must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from intents.decision import Decision, DecisionKind
from intents.errors import Finding, Level
from intents.faq import FaqBase, FaqEntry
from intents.lint_finding import Spot, hint
from intents.lint_twins import wordings_of

Match = Callable[[Sequence[str]], list[Decision]]
"""Decides on texts; one decision for each, in order."""
Progress = Callable[[int, int], None]
"""Told how many texts of how many are done."""

_BATCH = 64


def check_matching(faq: FaqBase, *, today: date, match: Match, progress: Progress | None = None) -> Iterator[Finding]:
    """Ask every wording of the entries that are valid today."""
    asked = [item for entry in faq.entries if entry.is_valid_on(today) for item in _texts(entry)]
    for start in range(0, len(asked), _BATCH):
        batch = asked[start : start + _BATCH]
        decisions = match([text for _, text in batch])
        for (spot, text), decision in zip(batch, decisions, strict=True):
            yield from _judge(faq, spot, text, decision)
        if progress:
            progress(start + len(batch), len(asked))


def _texts(entry: FaqEntry) -> Iterator[tuple[Spot, str]]:
    for wording in wordings_of(entry):
        yield (entry.id, wording.field, wording.index), wording.text
    for index, text in enumerate(entry.not_questions):
        yield (entry.id, "not_questions", index), text


def _judge(faq: FaqBase, spot: Spot, text: str, decision: Decision) -> Iterator[Finding]:
    entry, field, _ = spot
    reaches = any(part.entry == entry for part in (decision, *decision.parts))
    if field == "not_questions":
        if reaches:
            yield hint(faq, spot, "not-question-answered", level="error", text=text)
    elif not reaches:
        yield _missed(faq, spot, text, decision)


def _missed(faq: FaqBase, spot: Spot, text: str, decision: Decision) -> Finding:
    """Say what a phrasing finds instead of its entry."""
    entry = spot[0]
    top = decision.candidates[0].id if decision.candidates else None
    if entry in decision.choices:
        others = [choice for choice in decision.choices if choice != entry]
        return hint(faq, spot, "finds-clarify", text=text, others=others)
    if decision.kind is DecisionKind.CLARIFY or decision.entry:
        other = decision.entry or top
        return hint(faq, spot, "finds-other", level="error", text=text, other=other)
    level: Level = "warning" if top == entry else "error"
    return hint(faq, spot, "finds-nothing", level=level, text=text)
