"""Citizens at a local Bot API server, in a process of their own: they write, and note when answers come.

Reads one traffic a line (JSON) and writes what was measured (JSON); the first line says where the server is.
"""

import json
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.wishes import FAR_OFF, Wishes
from botapi.gateway import Call
from botapi.server import Server

GLANCE = 0.004
OK, TOO_MANY = 200, 429
PLAIN, EMERGENCY, PERSONAL = "question", "emergency", "personal"
URGENT = ((EMERGENCY, "es brennt in meiner wohnung"), (PERSONAL, "/mensch"))
"""Who writes such a thing writes it first, in a chat of their own."""


@dataclass(frozen=True)
class Traffic:
    """What citizens do for a while."""

    seconds: float
    chats: int
    """Citizens, or without a rate how many of them wait for an answer at the same time."""
    texts: Sequence[str]
    rate: float = 0.0
    """Questions a second, at random moments; 0: with an answer the next question is asked at once."""
    turns: int = 1
    """Questions that one citizen asks before somebody else comes; counts without a rate alone."""
    urgent_rate: float = 0.0
    """Emergencies a second, and as many wishes for a human."""
    patience: float = 15.0
    """Seconds; an answer that does not come while nothing else comes either will never come."""
    limited: bool = False
    """Whether Telegram's limits are kept."""
    seed: int = 0
    wishes: int = 0
    """Citizens who ask for a human …"""
    wishing: float = 60.0
    """… within so many seconds."""


@dataclass
class Measured:
    """What came of it."""

    asked: int = 0
    answered: int = 0
    answered_in_time: int = 0
    """Before the citizens stopped writing."""
    refused: int = 0
    """Calls answered with 429."""
    unasked: int = 0
    """Messages that nobody waited for."""
    drained_after: float = 0.0
    """Seconds from the last question to the last answer."""
    busiest_second: int = 0
    """Most messages that the server took in one second."""
    waits: dict[str, list[float]] = field(default_factory=dict)
    """Seconds from a question to its answer at the server, by kind."""
    wishes: list[dict[str, float]] = field(default_factory=list)
    """What each who asked for a human waited for, in seconds."""
    busiest_minute: int = 0
    """Most writes to the staff group in one minute."""


class Scene:
    """One traffic at one server."""

    def __init__(self, server: Server, traffic: Traffic, group: int = 0) -> None:
        self._server = server
        self._traffic = traffic
        self._chance = random.Random(traffic.seed)
        self._people = [server.people.citizen(f"Mensch {number}") for number in range(traffic.chats)]
        self._turns: Counter[int] = Counter()
        self._waiting: dict[int, deque[tuple[str, float]]] = {}
        """What each citizen waits for, oldest first, and since when."""
        self._wishes = Wishes.within(traffic.wishing, traffic.wishes, server, group, self._chance)
        self._looked_at = len(server.calls)
        self._open: list[Call] = []
        """Messages that the server has not answered yet."""
        self._times: list[float] = []
        self._unasked_texts: list[str] = []
        self.measured = Measured()

    def run(self) -> Measured:
        """Write for a while, then wait for the last answers."""
        self._server.room.limit(real=self._traffic.limited)
        began = time.monotonic()
        due = self._moments() if self._traffic.rate else iter(())
        if not self._traffic.rate:
            for person in self._people:
                self._ask(person)
        self._write(began, due)
        self.measured.answered_in_time = self.measured.answered
        self._wait_for_rest()
        self.measured.busiest_second = busiest(self._times)
        self.measured.busiest_minute = busiest(self._wishes.writes, 60.0)
        self.measured.wishes = [wish.waits() for wish in self._wishes.all]
        return self.measured

    def _moments(self) -> Iterator[tuple[float, str, str]]:
        """Yield when somebody writes what, in seconds from the start."""
        chance, traffic = self._chance, self._traffic
        rates = [traffic.rate, *([traffic.urgent_rate] * len(URGENT))]
        now = 0.0
        while (now := now + chance.expovariate(sum(rates))) < traffic.seconds:
            place = chance.choices(range(len(rates)), rates)[0]
            yield now, *((PLAIN, chance.choice(traffic.texts)) if not place else URGENT[place - 1])

    def _write(self, began: float, due: Iterator[tuple[float, str, str]]) -> None:
        """Write what is due, and look for answers, until the time is over."""
        following = next(due, None)
        while (now := time.monotonic() - began) < self._traffic.seconds:
            while following and following[0] <= now:
                person = self._chance.choice(self._people) if following[1] == PLAIN else self._server.people.citizen()
                self._ask(person, following[1], following[2])
                following = next(due, None)
            self._wishes.act(now)
            self._listen(again=not self._traffic.rate)
            time.sleep(GLANCE)

    def _wait_for_rest(self) -> None:
        """Look for answers until all are there, or none comes any more."""
        ended, moved, before = time.monotonic(), time.monotonic(), -1
        while any(self._waiting.values()) and time.monotonic() - moved < self._traffic.patience:
            if before != (before := self.measured.answered):
                moved = time.monotonic()
            self._listen(again=False)
            time.sleep(GLANCE)
        self.measured.drained_after = moved - ended
        while not self._wishes.are_over and time.monotonic() - ended < FAR_OFF:
            self._listen(again=False)
            time.sleep(GLANCE)

    def _ask(self, person: int, kind: str = PLAIN, text: str = "") -> None:
        self._waiting.setdefault(person, deque()).append((kind, self._server.world.clock.now()))
        self._server.people.text(person, text or self._next_text())
        self.measured.asked += 1

    def _next_text(self) -> str:
        """Return a question; all come once before any comes again."""
        if not self._unasked_texts:
            self._unasked_texts = list(self._traffic.texts)
            self._chance.shuffle(self._unasked_texts)
        return self._unasked_texts.pop()

    def _listen(self, *, again: bool) -> None:
        """Take in the calls that were answered; who has their answer may ask again."""
        calls = self._server.calls[self._looked_at :]
        self._looked_at += len(calls)
        self._wishes.hear(calls)
        self._open += [call for call in calls if call.method == "sendmessage"]
        settled = [call for call in self._open if call.status]
        self._open = [call for call in self._open if not call.status]
        for call in settled:
            self._take(call, again=again)

    def _take(self, call: Call, *, again: bool) -> None:
        self.measured.refused += call.status == TOO_MANY
        if call.status != OK or call.chat_id is None:
            return
        self._times.append(call.at)
        waiting = self._waiting.get(call.chat_id)
        if not waiting:
            self.measured.unasked += 1
            return
        kind, since = waiting.popleft()
        self.measured.answered += 1
        self.measured.waits.setdefault(kind, []).append(call.at - since)
        if again:
            self._turns[call.chat_id] += 1
            over = self._turns[call.chat_id] >= self._traffic.turns
            self._ask(self._server.people.citizen() if over else call.chat_id)


def busiest(times: Sequence[float], seconds: float = 1.0) -> int:
    """Return the most moments within a second, or some."""
    window: deque[float] = deque()
    most = 0
    for at in sorted(times):
        window.append(at)
        while window[0] <= at - seconds:
            window.popleft()
        most = max(most, len(window))
    return most


def main() -> None:
    """Serve, and play one traffic after the other."""
    with Server(delay=float(sys.argv[1])) as server:
        group = server.people.group("Team", [server.people.citizen("Anna")])
        print(json.dumps({"url": server.url, "token": server.token, "group": group}), flush=True)
        for line in sys.stdin:
            print(json.dumps(asdict(Scene(server, Traffic(**json.loads(line)), group).run())), flush=True)


if __name__ == "__main__":
    main()
