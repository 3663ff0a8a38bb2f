"""What may happen to a case: pure use cases, one function each; time and rules come from the caller."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.cases import Case, CaseState, DueKind, Folder, Link, LinkState, Side, TopicState

CARD_PAUSE = timedelta(seconds=3)
"""The card is refreshed once for all that happens in so long a time."""
TOPIC_PATIENCE = timedelta(seconds=60)
"""How long a topic of which nothing is known may still turn up."""
MOST_TOPICS_AT_ONCE = 2
"""How often a topic is asked for before the case goes on without one."""
REOPENABLE = timedelta(hours=24)
"""How long after its end a case goes on when the citizen writes again."""
WITHDRAWABLE = timedelta(hours=48)
"""How long Telegram lets a bot delete a message."""
MOST_AT_ONCE = 100
"""Messages that one call may delete."""
MOST_A_MINUTE = 20
"""Messages of one citizen that are passed on."""


class Hours(Protocol):
    """When somebody is there."""

    def is_open(self, now: datetime) -> bool:
        """Say whether it is open."""

    def next_opening(self, now: datetime) -> datetime:
        """Return from when on it is open: now, if it is."""

    def due(self, now: datetime, hours: float) -> datetime:
        """Return the moment at which so many business hours have passed."""

    def described(self) -> str:
        """Return the hours in words; nothing where it is always open."""

    def spoken(self, moment: datetime, now: datetime) -> str:
        """Return a moment in words."""


@dataclass(frozen=True)
class Rules:
    """What the operator settled."""

    hours: Hours
    relay_all: bool = False
    """Whoever writes in a topic is passed on, not the clerk of the case alone."""
    reply_within: float | None = None
    """Business hours in which an answer is promised."""
    remind_after: timedelta = timedelta(minutes=30)


@dataclass(frozen=True)
class Tell:
    """The bot says something to one side."""

    to: Side
    key: str
    """Of `desk` in texts.yaml."""
    values: tuple[tuple[str, str], ...] = ()
    answers: int | None = None
    """The channel's id of the message that it is about."""
    fails: bool = False
    """Something did not arrive: it goes before everything else."""
    everywhere: bool = False
    """Not into the topic, but where the whole group reads."""
    link: int | None = None
    """What may be sent again."""


@dataclass(frozen=True)
class Pass:
    """What one side wrote goes to the other as it is."""

    origin: Side
    messages: tuple[int, ...]
    text: str = ""
    author: str = ""
    reply_to: int | None = None
    """The message on the other side that it replies to."""
    spoken: bool = False
    """The text goes out instead of the message, which was a command or a button."""


@dataclass(frozen=True)
class Revise:
    """A change of what was passed on."""

    link: Link
    text: str
    entities: tuple[Mapping[str, Any], ...] = ()
    """How it is marked up, in the channel's terms."""
    kind: str = ""
    """What is attached, in the channel's terms; nothing for words alone."""
    file: str = ""
    """The channel's id of it."""


@dataclass(frozen=True)
class Withdraw:
    """What was passed on is taken back."""

    link: Link


@dataclass(frozen=True)
class Jot:
    """A clerk's note for colleagues."""

    message: int
    text: str
    author: str


@dataclass(frozen=True)
class React:
    """A reaction of one side is shown on the other."""

    origin: Side
    message: int
    """On the other side."""
    emoji: str
    """Nothing: it was taken back."""


class Forum:
    """What happens to topics."""

    @dataclass(frozen=True)
    class Open:
        """A topic is opened."""

        card: bool = True
        """Its card is still to come."""
        continued: bool = False

    @dataclass(frozen=True)
    class Close:
        """The case's topic, or another one, is closed."""

        thread: int | None = None

    @dataclass(frozen=True)
    class Reopen:
        """The topic is opened again."""

    @dataclass(frozen=True)
    class Delete:
        """A topic goes, with all that stands in it."""

        thread: int


@dataclass(frozen=True)
class Erase:
    """Messages on the clerks' side go."""

    messages: tuple[int, ...]


@dataclass(frozen=True)
class Later:
    """Something has to be done at a moment."""

    kind: DueKind
    at: datetime


@dataclass(frozen=True)
class Never:
    """Something has not to be done any more."""

    kind: DueKind


@dataclass(frozen=True)
class Told:
    """Failures that the clerks know of now."""

    links: tuple[int, ...]


@dataclass(frozen=True)
class Draft:
    """What was asked and answered may become an entry of the FAQ."""

    question: str
    answer: str


@dataclass(frozen=True)
class Hint:
    """A clerk was told where to write."""


