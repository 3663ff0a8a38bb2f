"""Review: which questions stayed unanswered, grouped, most frequent first."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import CITY_ZONE
from bot.effects import Feedback
from bot.journal import Question
from intents.decision import DecisionKind

EXAMPLES = 3
"""Wordings shown for a group."""

COLUMNS = ("anzahl", "zuletzt", "beispiele", "naechster_eintrag", "wahrscheinlichkeit")


@dataclass(frozen=True)
class OpenGroup:
    """Questions that ask the same and got no answer."""

    key: str
    """Their common lemmas."""
    count: int
    last_seen: datetime
    examples: tuple[str, ...]
    """The most frequent wordings first."""
    nearest: str | None
    """Id of the entry that came closest most often."""
    confidence: float
    """Highest probability of that entry."""


def is_open(question: Question) -> bool:
    """Say whether a question stayed unanswered: nothing found, or asked back and nothing picked."""
    if question.decision == DecisionKind.FALLBACK:
        return True
    return question.decision == DecisionKind.CLARIFY and question.feedback in (None, Feedback.NONE)


def unanswered(questions: Iterable[Question], lemma_key: Callable[[str], str]) -> list[OpenGroup]:
    """Group the open questions whose text is kept by their lemmas; most frequent, then latest, first."""
    groups: dict[str, list[Question]] = {}
    for question in questions:
        if question.text and question.text.strip() and is_open(question):
            key = lemma_key(question.text) or question.text.casefold().strip()
            groups.setdefault(key, []).append(question)
    found = [_group(key, members) for key, members in groups.items()]
    return sorted(found, key=lambda group: (-group.count, -group.last_seen.timestamp(), group.key))


def _group(key: str, members: Sequence[Question]) -> OpenGroup:
    """Sum up the questions of one group."""
    wordings = Counter(" ".join((member.text or "").split()) for member in members)
    nearest = Counter(member.candidates[0].id for member in members if member.candidates)
    entry = nearest.most_common(1)[0][0] if nearest else None
    confidences = [c.confidence for member in members for c in member.candidates if c.id == entry]
    return OpenGroup(
        key=key,
        count=len(members),
        last_seen=max(member.at for member in members),
        examples=tuple(text for text, _ in wordings.most_common(EXAMPLES)),
        nearest=entry,
        confidence=max(confidences, default=0.0),
    )


def to_csv(groups: Iterable[OpenGroup]) -> str:
    """Return the groups as CSV for German spreadsheets, with a header; no cell can start a formula."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    for group in groups:
        writer.writerow(map(_harmless, row(group)))
    return lines.getvalue()


def row(group: OpenGroup) -> tuple[str, ...]:
    """Return a group as the cells of a table."""
    return (
        str(group.count),
        f"{group.last_seen.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}",
        " | ".join(group.examples),
        group.nearest or "",
        f"{group.confidence:.2f}" if group.nearest else "",
    )


def _harmless(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.lstrip()[:1] in ("=", "+", "-", "@", "＝", "＋", "－", "＠") else cell
