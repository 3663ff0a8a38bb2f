"""A case from its beginning to its end, and whose it is: pure use cases, one function each.

Time and rules come from the caller. What is written in a case: relaying.py. What time and Telegram bring: upkeep.py.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.case_rules import CARD_PAUSE, REOPENABLE, Author, Rules, reminding
from bot.case_steps import Draft, Effect, Erase, Forum, Later, Never, Step, Tell, Told, Unbar
from bot.cases import Case, CaseState, DueKind, Folder, Link, LinkState, Side, TopicState

MOST_AT_ONCE = 100
"""Messages that one call may delete."""


# ------------------------------------------------------------------ beginning and end


def open_case(case: Case, ahead: Sequence[Case], rules: Rules) -> Step:
    """Begin a case: a topic, the citizen is told what comes now, and both are reminded in time."""
    now = case.opened_at
    promised = _promise(now, ahead, rules)
    case = replace(case, promised_at=promised)
    key = "opened" if rules.hours.is_open(now) else "opened_closed"
    told = Tell(Side.CITIZEN, key, (("platz", str(len(ahead) + 1)), ("wann", _when(case, rules, now))))
    step = Step(case, (told, Forum.Open(), Later(DueKind.REMIND, reminding(rules, now))))
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


def give_up(case: Case, links: Sequence[Link], now: datetime, contact: str) -> Step:
    """End a case because no clerk can be reached: the citizen learns of it, and where else to turn."""
    told = Told(tuple(link.id for link in links))
    if not case.is_open:
        return Step(case, (told,))
    closed = replace(case, state=CaseState.CLOSED, closed_at=now)
    reason = Tell(Side.CITIZEN, "given_up", (("kontakt", contact),))
    return Step(closed, (reason, *_over(), told))


def reopen(case: Case, by: Side, now: datetime, rules: Rules, *, in_app: bool = False) -> Step:
    """Go on with a case that was over."""
    if case.is_open:
        return Step(case)
    state = CaseState.ASSIGNED if case.assignee else CaseState.OPEN
    again = replace(case, state=state, closed_at=None, closed_by="", close_reason="", rating=None, solved=None)
    effects: list[Effect] = [Tell(Side.CITIZEN, "reopened"), Later(DueKind.REMIND, reminding(rules, now))]
    effects.append(Never(DueKind.FORGET))
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


def rate(case: Case, rating: int, now: datetime) -> Step:
    """Note how content the citizen is, and show it: they may not say whether the matter is solved."""
    if case.is_open or case.rating is not None:
        return Step(case)
    return Step(replace(case, rating=rating), (Later(DueKind.CARD, now + CARD_PAUSE),))


def settle(case: Case, *, solved: bool, now: datetime) -> Step:
    """Note whether the matter is solved."""
    if case.is_open or case.solved is not None:
        return Step(case)
    told = () if solved else (Tell(Side.STAFF, "still_unsolved", everywhere=True),)  # nobody looks into a closed topic
    return Step(replace(case, solved=solved), (Later(DueKind.CARD, now), *told))


def bar(case: Case, now: datetime, *, barred: bool) -> Step:
    """Let a citizen have no further case, or have some again, in whichever case it was ordered; an open one ends."""
    if case.chat is None:
        return Step(case, (Tell(Side.STAFF, "is_erased"),))
    changed = replace(case, barred=barred)
    over = close(changed, Side.STAFF, now) if barred else Step(changed, (Unbar(),))
    return over.then(Tell(Side.STAFF, "barred" if barred else "unbarred"))


def erase(folder: Folder) -> Step:
    """Delete what stands on the clerks' side: the topic, or, without one, every message of the case."""
    case = folder.case
    if case.thread is not None:
        return Step(case, (Forum.Delete(case.thread),))
    if _is_forgotten(folder):
        return Step(case)
    found = [link.copy if link.side is Side.CITIZEN else link.message for link in folder.links]
    messages = sorted({one for one in (case.card, *found) if one is not None and one > 0})
    parts = [tuple(messages[start : start + MOST_AT_ONCE]) for start in range(0, len(messages), MOST_AT_ONCE)]
    by_hand = Tell(Side.STAFF, "erase_failed", fails=True, everywhere=True)
    return Step(case, (*map(Erase, parts), *([by_hand] if any(map(_is_out_of_reach, folder.links)) else ())))


def _is_forgotten(folder: Folder) -> bool:
    """Say whether the topic went with the words when their time was over."""
    case, has_words = folder.case, any(link.text is not None for link in folder.links)
    return case.topic is TopicState.UNKNOWN and case.card is None and not has_words


def _is_out_of_reach(link: Link) -> bool:
    """Say whether something stands, or may stand, on the clerks' side under a number that nobody knows."""
    may_stand = link.side is not Side.CITIZEN or link.state in (LinkState.SENT, LinkState.UNKNOWN)
    known = link.copy if link.side is Side.CITIZEN else link.message
    return may_stand and (known is None or known < 0)


def resettle(case: Case) -> Step:
    """Begin anew on the clerks' side: their group is another one, and nothing of the case stands there."""
    fresh = replace(case, topic=TopicState.OPENING, thread=None, card=None, generation=1)
    return Step(fresh, (Forum.Open(continued=True),))


def _when(case: Case, rules: Rules, now: datetime) -> str:
    """Return the promise in words, or when somebody is there again."""
    moment = case.promised_at or rules.hours.next_opening(now)
    return rules.hours.spoken(moment, now)


def _rounded(moment: datetime) -> datetime:
    """Return the next full quarter of an hour: a promise is to be easy to remember."""
    late = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - late + timedelta(minutes=15) if late else moment


def _warning(promised: datetime, now: datetime) -> datetime:
    """Return when to look whether a promise will be kept: a quarter of the time before, at most half an hour."""
    return promised - min(timedelta(minutes=30), (promised - now) / 4)


def _over() -> tuple[Effect, ...]:
    """Return what need not be done about a case that is over."""
    return (Never(DueKind.REMIND), Never(DueKind.LATE))


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


def release(case: Case, author: Author, now: datetime, rules: Rules, department: str = "") -> Step:
    """Let go of a case, for anybody or for another office; whose it was reads who did it."""
    if not case.is_open:
        return Step(case, (Tell(Side.STAFF, "is_closed"),))
    if not (case.clerk or department):
        return Step(case, (Tell(Side.STAFF, "is_free"),))
    who = ("name", author.name)
    free = replace(case, state=CaseState.OPEN, assignee=None, clerk="", department=department or case.department)
    effects: list[Effect] = [Later(DueKind.REMIND, reminding(rules, now)), Later(DueKind.CARD, now)]
    if department:
        office = ("amt", department)
        told = Tell(Side.STAFF, "for_office", (who, office))
        effects += [told, Tell(Side.CITIZEN, "for_office_citizen", (office,))]
    else:
        effects.append(Tell(Side.STAFF, "released", (who,)))
    return Step(free, tuple(effects))


# ------------------------------------------------------------------ for the FAQ


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