Effect = (
    Tell
    | Pass
    | React
    | Revise
    | Withdraw
    | Jot
    | Forum.Open
    | Forum.Close
    | Forum.Reopen
    | Forum.Delete
    | Erase
    | Later
    | Never
    | Told
    | Draft
    | Hint
)


@dataclass(frozen=True)
class Step:
    """A case after an event, and what else comes of it."""

    case: Case
    effects: tuple[Effect, ...] = ()

    def then(self, *effects: Effect) -> "Step":
        """Return the step with more effects."""
        return replace(self, effects=(*self.effects, *effects))


@dataclass(frozen=True)
class Author:
    """The clerk who does something."""

    person: str | None
    """Key of the person; None for somebody who writes as the group."""
    name: str


# ------------------------------------------------------------------ beginning and end


def open_case(case: Case, ahead: Sequence[Case], rules: Rules) -> Step:
    """Begin a case: a topic, the citizen is told what comes now, and both are reminded in time."""
    now = case.opened_at
    promised = _promise(now, ahead, rules)
    case = replace(case, promised_at=promised)
    key = "opened" if rules.hours.is_open(now) else "opened_closed"
    told = Tell(Side.CITIZEN, key, (("platz", str(len(ahead) + 1)), ("wann", _when(case, rules, now))))
    step = Step(case, (told, Forum.Open(), Later(DueKind.REMIND, _reminding(rules, now))))
    return step.then(Later(DueKind.LATE, _warning(promised, now))) if promised else step


def _promise(now: datetime, ahead: Sequence[Case], rules: Rules) -> datetime | None:
    """Return until when an answer is promised: never, while somebody ahead waits longer than was promised to them."""
    is_late = any(one.promised_at is not None and one.promised_at <= now for one in ahead)
    return _rounded(rules.hours.due(now, rules.reply_within)) if rules.reply_within and not is_late else None


def close(case: Case, by: Side, now: datetime, reason: str = "", *, in_app: bool = False) -> Step:
    """End a case; what is over stays over."""
    if not case.is_open:
        return Step(case)
    closed = replace(case, state=CaseState.CLOSED, closed_at=now, closed_by=by.value, close_reason=reason)
    told = Tell(Side.CITIZEN, "closed_by_staff" if by is Side.STAFF else "closed_by_citizen")
    effects: list[Effect] = [told, *_over(), Later(DueKind.CARD, now)]
    if by is Side.CITIZEN:
        effects.append(Tell(Side.STAFF, "citizen_left"))
    if not in_app:
        effects.append(Forum.Close())
    return Step(closed, tuple(effects))


def reopen(case: Case, by: Side, now: datetime, rules: Rules, *, in_app: bool = False) -> Step:
    """Go on with a case that was over."""
    if case.is_open:
        return Step(case)
    state = CaseState.ASSIGNED if case.assignee else CaseState.OPEN
    again = replace(case, state=state, closed_at=None, closed_by="", close_reason="", rating=None, solved=None)
    effects: list[Effect] = [Tell(Side.CITIZEN, "reopened"), Later(DueKind.REMIND, _reminding(rules, now))]
    if case.card is None and case.topic is TopicState.UNKNOWN:
        return _resettled(again, effects)
    if not in_app:
        effects.append(Forum.Reopen())
    if by is Side.CITIZEN:
        effects.append(Tell(Side.STAFF, "citizen_back"))
    return Step(again, (*effects, Later(DueKind.CARD, now)))


def _resettled(case: Case, effects: Sequence[Effect]) -> Step:
    """Go on in another place: nothing of the case stands on the clerks' side any more."""
    new = resettle(case)
    return Step(new.case, (*effects, *new.effects))


def is_reopenable(case: Case, now: datetime) -> bool:
    """Say whether a citizen's words still belong to a case that staff closed."""
    return (
        case.closed_at is not None
        and case.closed_by == Side.STAFF
        and case.rating is None
        and now - case.closed_at <= REOPENABLE
    )


def rate(case: Case, rating: int) -> Step:
    """Note how content the citizen is; asks whether it is solved."""
    if case.is_open or case.rating is not None:
        return Step(case)
    return Step(replace(case, rating=rating))


def settle(case: Case, *, solved: bool, now: datetime) -> Step:
    """Note whether the matter is solved."""
    if case.is_open or case.solved is not None:
        return Step(case)
    return Step(replace(case, solved=solved), (Later(DueKind.CARD, now),))


