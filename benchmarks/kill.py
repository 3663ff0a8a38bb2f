"""What is lost when the bot is killed again and again while citizens write.

    python benchmarks/kill.py [--parts questions cases] [--kills 20] [--engines sqlite postgresql]
                              [--chats 100] [--ways polling webhook] [--cases 200]

questions: every citizen asks 20 questions, half in words, half by links. cases: citizens and clerks write to each other
(kill_cases.py). The real program is killed with SIGKILL while it has work under way, and started again. Exits with 1
when something is missing, comes out of order, to somebody else, or twice too often.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import kill_cases
from benchmarks.kill_faq import QUESTIONS, faq_text, link, number_in
from benchmarks.live_bot import ENGINES, UNHURRIED, Program, databases, left_over, started
from benchmarks.tables import markdown
from botapi.server import Server

WAYS = ("polling", "webhook")
MOST_PER_CHAT, MOST_PER_KILL = 1, 8
"""Duplicates that a kill may cause."""
LEFT_OPEN = 5
"""Questions of a portion that are surely open when the kill comes."""
STILL_SECONDS = 60.0
GLANCE = 0.005


@dataclass(frozen=True)
class Heard:
    """An answer as it reached Telegram."""

    chat: int
    number: int
    """Of the question."""
    at: float


@dataclass(frozen=True)
class Verdict:
    """What became of the questions."""

    asked: int
    lost: int
    disordered: int
    """Chats whose answers came in another order than the questions."""
    twice: int
    """Answers that came again."""
    worst_chat: int
    """Most of them in one chat by one kill."""
    worst_kill: int
    """Most of them by one kill."""
    unexplained: int
    """Those that no kill lies before."""

    @property
    def keeps_promises(self) -> bool:
        """Say whether all is as promised."""
        few = self.worst_chat <= MOST_PER_CHAT and self.worst_kill <= MOST_PER_KILL
        return few and not (self.lost or self.disordered or self.unexplained)


@dataclass(frozen=True)
class Result:
    """One run."""

    verdict: Verdict
    open_at_kills: list[int]
    """Unanswered questions at each kill."""
    seconds: float
    left: dict[str, int]
    """What stayed in the tables."""
    exit_code: int

    @property
    def is_good(self) -> bool:
        """Say whether nothing is wrong."""
        return self.verdict.keeps_promises and all(self.open_at_kills) and not self.left and not self.exit_code


def judge(asked: Mapping[int, Sequence[int]], heard: Sequence[Heard], kills: Sequence[float]) -> Verdict:
    """Hold what was heard against what was asked; a copy is put down to the last kill before it."""
    told: dict[int, dict[int, float]] = defaultdict(dict)
    copies: list[tuple[int, int]] = []
    unexplained = 0
    for one in heard:
        first = told[one.chat].get(one.number)
        if first is None:
            told[one.chat][one.number] = one.at
            continue
        before = [place for place, at in enumerate(kills) if first <= at <= one.at]
        copies += [(before[-1], one.chat)] if before else []
        unexplained += not before
    lost = sum(number not in told[chat] for chat, numbers in asked.items() for number in numbers)
    disordered = sum(list(told[chat]) != [n for n in numbers if n in told[chat]] for chat, numbers in asked.items())
    per_chat, per_kill = Counter(copies), Counter(kill for kill, _ in copies)
    return Verdict(
        asked=sum(map(len, asked.values())),
        lost=lost,
        disordered=disordered,
        twice=len(copies) + unexplained,
        worst_chat=max(per_chat.values(), default=0),
        worst_kill=max(per_kill.values(), default=0),
        unexplained=unexplained,
    )


class Trial:
    """One bot, its citizens, and the kills."""

    def __init__(self, server: Server, program: Program, chats: int, chance: random.Random) -> None:
        self._server = server
        self._program = program
        self._chance = chance
        people = [server.people.citizen(f"Mensch {number}") for number in range(chats)]
        self._asked = {person: chance.sample(range(len(QUESTIONS)), len(QUESTIONS)) for person in people}
        self._letters = self._mixed()
        self._written = 0
        self._kills: list[float] = []
        self._open_at_kills: list[int] = []
        self._heard: list[Heard] = []
        self._looked_at = 0
        """Calls that were looked at."""

    def run(self, kills: int) -> tuple[Verdict, list[int], int]:
        """Let the bot live and die; return what was heard, how much was open at each kill, the last exit code."""
        size = len(self._letters) // (kills + 1)
        for _ in range(kills):
            self._life(size)
        code = self._last_life()
        self._listen()
        return judge(self._asked, self._heard, self._kills), self._open_at_kills, code

    def _life(self, size: int) -> None:
        """Write a portion of questions; kill the bot when it has answered some of them."""
        end, answered = self._written + size, self._listen()
        enough = answered + self._chance.randrange(max(1, size - LEFT_OPEN))
        process = started(self._program, self._server)
        while self._listen() < enough or self._written == end - size:
            self._write_next(end)
            process.see_alive(self._program.log)
            time.sleep(GLANCE)
        time.sleep(self._chance.random() * 10 * GLANCE)
        process.kill()
        self._kills.append(self._server.world.clock.now())
        while self._written < end:
            self._write_next(end)
        self._open_at_kills.append(self._open())
        print(f"kill {len(self._kills)}: {self._open()} questions open", file=sys.stderr, flush=True)

    def _last_life(self) -> int:
        """Write the rest, and wait until all is answered or nothing happens any more."""
        process = started(self._program, self._server)
        while self._written < len(self._letters):
            self._write_next(len(self._letters))
            time.sleep(GLANCE)
        last, moved = -1, time.monotonic()
        while self._open() and time.monotonic() - moved < STILL_SECONDS:
            if last != (last := self._listen()):
                moved = time.monotonic()
            process.see_alive(self._program.log)
            time.sleep(20 * GLANCE)
        time.sleep(1)  # for a copy that must not come
        return process.stop()

    def _write_next(self, end: int) -> None:
        if self._written < end:
            person, number = self._letters[self._written]
            text = link(number) if self._chance.random() < 0.5 else QUESTIONS[number]
            self._server.people.text(person, text)
            self._written += 1

    def _mixed(self) -> list[tuple[int, int]]:
        """Return who asks what, in the order of writing."""
        turns = [person for person, numbers in self._asked.items() for _ in numbers]
        self._chance.shuffle(turns)
        ahead: dict[int, Iterator[int]] = {person: iter(numbers) for person, numbers in self._asked.items()}
        return [(person, next(ahead[person])) for person in turns]

    def _listen(self) -> int:
        """Take in the answers that have come; return how many there are."""
        for call in self._server.calls[self._looked_at :]:
            if call.method == "sendmessage" and not call.status:
                break
            self._looked_at += 1
            number = number_in(str(call.params.get("text", "")))
            if call.method == "sendmessage" and call.status == 200 and number is not None:
                self._heard.append(Heard(call.chat_id or 0, number, call.at))
        return len(self._heard)

    def _open(self) -> int:
        self._listen()
        return self._written - len({(one.chat, one.number) for one in self._heard})


def measure(engine: str, way: str, url: str, options: argparse.Namespace, folder: Path) -> Result:
    """Run one trial."""
    began = time.monotonic()
    settings = {**UNHURRIED, "FAQ_PATH": str(folder / "faq.yaml"), "ENCODERS": options.encoders}
    with Server(second=0.05) as server:
        program = Program.at((server.url, server.token), url, folder, settings, webhook=way == "webhook")
        if engine == "postgresql":
            program.do("db", "upgrade")
        chance = random.Random(f"{options.seed} {engine} {way}")
        verdict, open_at_kills, code = Trial(server, program, options.chats, chance).run(options.kills)
    return Result(verdict, open_at_kills, time.monotonic() - began, left_over(url), code)


def row(engine: str, way: str, result: Result) -> list[str]:
    """Return a line of the table."""
    verdict = result.verdict
    numbers = [verdict.asked, len(result.open_at_kills), verdict.lost, verdict.disordered, verdict.twice]
    worst = [verdict.worst_chat, verdict.worst_kill]
    shown = f"{min(result.open_at_kills)} / {statistics.median(result.open_at_kills):.0f}"
    left = ", ".join(f"{name}: {count}" for name, count in result.left.items()) or "nothing"
    end = "" if result.is_good else "broken"
    return [engine, way, *map(str, numbers), *map(str, worst), shown, left, f"{result.seconds:.0f} s", end]


HEADINGS = [
    *("store", "received by", "questions", "kills", "lost", "chats out of order", "answers twice"),
    *("most per chat and kill", "most per kill", "open at a kill, least / median", "left in the tables", "took", ""),
]


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--encoders", default="auto")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(words)


def questions(options: argparse.Namespace, blank: Callable[[str], str], folder: Path) -> tuple[bool, list[list[str]]]:
    """Run every trial with questions; return whether all is as promised, and the table."""
    lines, good = [HEADINGS], True
    for engine in options.engines:
        for way in options.ways:
            result = measure(engine, way, blank(engine), options, folder)
            good = good and result.is_good
            lines.append(told(row(engine, way, result)))
    return good, lines


def cases(options: argparse.Namespace, blank: Callable[[str], str], folder: Path) -> tuple[bool, list[list[str]]]:
    """Run every trial with cases; return whether all is as promised, and the table."""
    lines, good = [kill_cases.HEADINGS], True
    for engine in options.engines:
        result = kill_cases.measure(engine, blank(engine), options, folder)
        good = good and result.is_good
        lines.append(told(kill_cases.row(engine, result)))
        print(*result.complaints, sep="\n", file=sys.stderr, flush=True)
    return good, lines


def told(line: list[str]) -> list[str]:
    """Show a line as soon as it is known; return it."""
    print(" ".join(line), file=sys.stderr, flush=True)
    return line


PARTS = {"questions": questions, "cases": cases}


def main(words: Sequence[str] | None = None) -> int:
    """Run every trial; 1 when a promise is broken."""
    options = arguments(words)
    load, tables, good = os.getloadavg()[0], [], True
    with tempfile.TemporaryDirectory() as name, databases(tuple(options.engines), Path(name)) as blank:
        (Path(name) / "faq.yaml").write_text(faq_text(), encoding="utf-8")
        for part in options.parts:
            is_good, lines = PARTS[part](options, blank, Path(name))
            tables.append(f"### {part}\n{markdown(lines)}")
            good = good and is_good
    print(f"Load average before the start: {load:.1f} on {os.cpu_count()} cores\n", *tables, sep="\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
