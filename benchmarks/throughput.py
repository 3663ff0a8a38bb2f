"""How many questions the bot answers, and how soon, beside a bare echo bot of python-telegram-bot.

    python benchmarks/throughput.py [--full] [--engines sqlite postgresql] [--parts capacity rush flood]

The local Bot API server answers each call after 50 ms and runs in a process of its own, on the same cores. The bot is
the real program with the shipped FAQ and both encoders. Times run from the citizen's message to the answer's arrival at
the server. Exits with 1 when a goal is missed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.citizens import EMERGENCY, PERSONAL, PLAIN, Measured, Traffic
from benchmarks.live_bot import ENGINES, ROOT, UNHURRIED, Process, Program, databases, left_over
from benchmarks.tables import markdown
from bot.bootstrap import PRODUCTION, App
from bot.settings import load_settings
from intents.perturbations import perturb
from intents.query import Query
from tests.faq_rows import Expect, read_rows

DELAY = 0.05
CAPACITY = 60.0
"""Goal: questions a second with the limits raised."""
WAIT_MS = 500.0
"""Goal: p99 under Telegram's limits at 20 questions a second; and that of emergencies and wishes in a flood."""
GROWTH = 1.05
"""Goal: memory at the end of a part against that after its first quarter."""
WARM_UP, START_SECONDS = 5.0, 90.0
NEW_ROUNDS = 6
LONGEST = 200
"""Characters of a question."""
ECHO = "echo bot"


@dataclass(frozen=True)
class Part:
    """One load, and what the bot has to achieve under it."""

    name: str
    traffic: Traffic
    seconds_in_full: float
    limited: bool

    def of(self, seconds: float | None, texts: Sequence[str], turns: int) -> Traffic:
        """Return the traffic; in full length without seconds."""
        return replace(self.traffic, seconds=seconds or self.seconds_in_full, texts=tuple(texts), turns=turns)


PARTS = {
    "capacity": Part("capacity", Traffic(0, 100, ()), 120, limited=False),
    "rush": Part("rush", Traffic(0, 500, (), rate=20, limited=True), 300, limited=True),
    "flood": Part("flood", Traffic(0, 500, (), rate=58, urgent_rate=1, limited=True), 60, limited=True),
}


