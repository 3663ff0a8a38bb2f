"""The measuring process of scale.py: builds one FAQ of the growing series and asks it."""

import json
import resource
import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from benchmarks.latency_worker import covered_ms, encoder_spans, resident_mb
from benchmarks.memo import Memo
from benchmarks.scale_faq import growing
from intents.datasets import load_sets
from intents.decision import Decision
from intents.encoder import Progress
from intents.evaluate import summarise
from intents.matcher import Matcher, build_matcher
from intents.query import Query

DAY = date(2026, 1, 1)
BATCHES = (1, 8, 32)
WARM_UP = 20
_TOLD_EVERY = 2_048
"""Texts between two lines of progress."""


@dataclass(frozen=True)
class Step:
    """What was measured at one size; times in milliseconds, one per question."""

    phrasings: int
    entries: int
    build_s: float
    memory_mb: float
    """Resident after the questions."""
    peak_mb: float
    """The most that was resident, while building."""
    match: list[float]
    rest: list[float]
    """The matcher's time without its encoders."""
    throughput: dict[str, float]
    """Batch size → questions a second through match_many."""
    top1: float
    coverage: float
    """Share of the questions with an entry that are answered at once."""
    helped: float
    """Share of them with a right answer, or with the right entry among the choices."""
    given: int
    """Answers to any question."""
    wrong: int
    """Wrong ones of them."""


class FilledFromEmpty:
    """A cache that knows nothing of earlier runs, and leaves what it learns to later ones."""

    def __init__(self, memo: Memo) -> None:
        self._memo = memo
        self._new: dict[str, bytes] = {}

    def get(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Return what was put since the start."""
        return {key: self._new[key] for key in keys if key in self._new}

    def put(self, items: Mapping[str, bytes]) -> None:
        """Keep these vectors here and in the memo."""
        self._new.update(items)
        self._memo.put(items)


def work(options: Namespace) -> None:
    """Build; print the seconds alone, or ask as well and print a Step; JSON in both cases."""
    series = growing(load_sets(options.data))
    faq = series.of_size(options.worker)
    memo = Memo(options.memo)
    began = time.perf_counter()
    matcher = build_matcher(
        faq,
        models=options.models,
        cache=FilledFromEmpty(memo) if options.cold else memo,
        today=DAY,
        encoders=options.encoders,
        progress=_tell(options.worker),
    )
    built = time.perf_counter() - began
    if options.cold:
        print(json.dumps(built), flush=True)
        return
    rows = list(zip(series.core.queries, series.core.expected, strict=True))[: options.questions + WARM_UP]
    print(json.dumps(asdict(measure(matcher, rows, built))), flush=True)


def _tell(size: int) -> Progress:
    """Return a progress that speaks now and then, on stderr."""
    told = [0]

    def tell(done: int, everything: int) -> None:
        if done == everything or done - told[0] >= _TOLD_EVERY or done < told[0]:
            told[0] = done
            print(f"{size} phrasings: {done} of {everything} texts encoded", file=sys.stderr, flush=True)

    return tell


def measure(matcher: Matcher, rows: Sequence[tuple[str, str | None]], built: float) -> Step:
    """Ask every question alone, then in batches."""
    for text, _ in rows[:WARM_UP]:
        matcher.match(Query(text))
    asked = rows[WARM_UP:]
    match, rest, decisions = _ask_each(matcher, [text for text, _ in asked])
    named = [(decision, [name] if name else []) for decision, (_, name) in zip(decisions, asked, strict=True)]
    figures = summarise(named)
    answered = figures["coverage"] * figures["answerable"], figures["unanswerable_answered"] * figures["unanswerable"]
    return Step(
        phrasings=sum(len(entry.phrasings) for entry in matcher.faq.entries),
        entries=len(matcher.faq.entries),
        build_s=built,
        memory_mb=resident_mb(),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        match=match,
        rest=rest,
        throughput={str(size): _throughput(matcher, [Query(text) for text, _ in asked], size) for size in BATCHES},
        top1=figures["top1"],
        coverage=figures["coverage"],
        helped=figures["right_or_choice"],
        given=round(sum(answered)),
        wrong=round(figures["wrong"] * figures["labelled"]),
    )


def _ask_each(matcher: Matcher, texts: Sequence[str]) -> tuple[list[float], list[float], list[Decision]]:
    """Time each question: as a whole, and without its encoders."""
    match: list[float] = []
    rest: list[float] = []
    decisions: list[Decision] = []
    with encoder_spans() as spans:
        for text in texts:
            spans.clear()
            began = time.perf_counter()
            decisions.append(matcher.match(Query(text)))
            match.append((time.perf_counter() - began) * 1000)
            rest.append(match[-1] - covered_ms(spans))
    return match, rest, decisions


def _throughput(matcher: Matcher, queries: Sequence[Query], size: int) -> float:
    """Questions a second in batches of one size."""
    began = time.perf_counter()
    for start in range(0, len(queries), size):
        matcher.match_many(queries[start : start + size])
    return len(queries) / (time.perf_counter() - began)
