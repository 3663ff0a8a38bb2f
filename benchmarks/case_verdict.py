"""Holds what citizens and clerks wrote against what the other side got to read, and what clerks were told of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.cases import LinkState, Side

SLACK = 1.0
"""Seconds that a call of a killed process may still take effect."""
TOLD_LOST = (LinkState.FAILED, LinkState.UNKNOWN)


@dataclass(frozen=True)
class Written:
    """Something that a person wrote in a case."""

    case: int
    side: Side
    message: int
    """Its id where it was written."""
    mark: str
    """Tells it from everything else."""
    batch: int
    """The first message of its album, or its own id."""


@dataclass(frozen=True)
class Shown:
    """Something that the bot passed on, as it stands at a place."""

    case: int
    """Whose chat or topic it is."""
    to: Side
    mark: str
    at: float


@dataclass(frozen=True)
class Books:
    """What stands where in the end."""

    written: Sequence[Written]
    shown: Sequence[Shown]
    told: Mapping[int, LinkState]
    """What clerks were told about messages of theirs."""
    noted: Mapping[int, LinkState]
    """What the database says about clerks' messages."""


@dataclass
class Verdict:
    """What became of the messages."""

    delivered: int = 0
    uncertain: int = 0
    failed: int = 0
    """Clerks' messages by what the clerks are shown."""
    lost: int = 0
    """Messages that neither arrived nor are known to have failed."""
    wrong: int = 0
    """Messages that somebody else read."""
    clerk_twice: int = 0
    untrue: int = 0
    """Clerks' messages that are shown as something that they are not."""
    disordered: int = 0
    """Cases in which one side reads in another order than the other one wrote."""
    copies: int = 0
    """Citizens' messages that came into their topic again."""
    worst: int = 0
    """Most of them in one case by one kill; an album counts once."""
    unexplained: int = 0
    """Those that no kill lies before."""
    complaints: list[str] = field(default_factory=list)
    """What is not as promised, one by one."""

    @property
    def keeps_promises(self) -> bool:
        """Say whether all is as promised."""
        broken = self.lost, self.wrong, self.clerk_twice, self.untrue, self.disordered, self.unexplained
        return not any(broken) and self.worst <= 1


def judge(books: Books, kills: Sequence[float]) -> Verdict:
    """Judge every message."""
    verdict = Verdict()
    arrivals = _arrivals(books, verdict)
    for one in books.written:
        if one.side is Side.STAFF:
            _judge_clerk(verdict, books, one, arrivals[one.mark])
        elif one.side is Side.CITIZEN:
            verdict.lost += _complained(verdict, "lost", one, not arrivals[one.mark])
    _judge_copies(verdict, books, arrivals, kills)
    verdict.disordered = _disordered(verdict, books, arrivals)
    return verdict


def _arrivals(books: Books, verdict: Verdict) -> dict[str, list[float]]:
    """Return when each message arrived where it belongs; count what arrived elsewhere."""
    origins, found = {one.mark: one for one in books.written}, defaultdict(list)
    for seen in books.shown:
        origin = origins[seen.mark]
        if (origin.case, origin.side.other) == (seen.case, seen.to) and origin.side is not Side.NOTE:
            found[seen.mark].append(seen.at)
        else:
            verdict.wrong += _complained(verdict, f"shown in case {seen.case} to {seen.to}", origin, True)
    return found


def _complained(verdict: Verdict, what: str, one: Written, is_broken: bool) -> bool:
    """Note what is not as promised; return whether it is."""
    if is_broken:
        verdict.complaints.append(f"case {one.case}, {one.side} {one.message}: {what}")
    return is_broken


def _judge_clerk(verdict: Verdict, books: Books, one: Written, arrived: Sequence[float]) -> None:
    """Hold a clerk's message against what the clerk is shown: told of it, or nothing, which means delivered."""
    told, noted = books.told.get(one.message), books.noted.get(one.message)
    verdict.delivered += told is None and bool(arrived)
    verdict.uncertain += told is LinkState.UNKNOWN
    verdict.failed += told is LinkState.FAILED
    verdict.clerk_twice += _complained(verdict, "twice", one, len(arrived) > 1)
    verdict.lost += _complained(verdict, "neither arrived nor told", one, not arrived and told is None)
    is_right = noted is (told or LinkState.SENT) and not (told is LinkState.FAILED and arrived)
    verdict.untrue += _complained(verdict, f"told {told}, noted {noted}, arrived {len(arrived)}", one, not is_right)


def _judge_copies(
    verdict: Verdict, books: Books, arrivals: Mapping[str, Sequence[float]], kills: Sequence[float]
) -> None:
    """Put each second copy of a citizen's message down to the last kill before it."""
    blamed: set[tuple[int, int, int]] = set()
    for one in books.written:
        times = arrivals[one.mark] if one.side is Side.CITIZEN and arrivals[one.mark] else (0.0,)
        for at in times[1:]:
            verdict.copies += 1
            before = [place for place, kill in enumerate(kills) if times[0] - SLACK <= kill <= at]
            verdict.unexplained += _complained(verdict, "again without a kill", one, not before)
            blamed |= {(one.case, before[-1], one.batch)} if before else set()
    verdict.worst = max(Counter((case, kill) for case, kill, _ in blamed).values(), default=0)


def _disordered(verdict: Verdict, books: Books, arrivals: Mapping[str, Sequence[float]]) -> int:
    """Count the cases in which one side's messages came in another order than they were written."""
    first = {seen.mark: place for place, seen in reversed(list(enumerate(books.shown)))}
    rows: dict[tuple[int, Side], list[int]] = defaultdict(list)
    for one in books.written:
        if arrivals[one.mark]:
            rows[one.case, one.side].append(first[one.mark])
    mixed = {case for (case, _), places in rows.items() if places != sorted(places)}
    verdict.complaints += [f"case {case}: out of order" for case in mixed]
    return len(mixed)