@dataclass
class Usage:
    """What a process took meanwhile."""

    cpu_seconds: float = 0.0
    memory_mb: list[float] = field(default_factory=list)
    """Once a second."""

    @property
    def growth(self) -> float:
        """Return the memory at the end against that after the first quarter."""
        quarter = max(1, len(self.memory_mb) // 4)
        return float(np.median(self.memory_mb[-quarter:]) / self.memory_mb[quarter - 1])


@dataclass(frozen=True)
class Run:
    """One bot under one load."""

    bot: str
    part: str
    traffic: Traffic
    measured: Measured
    usage: Usage
    left: Mapping[str, int]

    def milliseconds(self, kind: str, share: float) -> float:
        """Return a percentile of the times from question to answer."""
        waits = self.measured.waits.get(kind)
        return 1000 * float(np.percentile(waits, share)) if waits else float("nan")

    @property
    def per_second(self) -> float:
        """Return the answers a second while questions came."""
        return self.measured.answered_in_time / self.traffic.seconds

    def misses(self) -> list[str]:
        """Name the goals that are missed."""
        measured = self.measured
        found = ["lost"] if measured.answered < measured.asked or self.left else []
        found += ["429"] if measured.refused else []
        found += ["memory"] if self.usage.growth > GROWTH else []
        return found + _MISSES[self.part](self)


_MISSES: Mapping[str, Callable[[Run], list[str]]] = {
    "capacity": lambda run: ["rate"] if run.per_second < CAPACITY else [],
    "rush": lambda run: ["p99"] if run.milliseconds(PLAIN, 99) >= WAIT_MS else [],
    "flood": lambda run: [
        f"{kind} not first"
        for kind in (EMERGENCY, PERSONAL)
        if run.milliseconds(kind, 99) >= run.milliseconds(PLAIN, 50)
    ],
}


class Citizens:
    """The server's process with its citizens."""

    def __init__(self) -> None:
        command = [sys.executable, str(ROOT / "benchmarks" / "citizens.py"), str(DELAY)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.place: dict[str, Any] = self._read()

    def play(self, traffic: Traffic) -> Measured:
        """Let them write; return what they saw."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(asdict(traffic))}\n")
        self._process.stdin.flush()
        return Measured(**self._read())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def watched(process: Process) -> Iterator[Usage]:
    """Note what a process takes during the block."""
    usage, over = Usage(memory_mb=[process.memory_mb()]), threading.Event()
    before = process.cpu_seconds()

    def watch() -> None:
        while not over.wait(1):
            usage.memory_mb.append(process.memory_mb())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield usage
    finally:
        over.set()
        thread.join()
        usage.cpu_seconds = process.cpu_seconds() - before


def run_bot(engine: str, part: Part, traffic: Traffic, url: str, folder: Path) -> Run:
    """Put one load on the real program."""
    citizens = Citizens()
    try:
        settings = UNHURRIED if not part.limited else {}
        program = Program.at((citizens.place["url"], citizens.place["token"]), url, folder, settings)
        if engine == "postgresql":
            program.do("db", "upgrade")
        with program.running() as process:
            measured, usage = loaded(citizens, process, traffic)
            code = process.stop()
    finally:
        citizens.close()
    left = {**left_over(url), **({"exit code": code} if code else {})}
    return Run(engine, part.name, traffic, measured, usage, left)


def run_echo(part: Part, traffic: Traffic) -> Run:
    """Put one load on the echo bot."""
    citizens = Citizens()
    command = [sys.executable, str(ROOT / "benchmarks" / "echo_bot.py"), citizens.place["url"], citizens.place["token"]]
    process = Process(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL))
    try:
        measured, usage = loaded(citizens, process, traffic)
    finally:
        process.stop()
        citizens.close()
    return Run(ECHO, part.name, traffic, measured, usage, {})


def loaded(citizens: Citizens, process: Process, traffic: Traffic) -> tuple[Measured, Usage]:
    """Warm a bot up, then put the load on it."""
    warm_up = Traffic(WARM_UP, 20, traffic.texts, rate=10, seed=1, patience=START_SECONDS)
    if not citizens.play(warm_up).answered or not process.is_alive:
        raise SystemExit("the bot does not answer")
    with watched(process) as usage:
        return citizens.play(traffic), usage


def wordings(folder: Path) -> list[str]:
    """Return citizens' wordings to which exactly one message is the answer; the index is in the folder then."""
    settings = load_settings(env_file=None, data_dir=folder)
    decide_all = App.from_settings(settings, PRODUCTION).understanding().match_many
    rows = [row for row in read_rows() if len(row.say) < LONGEST and not row.after]
    texts = [row.say for row in rows if row.expect in (Expect.ENTRY, Expect.NONE, Expect.REDIRECT)]
    decided = zip(texts, decide_all([Query(text) for text in texts]), strict=True)
    return [text for text, decision in decided if len(decision.parts) < 2]


def all_new(texts: Sequence[str]) -> list[str]:
    """Return many more questions by small slips and frames, no two alike, so that the bot has read none before."""
    chance = random.Random(1)
    kinds = ("typo1", "typo2", "filler", "polite", "lower")
    rounds = (perturb(kind, text, chance) for _ in range(NEW_ROUNDS) for kind in kinds for text in texts)
    found = list(dict.fromkeys(text for text in rounds if len(text) < LONGEST))
    chance.shuffle(found)
    return found


def figures(run: Run) -> list[str]:
    """Return a line of the table."""
    measured, usage = run.measured, run.usage
    lost = measured.asked - measured.answered
    waits = [f"{run.milliseconds(kind, share):.0f}" for kind in (PLAIN, EMERGENCY, PERSONAL) for share in (50, 99)]
    cpu = 1000 * usage.cpu_seconds / max(1, measured.answered)
    memory = f"{usage.memory_mb[0]:.0f} → {usage.memory_mb[-1]:.0f}"
    misses = ", ".join(run.misses()) if run.bot != ECHO else ""
    counts = [measured.asked, lost, measured.refused, measured.busiest_second]
    shown = [f"{run.per_second:.1f}", *map(str, counts), *waits, f"{measured.drained_after:.0f} s"]
    return [run.part, run.bot, *shown, f"{cpu:.1f} ms", memory, misses]


HEADINGS = [
    *("load", "bot", "answers a second", "questions", "lost", "429", "most in a second", "p50 ms", "p99 ms"),
    *("emergency p50", "p99", "/mensch p50", "p99", "drained after", "CPU a question", "memory MB", "missed"),
]


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help="2 min capacity, 5 min rush, 1 min flood")
    parser.add_argument("--seconds", type=float, default=15.0, help="length of each part, without --full")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--parts", nargs="+", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--turns", type=int, default=1, help="questions of each citizen in the capacity part")
    parser.add_argument("--new", action="store_true", help="no question comes twice in the capacity part")
    parser.add_argument("--no-echo", action="store_true", help="leave the echo bot out")
    return parser.parse_args(words)


def main() -> int:
    """Put every load on every bot; 1 when a goal is missed."""
    options = arguments()
    load, lines, missed = os.getloadavg()[0], [HEADINGS], False
    with tempfile.TemporaryDirectory() as name, databases(tuple(options.engines), Path(name)) as blank:
        known = wordings(Path(name))
        texts = all_new(known) if options.new else known
        for part in (PARTS[each] for each in options.parts):
            traffic = part.of(None if options.full else options.seconds, texts, options.turns)
            for engine in options.engines:
                run = run_bot(engine, part, traffic, blank(engine), Path(name))
                missed = missed or bool(run.misses())
                lines.append(told(run))
            if not options.no_echo:
                lines.append(told(run_echo(part, traffic)))
    print(f"Load average before the start: {load:.1f} on {os.cpu_count()} cores\n\n{markdown(lines)}")
    return int(missed)


def told(run: Run) -> list[str]:
    """Show a line as soon as it is known; return it."""
    line = figures(run)
    print(" | ".join(line), file=sys.stderr, flush=True)
    return line


if __name__ == "__main__":
    sys.exit(main())
