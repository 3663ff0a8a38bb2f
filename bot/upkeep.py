"""What time and Telegram bring about a case: failures, topics, reminders, promises; pure use cases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.case_rules import Rules, reminding
from bot.case_steps import Effect, Forum, Later, Never, Step, Tell, Told
from bot.cases import Case, CaseState, DueKind, Link, LinkState, Side, TopicState
from bot.opening_words import lasted
from bot.relaying import letters

MOST_TOPICS_AT_ONCE = 2
"""How often a topic is asked for before the case goes on without one."""


def fail(case: Case, links: Sequence[Link], *, is_blocked: bool) -> Step:
    """Tell of everything that did not arrive, or perhaps not."""
    told = Told(tuple(link.id for link in links))
    own = [link for link in links if link.side is Side.STAFF]
    theirs = [link for link in links if link.side is Side.CITIZEN]
    lost = [link for link in theirs if link.state is not LinkState.UNKNOWN]
    effects: list[Effect] = [Tell(Side.CITIZEN, "lost" if lost else "perhaps_lost")] if theirs else []
    changed = [link for link in lost if link.edit_failed and link.state is LinkState.SENT]
    effects += [Tell(Side.STAFF, "change_lost", answers=link.copy, fails=True) for link in changed]
    if is_blocked and own:
        count = (("zahl", str(len(letters(own)))),)
        whole = (own[0].id, own[-1].id)
        effects.append(Tell(Side.STAFF, "failed_blocked", count, own[-1].message, fails=True, again=whole))
    else:
        effects += [_failure(letter) for letter in letters(own)]
    return Step(case, (*effects, told))


def _failure(letter: Sequence[Link]) -> Tell:
    first, states = letter[0], {link.state for link in letter}
    if not states & {LinkState.FAILED, LinkState.UNKNOWN}:
        return Tell(Side.STAFF, "edit_not_sent", answers=first.message, fails=True)
    key = "uncertain" if LinkState.UNKNOWN in states else "failed"
    return Tell(Side.STAFF, key, answers=first.message, fails=True, again=(first.id, letter[-1].id))


def block(case: Case, now: datetime, *, is_blocked: bool) -> Step:
    """Tell staff that the citizen blocked the bot, or came back; the card shows it."""
    if not case.is_open:
        return Step(case)
    told = Tell(Side.STAFF, "blocked" if is_blocked else "unblocked")
    return Step(case, (told, Later(DueKind.CARD, now)))


def renew_topic(case: Case) -> Step:
    """Open another topic: the last one is gone, or never turned up."""
    fresh = replace(case, topic=TopicState.OPENING, thread=None, card=None, generation=case.generation + 1)
    if case.card is not None:
        return Step(fresh, (Forum.Open(continued=True),))
    told = (Tell(Side.CITIZEN, "delayed"),) if case.generation == 1 and case.is_open else ()
    return Step(fresh, (Forum.Open(card=False), *told))


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


def forget_topic(case: Case) -> Step:
    """Delete the topic of a case whose words are kept no longer."""
    return Step(case, () if case.is_open or case.thread is None else (Forum.Delete(case.thread, in_time=True),))


def remind(case: Case, now: datetime, rules: Rules, *, is_first: bool) -> Step:
    """Remind of a case that nobody took: in the topic, then the whole group, and the citizen hears of it once."""
    if case.state is not CaseState.OPEN:
        return Step(case)
    if not rules.hours.is_open(now):
        return Step(case, (Later(DueKind.REMIND, reminding(rules, now)),))
    if case.first_reply_at:  # somebody had time, and let go of it
        return Step(case, (Tell(Side.STAFF, "reminder_free", everywhere=True),))
    waits = (("dauer", lasted(case.opened_at, now)),)
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
