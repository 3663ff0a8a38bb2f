"""What an editor should look at in an FAQ that loads: hints, never a reason not to start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from intents.errors import Finding
from intents.faq import FaqBase, FaqEntry
from intents.faq_values import suggest
from intents.index import Index
from intents.lint_coverage import check_coverage
from intents.lint_finding import hint
from intents.lint_matching import Match, Progress, check_matching
from intents.lint_overlap import find_overlaps
from intents.lint_sentences import long_sentences
from intents.lint_twins import find_twins, wordings, wordings_of

MIN_PHRASINGS = 3
MAX_PHRASING = 300
"""Characters."""
MAX_ANSWER = 3_500
"""Characters. Telegram takes 4,096; sources and date need some."""
MAX_SENTENCE = 25
"""Words."""
SOON = timedelta(days=30)


def lint(
    faq: FaqBase,
    *,
    today: date,
    match: Match | None = None,
    index: Index | None = None,
    tests: Path | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Return all findings, sorted by place.

    Without `match` nothing is asked, without `index` no overlaps are looked for, without `tests`, a folder of test
    wordings, nothing is said of how many expect an entry.
    """
    findings = [*_check_twins(faq), *_check_synonyms(faq)]
    for entry in faq.entries:
        findings += _check_entry(faq, entry, today)
    if match:
        findings += check_matching(faq, today=today, match=match, progress=progress)
    if index:
        findings += find_overlaps(faq, index, today=today, progress=progress)
    if tests:
        findings += check_coverage(faq, tests, today=today)
    return sorted(findings)


def _check_entry(faq: FaqBase, entry: FaqEntry, today: date) -> Iterator[Finding]:
    yield from _check_phrasings(faq, entry)
    yield from _check_answers(faq, entry)
    yield from _check_dates(faq, entry, today)
    yield from _check_follow_ups(faq, entry)
    yield from _check_addresses(faq, entry)


def _check_twins(faq: FaqBase) -> Iterator[Finding]:
    for twins in find_twins(wordings(faq)):
        later, earlier = twins.later, twins.earlier
        yield hint(
            faq,
            (later.entry, later.field, later.index),
            "duplicate" if twins.is_exact else "near-duplicate",
            text=later.text,
            twin=earlier.text,
            other=earlier.entry,
            line=faq.position(earlier.entry, earlier.field, earlier.index).line,
        )


def _check_synonyms(faq: FaqBase) -> Iterator[Finding]:
    for index, group in enumerate(faq.synonyms):
        if len({word.casefold() for word in group}) < 2:
            yield hint(faq, ("", "synonyms", index), "lonely-synonym", text=group[0])


def _check_phrasings(faq: FaqBase, entry: FaqEntry) -> Iterator[Finding]:
    count = len(entry.phrasings)
    if count < MIN_PHRASINGS:
        yield hint(faq, (entry.id, "question", 0), "few-phrasings", count=count, minimum=MIN_PHRASINGS)
    for wording in wordings_of(entry):
        count = len(wording.text)
        if count > MAX_PHRASING:
            spot = (entry.id, wording.field, wording.index)
            yield hint(faq, spot, "long-phrasing", text=wording.text, count=count, limit=MAX_PHRASING)


def _check_answers(faq: FaqBase, entry: FaqEntry) -> Iterator[Finding]:
    for field, text in (("answer", entry.answer), ("plain_answer", entry.plain_answer or "")):
        if len(text) > MAX_ANSWER:
            spot = (entry.id, field, 0)
            yield hint(faq, spot, "long-answer", field=f"'{field}'", count=len(text), limit=MAX_ANSWER)
    for sentence, count in long_sentences(entry.plain_answer or "", MAX_SENTENCE):
        spot = (entry.id, "plain_answer", 0)
        yield hint(faq, spot, "long-sentence", text=sentence, count=count, limit=MAX_SENTENCE)


def _check_dates(faq: FaqBase, entry: FaqEntry, today: date) -> Iterator[Finding]:
    start, end, review = entry.valid_from, entry.valid_until, entry.review_by
    if start and start > today:
        yield hint(faq, (entry.id, "valid_from", 0), "not-yet-valid", day=start)
    if end and end <= today + SOON:
        key = "expired" if end < today else "expires-soon"
        yield hint(faq, (entry.id, "valid_until", 0), key, day=end)
    if review and review <= today + SOON:
        key = "review-due" if review < today else "review-soon"
        yield hint(faq, (entry.id, "review_by", 0), key, day=review)


def _check_follow_ups(faq: FaqBase, entry: FaqEntry) -> Iterator[Finding]:
    for index, follow_up in enumerate(entry.follow_ups):
        spot = (entry.id, "follow_ups", index)
        if follow_up == entry.id:
            yield hint(faq, spot, "follow-up-self", level="error")
        elif not faq.get(follow_up):
            meant = suggest(follow_up, [known.id for known in faq.entries])
            key = "follow-up-suggested" if meant else "follow-up-unknown"
            yield hint(faq, spot, key, level="error", text=follow_up, suggestion=meant)


def _check_addresses(faq: FaqBase, entry: FaqEntry) -> Iterator[Finding]:
    for index, source in enumerate(entry.sources):
        if source.url and not source.url.startswith(("https://", "http://")):
            yield hint(faq, (entry.id, "sources", index), "bad-address", text=source.url)
