"""What is due about cases: cards, failures, topics that never came, reminders, promises."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot import tickets, upkeep
from bot.case_steps import Later, Step, Tell
from bot.cases import Case, CaseChange, Due, DueKind, Side, TopicState
from bot.channels.telegram.bureau import Bureau
from bot.clock import Clock
from bot.delivery import Message
from bot.errors import BotError, ConflictError
from bot.logs import places
from bot.upkeep import MOST_TOPICS_AT_ONCE

AT_ONCE = 50
CARD_AGAIN = timedelta(seconds=5)
"""When to look again for a card that is not there yet."""
PUT_OFF = timedelta(seconds=60)
"""When to try again what failed."""

log = structlog.get_logger(__name__)

Done = tuple[CaseChange, tuple[Message, ...]]


class Minder:
    """Does what is due; called every second, by every process: what another one did is not done twice."""

    def __init__(self, bureau: Bureau, clock: Clock) -> None:
        self._bureau = bureau
        self._cases = bureau.cases
        self._rules = bureau.rules
        self._clock = clock

    def mind(self) -> bool:
        """Do what is due; return whether there may be something to send. Raises StoreError."""
        now = self._clock.now()
        due = self._cases.due(now, AT_ONCE)
        for one in due:
            with suppress(ConflictError):  # somebody else did it, or the case changed: then it is looked at again
                self._attempt(one, now)
        return bool(due)

    def _attempt(self, due: Due, now: datetime) -> None:
        """Do something, or put it off: one case must not end the service."""
        try:
            self._do(due, now)
        except (BotError, ConflictError):
            raise
        except Exception as error:  # noqa: BLE001 - one case must not end the service
            log.error("due_failed", case=due.case, kind=str(due.kind), error=type(error).__name__)  # noqa: TRY400
            log.debug("due_failed_at", at=places(error))
            later = replace(due, at=now + PUT_OFF)
            self._cases.done(due, CaseChange(due=(later,)), (), now)

    def _do(self, due: Due, now: datetime) -> None:
        case = self._cases.of_number(due.case)
        change, messages = self._done(case, due, now) if case else (CaseChange(), ())
        self._cases.done(due, change, messages, now)

    def _done(self, case: Case, due: Due, now: datetime) -> Done:
        if self._bureau.is_out_of_reach():
            lost = self._cases.untold(case.number)
            return self._bureau.desk().written(tickets.give_up(case, lost, now, self._bureau.contact()), now)
        if due.kind is DueKind.CARD:
            return self._card(case, now)
        return self._bureau.desk().written(self._step(case, due, now), now)

    def _card(self, case: Case, now: datetime) -> Done:
        """Refresh the card, once it is there; without a topic it may never come.

        The case goes along: if it changed meanwhile, this card is old, and another one has to be written.
        """
        if case.card is None:
            again = Step(case, (Later(DueKind.CARD, now + CARD_AGAIN),)) if case.is_open else Step(case)
            return self._bureau.desk().written(again, now)
        return CaseChange(case), (self._bureau.desk().refreshed(case, is_blocked=self._is_blocked(case)),)

    def _step(self, case: Case, due: Due, now: datetime) -> Step:  # noqa: PLR0911 - a kind a line
        match due.kind:
            case DueKind.FAILURE:
                return upkeep.fail(case, self._cases.untold(case.number), is_blocked=self._is_blocked(case))
            case DueKind.BLOCKED:
                return upkeep.block(case, now, is_blocked=self._is_blocked(case))
            case DueKind.MOVED:
                return tickets.resettle(case) if case.is_open else Step(case)
            case DueKind.ERASE:
                return Step(case, (Tell(Side.STAFF, "erase_failed", fails=True, everywhere=True),))
            case DueKind.FORGET:
                return upkeep.forget_topic(case)
            case DueKind.TOPIC:
                return self._topic(case)
            case DueKind.REMIND:
                return upkeep.remind(case, now, self._rules, is_first=due.at - case.opened_at <= self._first(case))
            case _:
                return upkeep.warn(case, now, self._rules)

    def _first(self, case: Case) -> timedelta:
        """Return how long after its beginning the first reminder of a case may come."""
        opening = self._rules.hours.next_opening(case.opened_at) - case.opened_at
        return opening + self._rules.remind_after + timedelta(seconds=1)

    def _is_blocked(self, case: Case) -> bool:
        return case.chat is not None and self._cases.is_blocked(case.chat)

    def _topic(self, case: Case) -> Step:
        """Open a topic anew, or do without one if that fails again and again."""
        if case.topic is not TopicState.UNKNOWN or case.chat is None:
            return Step(case)
        if case.card is None and case.generation >= MOST_TOPICS_AT_ONCE:
            log.error("topic_never_came", case=case.number)
            return upkeep.do_without_topic(case)
        return upkeep.renew_topic(case)
