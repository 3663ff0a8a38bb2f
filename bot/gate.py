"""The gate before publishing: what a draft would change, as findings, wordings and real questions."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.merging import HEAD, EntryChange, changes
from bot.ports import Understanding
from intents.decision import Decision
from intents.errors import Finding
from intents.faq import FaqBase, FaqEntry
from intents.index import Index
from intents.lint import lint
from intents.lint_matching import check_matching
from intents.query import Query

Progress = Callable[[int, int], None]
Asked = tuple[int, str]
"""Number of a logged question, and its words."""

MOST_QUESTIONS = 500
_BATCH = 20
_LINES = re.compile(r" ?\(?(?:Zeile \d+|'[^']*', Zeile \d+)\)?")
_LINT_SHARE = 60
"""Percent of the way that the check of the wordings is."""


@dataclass(frozen=True)
class Form:
    """A form of the FAQ with what was prepared from it; blocked entries are marked."""

    faq: FaqBase
    understanding: Understanding
    index: Index | None = None

    def match(self, texts: Sequence[str]) -> list[Decision]:
        """Decide texts, each on its own."""
        return self.understanding.match_many([Query(text) for text in texts])


def examine(old: Form, new: Form, questions: Sequence[Asked], today: date, progress: Progress) -> dict[str, Any]:
    """Return what the new form changes, as JSON can hold it: with ids of logged questions, never with their words."""
    changed = changes(old.faq, new.faq)
    findings = list(_findings(old, new, today, lambda done, all_: progress(_LINT_SHARE * done // max(all_, 1), 100)))
    wordings = list(_wordings(new, changed, today))
    replayed = list(_replayed(old, new, questions, progress))
    touched = {change.id for change in changed if change.base and change.ours and _says_other(change)}
    return {
        "findings": findings,
        "wordings": wordings,
        "asked": len(questions),
        "impact": [{"questions": one.numbers, "old": one.old, "new": one.new} for one in replayed if one.differs],
        "reworded": sum(len(one.numbers) for one in replayed if one.gets(touched)),
    }


# ------------------------------------------------------------------ findings


def _findings(old: Form, new: Form, today: date, progress: Progress) -> Iterator[dict[str, Any]]:
    """Yield what the check finds in the new form; «new» is what the old one did not have."""
    found = lint(new.faq, today=today, match=new.match, index=new.index, progress=progress)
    before = {_said(each) for each in lint(old.faq, today=today, index=old.index)}
    spots = {(place.line, place.column): spot for spot, place in new.faq.positions.items()}
    fresh = [each for each in found if _said(each) not in before]
    asked = {_said(each) for each in _asked_before(old, [_spot(spots, each) for each in fresh], new, today)}
    for each in found:
        is_new = _said(each) not in before | asked
        yield {**_as_json(each), "entry": _spot(spots, each)[0], "new": is_new}


def _spot(spots: Mapping[tuple[int, int], tuple[str, str, int]], finding: Finding) -> tuple[str, str, int]:
    return spots.get((finding.line, finding.column), ("", "", 0))


def _asked_before(old: Form, spots: Iterable[tuple[str, str, int]], new: Form, today: date) -> Iterator[Finding]:
    """Ask the old form the few wordings that the new one stumbles over, as far as it has them."""
    texts: dict[str, set[str]] = {}
    for entry_id, field, index in spots:
        entry = new.faq.get(entry_id)
        if entry is not None and field in ("question", "alternates", "not_questions"):
            value = getattr(entry, field)
            texts.setdefault(entry_id, set()).add(value if isinstance(value, str) else value[index])
    few = tuple(_only(entry, texts[entry.id]) for entry in old.faq.entries if entry.id in texts)
    return check_matching(replace(old.faq, entries=few), today=today, match=old.match)


def _only(entry: FaqEntry, texts: set[str]) -> FaqEntry:
    """Return an entry with these wordings alone, beside its question."""
    alternates, refused = (
        [text for text in texts_ if text in texts] for texts_ in (entry.alternates, entry.not_questions)
    )
    return replace(entry, alternates=tuple(alternates), not_questions=tuple(refused))


def _said(finding: Finding) -> tuple[str, str]:
    """Return what makes two findings the same, wherever they stand."""
    return finding.level, _LINES.sub("", finding.message)


def _as_json(finding: Finding) -> dict[str, Any]:
    return {"line": finding.line, "column": finding.column, "message": finding.message, "level": finding.level}


# ------------------------------------------------------------------ wordings of changed entries


def _wordings(new: Form, changed: Iterable[EntryChange], today: date) -> Iterator[dict[str, Any]]:
    """Ask each wording of each changed entry, and each question that it must not answer."""
    for entry in (change.ours for change in changed if change.id != HEAD):
        if entry is None or not entry.is_valid_on(today):
            continue
        texts = [*entry.phrasings, *entry.not_questions]
        for number, (text, decision) in enumerate(zip(texts, new.match(texts), strict=True)):
            refused = number >= len(entry.phrasings)
            reached = any(part.entry == entry.id for part in (decision, *decision.parts))
            told = {"entry": entry.id, "text": text, "refused": refused, "ok": reached != refused}
            yield {**told, "found": summary(decision)}


# ------------------------------------------------------------------ real questions


@dataclass(frozen=True)
class _Replayed:
    """A text that was asked once or more, and what either form makes of it."""

    numbers: Sequence[int]
    old: dict[str, Any]
    new: dict[str, Any]

    @property
    def differs(self) -> bool:
        """Say whether citizens get another answer, or none, or are asked back otherwise."""
        return any(self.old[name] != self.new[name] for name in ("kind", "entries", "choices"))

    def gets(self, entries: set[str]) -> bool:
        """Say whether one of these entries answers in both forms."""
        return not self.differs and not entries.isdisjoint(self.new["entries"])


def _replayed(old: Form, new: Form, questions: Sequence[Asked], progress: Progress) -> Iterator[_Replayed]:
    """Ask both forms what was really asked, each text once."""
    numbers: dict[str, list[int]] = {}
    for number, text in questions:
        numbers.setdefault(text, []).append(number)
    texts = list(numbers)
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        for text, before, after in zip(batch, old.match(batch), new.match(batch), strict=True):
            yield _Replayed(numbers[text], summary(before), summary(after))
        progress(_LINT_SHARE + (100 - _LINT_SHARE) * (start + len(batch)) // len(texts), 100)


def summary(decision: Decision) -> dict[str, Any]:
    """Return what a decision comes to for the citizen."""
    parts = decision.parts or (decision,)
    return {
        "kind": decision.kind.value,
        "entries": [part.entry for part in parts if part.entry],
        "choices": sorted(decision.choices),
        "confidence": round(decision.confidence, 3),
    }


def _says_other(change: EntryChange) -> bool:
    return any(field.name in ("answer", "plain_answer") for field in change.fields)
