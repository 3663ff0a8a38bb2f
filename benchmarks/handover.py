"""Whether citizens who ask for a human slow the FAQ down, and how long they wait.

    python benchmarks/handover.py [--seconds 240] [--wishes 25] [--within 60] [--rate 15] [--engines sqlite postgresql]

25 citizens ask for a human within a minute, confirm, and write; 15 questions a second go on all the while, under
Telegram's limits. The real program with the shipped FAQ and both encoders; the server answers after 50 ms. Exits with
1 when a goal is missed. Figures count only on a machine that does nothing else.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.citizens import PLAIN, Measured, Traffic
from benchmarks.live_bot import ENGINES, Program, databases, left_over
from benchmarks.tables import markdown
from benchmarks.throughput import WAIT_MS, Citizens, loaded, wordings
from bot.channels.telegram.options import Limits

TOLD_SECONDS = 2.0
"""Goal: until a citizen reads the offer, and the confirmation."""
PEOPLE = 300
"""Who ask the questions."""
STEPS = ("offer", "confirmed", "topic", "card", "copied")


@dataclass(frozen=True)
class Rush:
    """One run."""

    engine: str
    measured: Measured
    left: Mapping[str, int]

    def waits(self, step: str) -> list[float]:
        """Return how long each waited for something; for ever where it never came."""
        return [wish.get(step, float("inf")) for wish in self.measured.wishes]

    @property
    def p99(self) -> float:
        """Return the milliseconds that 99 of 100 questions took at most."""
        waits = self.measured.waits.get(PLAIN)
        return 1000 * float(np.percentile(waits, 99)) if waits else float("inf")

    def misses(self) -> list[str]:
        """Name the goals that are missed."""
        measured = self.measured
        goals = {
            "p99": self.p99 < WAIT_MS,
            "lost": measured.answered == measured.asked and not self.left,
            "429": not measured.refused,
            "budget": measured.busiest_minute <= Limits().group_per_minute,
            "no topic": all(max(self.waits(step), default=0) < float("inf") for step in ("topic", "card", "copied")),
            "told late": all(max(self.waits(step), default=0) < TOLD_SECONDS for step in ("offer", "confirmed")),
        }
        return [name for name, is_kept in goals.items() if not is_kept]


def run(engine: str, traffic: Traffic, url: str, folder: Path) -> Rush:
    """Put the load on the real program."""
    citizens = Citizens()
    try:
        place = citizens.place
        settings = {"STAFF_GROUP_ID": str(place["group"])}
        program = Program.at((place["url"], place["token"]), url, folder, settings)
        if engine == "postgresql":
            program.do("db", "upgrade")
        with program.running() as process:
            measured, _ = loaded(citizens, process, traffic)
            code = process.stop()
    finally:
        citizens.close()
    return Rush(engine, measured, {**left_over(url), **({"exit code": code} if code else {})})


def figures(rush: Rush) -> list[str]:
    """Return a line of the table."""
    measured = rush.measured
    waits = [f"{np.median(rush.waits(step)):.1f} / {max(rush.waits(step), default=0):.1f} s" for step in STEPS]
    numbers = [measured.asked, f"{rush.p99:.0f}", measured.refused, len(measured.wishes)]
    left = ", ".join(f"{name}: {count}" for name, count in rush.left.items()) or "nothing"
    return [rush.engine, *map(str, numbers), *waits, str(measured.busiest_minute), left, ", ".join(rush.misses())]


HEADINGS = [
    *("store", "questions", "p99 ms", "429", "ask for a human", "offer, median / longest", "confirmation", "topic"),
    *("card", "own words in the topic", "most writes to the group in a minute", "left", "missed"),
]


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=240.0, help="how long questions are asked")
    parser.add_argument("--wishes", type=int, default=25)
    parser.add_argument("--within", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=15.0)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    return parser.parse_args(words)


def main() -> int:
    """Put the load on the bot with each store; 1 when a goal is missed."""
    options = arguments()
    load, lines, waits, missed = os.getloadavg()[0], [HEADINGS], [], False
    with tempfile.TemporaryDirectory() as name, databases(tuple(options.engines), Path(name)) as blank:
        asking = Traffic(options.seconds, PEOPLE, tuple(wordings(Path(name))), rate=options.rate, limited=True)
        traffic = replace(asking, wishes=options.wishes, wishing=options.within)
        for engine in options.engines:
            rush = run(engine, traffic, blank(engine), Path(name))
            missed = missed or bool(rush.misses())
            lines.append(figures(rush))
            each = ", ".join(f"{wait:.1f}" for wait in rush.waits("topic"))
            waits.append(f"{engine}: seconds from the confirmation to the topic, in the order of asking: {each}")
            print(" | ".join(lines[-1]), file=sys.stderr, flush=True)
    print(
        f"Load average before the start: {load:.1f} on {os.cpu_count()} cores\n\n{markdown(lines)}\n", *waits, sep="\n"
    )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