def bar(case: Case, now: datetime, *, barred: bool) -> Step:
    """Let a citizen have no further case, or have some again; a case that is open ends."""
    changed = replace(case, barred=barred)
    over = close(changed, Side.STAFF, now) if barred else Step(changed)
    return over.then(Tell(Side.STAFF, "barred" if barred else "unbarred"))


def erase(folder: Folder) -> Step:
    """Delete what stands on the clerks' side: the topic, or, without one, every message of the case."""
    case = folder.case
    if case.thread is not None:
        return Step(case, (Forum.Delete(case.thread),))
    found = [link.copy if link.side is Side.CITIZEN else link.message for link in folder.links]
    messages = sorted({one for one in (case.card, *found) if one is not None})
    parts = [tuple(messages[start : start + MOST_AT_ONCE]) for start in range(0, len(messages), MOST_AT_ONCE)]
    return Step(case, tuple(map(Erase, parts)))


def draft(folder: Folder) -> Step:
    """Put what was asked and answered into the review list; the question to the bot where the case has none."""
    case, links = folder.case, folder.links
    if case.is_open:
        return Step(case, (Tell(Side.STAFF, "no_draft_open"),))
    asked = [_words(link) for link in links if link.side is Side.CITIZEN]
    answered = [_words(link) for link in links if link.side is Side.STAFF and link.state is LinkState.SENT]
    question = next(filter(None, asked), "") or _last_question(case)
    answer = "\n\n".join(filter(None, answered))
    if not (question and answer):
        return Step(case, (Tell(Side.STAFF, "no_draft"),))
    return Step(case, (Draft(question, answer), Tell(Side.STAFF, "drafted")))


def _words(link: Link) -> str:
    """Return the words of a message, without what stands for an attachment."""
    return _ATTACHED.sub("", link.text or "")


def _last_question(case: Case) -> str:
    """Return the last question to the bot that was handed over."""
    found = _QUOTED.findall(case.summary)
    return str(found[-1]) if found else ""


_ATTACHED = re.compile(r"^\[\w+\] ?")
"""Stands for something without words."""
_QUOTED = re.compile(r"^- «(.+?)» – ", re.MULTILINE)


# ------------------------------------------------------------------ whose case it is


def take(case: Case, author: Author, now: datetime) -> Step:
    """Let a clerk have a case; one that somebody else has stays theirs until they let it go."""
    if not case.is_open:
        return Step(case, (Tell(Side.STAFF, "is_closed"),))
    if case.assignee == author.person and case.clerk:
        return Step(case)
    if case.assignee or case.clerk:
        return Step(case, (Tell(Side.STAFF, "is_taken", (("name", case.clerk),)),))
    taken = replace(case, state=CaseState.ASSIGNED, assignee=author.person, clerk=author.name)
    return Step(taken, (Tell(Side.CITIZEN, "taken"), Never(DueKind.REMIND), Later(DueKind.CARD, now)))


def release(case: Case, now: datetime, rules: Rules, department: str = "") -> Step:
    """Let go of a case, for anybody or for another office."""
    if not case.is_open:
        return Step(case, (Tell(Side.STAFF, "is_closed"),))
    free = replace(case, state=CaseState.OPEN, assignee=None, clerk="", department=department or case.department)
    effects: list[Effect] = [Later(DueKind.REMIND, _reminding(rules, now)), Later(DueKind.CARD, now)]
    if department:
        told = (("amt", department),)
        effects += [Tell(Side.STAFF, "for_office", told), Tell(Side.CITIZEN, "for_office_citizen", told)]
    return Step(free, tuple(effects))


# ------------------------------------------------------------------ what is written


def hear(case: Case, said: Pass, lately: int, now: datetime, *, is_away: bool = False) -> Step:
    """Pass on what a citizen wrote, unless it is a flood; a clerk who is away loses the case to whoever is there."""
    if not case.is_open:
        return Step(case)
    if lately >= MOST_A_MINUTE:
        return Step(case, (Tell(Side.CITIZEN, "too_many"),))
    if is_away and case.clerk:
        free = replace(case, state=CaseState.OPEN, assignee=None, clerk="")
        gone = Tell(Side.STAFF, "clerk_away", (("name", case.clerk),))
        return Step(free, (said, gone, Later(DueKind.REMIND, now), Later(DueKind.CARD, now + CARD_PAUSE)))
    state = CaseState.ASSIGNED if case.clerk else CaseState.OPEN
    heard = replace(case, state=state)
    return Step(heard, (said, Later(DueKind.CARD, now + CARD_PAUSE)) if state != case.state else (said,))


