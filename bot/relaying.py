"""What is written in a case: passed on, kept inside, changed, taken back, sent again; pure use cases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.case_rules import CARD_PAUSE, MOST_A_MINUTE, WITHDRAWABLE, Author, Rules
from bot.case_steps import Effect, Jot, Later, Never, Pass, Revise, Step, Tell, Withdraw
from bot.cases import Case, CaseState, DueKind, Link, LinkState, Side


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


def send_again(case: Case, links: Sequence[Link], author: Author) -> Step:
    """Send once more what failed or is uncertain of a clerk's words, an album as one."""
    lost = [link for link in links if link.state in (LinkState.FAILED, LinkState.UNKNOWN)]
    if not lost:
        return Step(case, (Tell(Side.STAFF, "was_sent", answers=links[0].message),))
    if not case.is_open:
        return Step(case, (Tell(Side.STAFF, "not_sent_closed", answers=lost[0].message, fails=True),))
    return Step(case, tuple(_again(letter, author) for letter in letters(lost)))


def _again(letter: Sequence[Link], author: Author) -> Pass:
    first = letter[0]
    messages = tuple(link.message for link in letter)
    return Pass(Side.STAFF, messages, first.text or "", author.name, spoken=first.spoken)


def letters(links: Sequence[Link]) -> list[tuple[Link, ...]]:
    """Return what was written at once: the parts of an album together."""
    found: dict[int, tuple[Link, ...]] = {}
    for link in links:
        key = link.album if link.album is not None else link.message
        found[key] = (*found.get(key, ()), link)
    return list(found.values())
