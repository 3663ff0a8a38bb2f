"""What is lost when the bot is killed again and again while citizens and clerks talk in cases; a part of kill.py."""

import argparse
import random
import statistics
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.case_people import Town
from benchmarks.case_verdict import Verdict, judge
from benchmarks.live_bot import UNHURRIED, Process, Program, left_over, opened, started
from bot.cases import LinkState, Side
from bot.store.cases import SqlCases
from botapi.server import Server

DELAY = 0.05
"""Seconds until the server answers: calls are under way when the kill comes."""
GLANCE = 0.004
STILL_SECONDS = 100.0
"""Longer than a topic of which nothing is known is waited for."""
LONGEST_LIFE = 120.0
ALLOWED_LEFT = ("outbox unknown", "outbox failed")


@dataclass(frozen=True)
class CaseResult:
    """One run."""

    cases: int
    written: int
    verdict: Verdict
    open_at_kills: list[int]
    """Messages on their way at each kill."""
    foreign: int
    """Messages that named somebody else's case."""
    topics: int
    """Opened in all."""
    complaints: list[str]
    """What is not as promised."""
    left: dict[str, int]
    """What stayed in the tables, and an exit code other than 0."""
    seconds: float

    @property
    def is_good(self) -> bool:
        """Say whether nothing is wrong."""
        is_clean = not self.complaints and not self.left
        return self.verdict.keeps_promises and is_clean and all(self.open_at_kills)


class CaseTrial:
    """One bot, its citizens and clerks, and the kills."""

    def __init__(self, server: Server, program: Program, town: Town, chance: random.Random) -> None:
        self._server = server
        self._program = program
        self._town = town
        self._chance = chance
        self.kills: list[float] = []
        self.open_at_kills: list[int] = []

    def run(self, kills: int) -> int:
        """Let the bot live and die; return the last exit code."""
        share = self._town.total // (kills + 1)
        for number in range(kills):
            self._life(number * share + self._chance.randrange(1, share))
        process = started(self._program, self._server)
        self._last_life(process)
        return process.stop()

    def _life(self, enough: int) -> None:
        """Kill the bot when so many messages are settled and others are on their way; go on writing meanwhile."""
        process, began = started(self._program, self._server), time.monotonic()
        while self._town.listen() < enough or not self._town.open:
            self._town.act()
            process.see_alive(self._program.log)
            time.sleep(GLANCE)
            if time.monotonic() - began > LONGEST_LIFE:
                break
        time.sleep(self._chance.random() * 10 * GLANCE)
        process.kill()
        for _ in range(self._chance.randrange(20)):
            self._town.act()
        self._town.listen()
        self.kills.append(self._server.world.clock.now())
        self.open_at_kills.append(self._town.open)
        print(f"kill {len(self.kills)}: {self._town.open} messages open", file=sys.stderr, flush=True)

    def _last_life(self, process: Process) -> None:
        """Come to the end of all cases, and wait until nothing happens any more."""
        calls, moved = -1, time.monotonic()
        while time.monotonic() - moved < (STILL_SECONDS if self._is_missing() else 2.0):
            self._town.act()
            self._town.listen()
            process.see_alive(self._program.log)
            time.sleep(GLANCE)
            if calls != (calls := sum(call.method != "getupdates" for call in self._server.calls)):
                moved = time.monotonic()

    def _is_missing(self) -> bool:
        return bool(self._town.complaints())


def measure(engine: str, url: str, options: argparse.Namespace, folder: Path) -> CaseResult:
    """Run one trial."""
    began, chance = time.monotonic(), random.Random(f"{options.seed} {engine} cases")
    with Server(delay=DELAY) as server:
        town = Town(server, options.cases, chance)
        settings = {"FAQ_PATH": str(folder / "faq.yaml"), "ENCODERS": options.encoders}
        settings = {**UNHURRIED, **settings, "STAFF_GROUP_ID": str(town.group)}
        program = Program.at((server.url, server.token), url, folder, settings)
        if engine == "postgresql":
            program.do("db", "upgrade")
        trial = CaseTrial(server, program, town, chance)
        code = trial.run(options.kills)
        town.listen()
    books = town.books(noted(url, options.cases))
    verdict = judge(books, trial.kills)
    left = {**left_over(url), "exit code": code}
    return CaseResult(
        cases=options.cases,
        written=sum(one.side is not Side.NOTE for one in books.written),
        verdict=verdict,
        open_at_kills=trial.open_at_kills,
        foreign=len(town.foreign),
        topics=town.topics(),
        complaints=[*verdict.complaints, *town.foreign, *town.complaints()],
        left={name: count for name, count in left.items() if count and name not in ALLOWED_LEFT},
        seconds=time.monotonic() - began,
    )


def noted(url: str, cases: int) -> dict[int, LinkState]:
    """Return what the database says about clerks' messages."""
    with closing(opened(url)) as database:
        store, numbers = SqlCases(database), range(1, 2 * cases + 50)
        links = [link for number in numbers for link in store.links(number)]
    return {link.message: link.state for link in links if link.side is Side.STAFF}


def row(engine: str, result: CaseResult) -> list[str]:
    """Return a line of the table."""
    verdict = result.verdict
    fates = f"{verdict.delivered} / {verdict.uncertain} / {verdict.failed}"
    broken = [verdict.lost, verdict.wrong + result.foreign, verdict.clerk_twice, verdict.untrue]
    again = [verdict.copies, verdict.worst, verdict.disordered, result.topics - result.cases]
    shown = f"{min(result.open_at_kills)} / {statistics.median(result.open_at_kills):.0f}"
    left = ", ".join(f"{name}: {count}" for name, count in result.left.items()) or "nothing"
    numbers = [result.cases, result.written, len(result.open_at_kills), fates, *broken, *again, shown, left]
    return [engine, *map(str, numbers), f"{result.seconds:.0f} s", "" if result.is_good else "broken"]


HEADINGS = [
    *("store", "cases", "messages", "kills", "clerks': delivered / uncertain / failed", "lost", "to somebody else"),
    *("clerks' twice", "shown wrongly", "citizens' twice", "most per case and kill", "cases out of order"),
    *("topics twice, closed", "open at a kill, least / median", "left", "took", ""),
]