def answer(case: Case, author: Author, said: Pass, now: datetime, rules: Rules) -> Step:
    """Pass on what a clerk wrote, if the case is theirs; whatever is not passed on is told."""
    if not case.is_open:
        return Step(case, (Tell(Side.STAFF, "not_sent_closed", answers=said.messages[0], fails=True),))
    if rules.relay_all and not case.clerk:
        case = replace(case, assignee=author.person, clerk=author.name)
    is_theirs = case.clerk != "" and case.assignee == author.person
    if not (rules.relay_all or is_theirs):
        return _internal(case, author, said)
    answered = replace(case, state=CaseState.WAITING, first_reply_at=case.first_reply_at or now)
    effects: list[Effect] = [said, Never(DueKind.REMIND), Never(DueKind.LATE)]
    return Step(answered, (*effects, Later(DueKind.CARD, now + CARD_PAUSE)))


def _internal(case: Case, author: Author, said: Pass) -> Step:
    """Keep a colleague's words inside, and say so: always while nobody has the case, else once."""
    jotted = Jot(said.messages[0], said.text, author.name)
    if not case.clerk:
        return Step(case, (jotted, Tell(Side.STAFF, "not_sent_free", answers=said.messages[0], fails=True)))
    who = author.person or ""
    if who in case.hinted:
        return Step(case, (jotted,))
    hinted = replace(case, hinted=(*case.hinted, who))
    told = Tell(Side.STAFF, "not_sent_other", (("name", case.clerk),), answers=said.messages[0], fails=True)
    return Step(hinted, (jotted, told))


def jot(case: Case, message: int, text: str, author: Author) -> Step:
    """Keep a note for colleagues; nothing is kept any more of somebody who wanted all deleted."""
    if case.chat is None:
        return Step(case, (Tell(Side.STAFF, "is_erased", answers=message, fails=True),))
    return Step(case, (Jot(message, text, author.name),))


def revise(case: Case, revision: Revise) -> Step:
    """Carry a change over; where there is nothing to change on the other side, say so to staff."""
    link = revision.link
    if link.state in (LinkState.QUEUED, LinkState.SENT) and case.is_open and not link.spoken:
        return Step(case, (revision,))
    if link.side is Side.STAFF:
        return keep_unchanged(case, link)
    if link.state in (LinkState.FAILED, LinkState.UNKNOWN) and case.is_open:
        return Step(case, (Pass(Side.CITIZEN, (link.message,), revision.text),))
    return Step(case)


def keep_unchanged(case: Case, link: Link) -> Step:
    """Tell a clerk that a change of their words stays on their side."""
    return Step(case, (Tell(Side.STAFF, "edit_not_sent", answers=link.message, fails=True),))


def withdraw(case: Case, link: Link | None, asked_in: int, now: datetime) -> Step:
    """Take back what a clerk wrote, as long as Telegram allows it."""
    if link is None or link.side is not Side.STAFF or link.state is LinkState.TAKEN:
        return Step(case, (Tell(Side.STAFF, "nothing_to_withdraw", answers=asked_in, fails=True),))
    if now - link.at > WITHDRAWABLE or link.state not in (LinkState.SENT, LinkState.QUEUED):
        return Step(case, (Tell(Side.STAFF, "too_late_to_withdraw", answers=asked_in, fails=True),))
    return Step(case, (Withdraw(link),))


def send_again(case: Case, link: Link, author: Author) -> Step:
    """Send once more what failed or is uncertain."""
    if link.state not in (LinkState.FAILED, LinkState.UNKNOWN) or link.side is not Side.STAFF:
        return Step(case, (Tell(Side.STAFF, "was_sent", answers=link.message),))
    if not case.is_open:
        return Step(case, (Tell(Side.STAFF, "not_sent_closed", answers=link.message, fails=True),))
    again = Pass(Side.STAFF, (link.message,), link.text or "", author.name, spoken=link.spoken)
    return Step(case, (again,))


# ------------------------------------------------------------------ what time and Telegram bring


def fail(case: Case, links: Sequence[Link], *, is_blocked: bool) -> Step:
    """Tell of everything that did not arrive, or perhaps not."""
    told = Told(tuple(link.id for link in links))
    own = [link for link in links if link.side is Side.STAFF]
    lost = [link for link in links if link.side is Side.CITIZEN and link.state is not LinkState.UNKNOWN]
    effects: list[Effect] = [Tell(Side.CITIZEN, "lost")] if lost else []
    changed = [link for link in lost if link.edit_failed and link.state is LinkState.SENT]
    effects += [Tell(Side.STAFF, "change_lost", answers=link.copy, fails=True) for link in changed]
    if is_blocked and own:
        effects.append(Tell(Side.STAFF, "failed_blocked", (("zahl", str(len(own))),), own[-1].message, fails=True))
    else:
        effects += [_failure(link) for link in own]
    return Step(case, (*effects, told))


def _failure(link: Link) -> Tell:
    if link.edit_failed and link.state not in (LinkState.FAILED, LinkState.UNKNOWN):
        return Tell(Side.STAFF, "edit_not_sent", answers=link.message, fails=True)
    key = "uncertain" if link.state is LinkState.UNKNOWN else "failed"
    return Tell(Side.STAFF, key, answers=link.message, fails=True, link=link.id)


def block(case: Case, *, is_blocked: bool) -> Step:
    """Tell staff that the citizen blocked the bot, or came back."""
    return Step(case, (Tell(Side.STAFF, "blocked" if is_blocked else "unblocked"),) if case.is_open else ())


def renew_topic(case: Case) -> Step:
    """Open another topic: the last one is gone, or never turned up."""
    fresh = replace(case, topic=TopicState.OPENING, thread=None, card=None, generation=case.generation + 1)
    if case.card is not None:
        return Step(fresh, (Forum.Open(continued=True),))
    told = (Tell(Side.CITIZEN, "delayed"),) if case.generation == 1 and case.is_open else ()
    return Step(fresh, (Forum.Open(card=False), *told))


def resettle(case: Case) -> Step:
    """Begin anew on the clerks' side: their group is another one, and nothing of the case stands there."""
    fresh = replace(case, topic=TopicState.OPENING, thread=None, card=None, generation=1)
    return Step(fresh, (Forum.Open(continued=True),))


def do_without_topic(case: Case) -> Step:
    """Go on in the group itself."""
    return Step(replace(case, topic=TopicState.NONE, thread=None))


def find_topic(case: Case, thread: int) -> Step:
    """Take note of a topic of the bot's own: it is the case's, or a twin that came late, or for somebody erased."""
    if case.chat is None:
        return Step(case, (Forum.Delete(thread),))
    if case.thread == thread:
        return Step(case)
    if case.thread is None and case.topic in (TopicState.OPENING, TopicState.UNKNOWN):
        return Step(replace(case, thread=thread, topic=TopicState.THERE), (Never(DueKind.TOPIC),))
    return Step(case, (Forum.Close(thread),))


def remind(case: Case, now: datetime, rules: Rules, *, is_first: bool) -> Step:
    """Remind of a case that nobody took: in the topic, then the whole group, and the citizen hears of it once."""
    if case.state is not CaseState.OPEN:
        return Step(case)
    if not rules.hours.is_open(now):
        return Step(case, (Later(DueKind.REMIND, _reminding(rules, now)),))
    waits = (("minuten", str(int((now - case.opened_at).total_seconds() // 60))),)
    if is_first:
        again = Later(DueKind.REMIND, now + rules.remind_after)
        return Step(case, (Tell(Side.STAFF, "reminder", waits), again))
    group = Tell(Side.STAFF, "reminder_all", waits, everywhere=True)
    return Step(case, (group, Tell(Side.CITIZEN, "still_waiting")))


def warn(case: Case, now: datetime, rules: Rules) -> Step:
    """Tell both sides before a promise is missed."""
    if not case.is_open or case.first_reply_at or case.promised_at is None:
        return Step(case)
    when = (("wann", rules.hours.spoken(case.promised_at, now)),)
    told = Tell(Side.STAFF, "late_staff", when, fails=True)
    group = (replace(told, everywhere=True),) if case.state is CaseState.OPEN else ()  # nobody looks into the topic
    return Step(case, (Tell(Side.CITIZEN, "late", when), told, *group))


def _when(case: Case, rules: Rules, now: datetime) -> str:
    """Return the promise in words, or when somebody is there again."""
    moment = case.promised_at or rules.hours.next_opening(now)
    return rules.hours.spoken(moment, now)


def _rounded(moment: datetime) -> datetime:
    """Return the next full quarter of an hour: a promise is to be easy to remember."""
    late = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - late + timedelta(minutes=15) if late else moment


def _reminding(rules: Rules, now: datetime) -> datetime:
    """Return when to remind: so long after somebody is there."""
    return rules.hours.next_opening(now) + rules.remind_after


def _warning(promised: datetime, now: datetime) -> datetime:
    """Return when to look whether a promise will be kept: a quarter of the time before, at most half an hour."""
    return promised - min(timedelta(minutes=30), (promised - now) / 4)


def _over() -> tuple[Effect, ...]:
    """Return what need not be done about a case that is over."""
    return (Never(DueKind.REMIND), Never(DueKind.LATE))
