"""Sends what stands in the outbox: each lane in order, the urgent first, within Telegram's limits."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.bell import Bell, rest, unless
from bot.channels.telegram.api import (
    Api,
    ApiError,
    BlockedError,
    DoubtfulError,
    LimitedError,
    MigratedError,
    NotSentError,
    RefusedError,
    ServerError,
    TokenRefusedError,
    TopicClosedError,
    TopicGoneError,
)
from bot.channels.telegram.budgets import Budgets
from bot.channels.telegram.letters import post, problem_with
from bot.channels.telegram.options import Limits
from bot.channels.telegram.outage import LONGEST_SETBACK, MOST_SETBACKS, Outage, Setbacks
from bot.channels.telegram.receive import STAND_BY_SECONDS, TOKEN_REFUSED, Troubles
from bot.channels.telegram.staff_group import tell_out_of_reach
from bot.clock import Clock
from bot.delivery import Arrived, MessageKind, Sending
from bot.errors import StoreError, TokenError
from bot.ports import Addresses, Leadership, Outbox
from bot.pulse import Pulse
from bot.threads import Threads

T = TypeVar("T")

GLANCE = 1.0
"""Seconds after which the outbox is looked at without a ring."""
LAST_SECONDS = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Office:
    """What the sender works with."""

    outbox: Outbox
    addresses: Addresses
    clock: Clock
    leadership: Leadership


class Sender:
    """The one process that sends; its memory is rebuilt from the outbox when it begins to lead."""

    def __init__(
        self,
        api: Api,
        office: Office,
        pulse: Pulse,
        bell: Bell,
        *,
        limits: Limits,
    ) -> None:
        self._api = api
        self._outbox = office.outbox
        self._addresses = office.addresses
        self._clock = office.clock
        self._leadership = office.leadership
        self._pulse = pulse
        self._bell = bell
        self._limits = limits
        self._budgets = Budgets(limits)
        self._outage = Outage()
        self._setbacks = Setbacks()
        self._threads = Threads(3, "send")
        self._leads = False
        self._running: set[asyncio.Task[None]] = set()
        self._arrived: list[Arrived] = []
        """Sent, and to be noted in the same transaction that takes the next ones."""
        self._muted: dict[str, float] = {}
        """Chats that want to be left alone, and until when."""
        self._fatal: BaseException | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop, then finish what is under way; raises TokenError."""
        troubles = Troubles("sending_failed")
        while not stop.is_set() and not self._fatal:
            try:
                await self._turn(stop)
                self._pulse.last_send_turn = self._clock.now()
                troubles.over()
            except StoreError as error:
                await rest(stop, troubles.happened(error))
        await self._finish()
        if self._fatal:
            raise self._fatal

    async def _turn(self, stop: asyncio.Event) -> None:
        if not self._leads:
            await self._begin(stop)
        elif not await self._cycle():
            await self._bell.wait(self._pause())

    async def _begin(self, stop: asyncio.Event) -> None:
        """Try to lead, and see what the last leader left, who may have been this process: its calls end first."""
        leads = await self._threads.run(self._leadership.take)
        if leads and self._running:
            await unless(stop, asyncio.wait(self._running))
        await self._note_arrived()
        if not leads or stop.is_set():
            await rest(stop, STAND_BY_SECONDS)
            return
        now = self._clock.now()
        unknown = await self._threads.run(lambda: self._outbox.recover(now))
        if unknown:
            log.error("messages_uncertain", count=len(unknown))
        await self._restore_budgets()
        self._leads = self._pulse.sending = True

    async def _restore_budgets(self) -> None:
        now, moment = self._clock.now(), time.monotonic()
        self._budgets = Budgets(self._limits)
        for spent in await self._threads.run(lambda: self._outbox.spent(now)):
            age = max(0.0, (now - spent.at).total_seconds())
            self._budgets.restore(spent.chat, spent.chat_id, moment - age)

    async def _note_arrived(self) -> None:
        """Write down what arrived, without taking more."""
        arrived = tuple(self._arrived)
        if arrived:
            await self._threads.run(lambda: self._outbox.take(self._clock.now(), most=0, arrived=arrived))
            del self._arrived[: len(arrived)]

    async def _cycle(self) -> bool:
        """Note what arrived and start what may go; say whether anything was started."""
        moment, arrived = time.monotonic(), tuple(self._arrived)
        most = min(self._outage.room(moment, len(self._running)), self._budgets.room(moment))
        if not arrived and not most:
            return False
        without = {*self._budgets.full(moment), *self._still_muted(moment)}
        taken = await self._threads.run(lambda: self._exchange(most, without, arrived))
        del self._arrived[: len(arrived)]
        self._leads = self._pulse.sending = taken is not None
        for sending in taken or ():
            self._start(sending)
        return bool(taken) or not self._leads

    def _exchange(self, most: int, without: set[str], arrived: tuple[Arrived, ...]) -> tuple[Sending, ...] | None:
        """Take messages; None if this process leads no longer, but what arrived is noted also then."""
        leads, now, failing = self._leadership.is_held(), self._clock.now(), self._setbacks.chats
        most = most if leads else 0
        taken = self._outbox.take(now, most=most, each=1, without=without | failing, arrived=arrived)
        if failing and not taken:  # nobody else could find out
            taken = self._outbox.take(now, most=most, each=1, without=without)
        return taken if leads else None

    def _still_muted(self, moment: float) -> set[str]:
        self._muted = {chat: until for chat, until in self._muted.items() if until > moment}
        return set(self._muted)

    def _pause(self) -> float:
        """Return how long there is nothing to do, unless the bell rings."""
        moment = time.monotonic()
        waits = [self._outage.wait(moment), self._budgets.wait(moment)]
        waits += [until - moment for until in self._muted.values()]
        return min([GLANCE, *(wait for wait in waits if wait > 0)])

    def _start(self, sending: Sending) -> None:
        """Begin a call; it counts from now on, also for whatever is taken before the call is made."""
        problem = problem_with(sending) or self._dispensable(sending)
        if sending.chat_id is not None and not problem:
            self._budgets.begin(sending.chat, sending.chat_id, sending.cost)
        task = asyncio.create_task(self._give_up(sending, problem) if problem else self._deliver(sending))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _dispensable(self, sending: Sending) -> str | None:
        """Return why a message is not worth sending: words need the room."""
        is_reaction = sending.kind is MessageKind.REACTION and sending.chat_id is not None
        if is_reaction and self._budgets.is_short(sending.chat, sending.chat_id or 0, time.monotonic()):
            return "little room"
        return None

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception():
            self._fatal = task.exception()
        self._bell.ring()

    async def _deliver(self, sending: Sending) -> None:
        """Send a message and see to what becomes of it."""
        error = await self._post(sending)
        counts = not isinstance(error, NotSentError)
        self._budgets.end(sending.chat, time.monotonic(), counts=counts, cost=sending.cost)
        if not isinstance(error, NotSentError | DoubtfulError | ServerError):
            self._outage.over()
            self._setbacks.over()
            self._setbacks.forget(sending.id)
        if error:
            await self._settle(sending, error)

    async def _post(self, sending: Sending) -> ApiError | None:
        try:
            ids = await post(self._api, sending)
        except ApiError as error:
            return error
        several = ids if sending.payload["method"] == "copyMessages" else ()
        first = ids[0] if ids else None
        self._arrived.append(Arrived(sending.id, first, self._clock.now(), several, sending.is_of_case))
        return None

    async def _settle(self, sending: Sending, error: ApiError) -> None:
        """Do what an error asks for.

        After 5xx a harmless message is repeated until Telegram is well again, or is well for all others: unlike silence
        it is an answer, and it nearly always means that nothing was done. A clerk's words and new topics fall under the
        rule of doubt.
        """
        match error:
            case LimitedError():
                await self._later(sending, error.seconds)
            case MigratedError():
                new_id = error.chat_id
                await self._note(lambda: self._addresses.migrate(sending.chat, new_id, self._clock.now()))
                await self._later(sending, 0)
            case BlockedError():
                if sending.topic_of is not None:
                    tell_out_of_reach(error)
                await self._note(lambda: self._addresses.set_blocked(sending.chat, self._clock.now(), is_blocked=True))
                await self._give_up(sending, "blocked")
            case TopicGoneError() if sending.topic_of is not None and sending.thread is not None:
                now = self._clock.now()
                await self._note(lambda: self._outbox.topic_gone(sending.id, sending.thread, now))
            case TopicClosedError() if sending.topic_of is not None and sending.attempts == 1:
                case = sending.topic_of
                await self._note(lambda: self._outbox.topic_closed(sending.id, case))
            case RefusedError():
                await self._give_up(sending, str(error))
            case TokenRefusedError():
                await self._later(sending, 0)
                self._fatal = TokenError(TOKEN_REFUSED)
            case DoubtfulError():
                await self._doubt(sending)
            case ServerError() if not sending.kind.may_come_twice:
                await self._doubt(sending)
            case ServerError():
                await self._set_back(sending, error)
            case _:
                await self._later(sending, self._outage.failed(time.monotonic()))

    async def _later(self, sending: Sending, seconds: float) -> None:
        """Put a message back, and leave its chat alone for a while."""
        self._muted[sending.chat] = time.monotonic() + seconds
        not_before = self._clock.now() + timedelta(seconds=seconds)
        await self._note(lambda: self._outbox.postpone(sending.id, not_before))

    async def _set_back(self, sending: Sending, error: ServerError) -> None:
        """Try again when others have found out that Telegram is well, but not for ever."""
        count, wait = self._setbacks.happened(sending.id, sending.chat), self._outage.failed(time.monotonic())
        if count > MOST_SETBACKS:
            self._setbacks.forget(sending.id)
            await self._give_up(sending, str(error))
            return
        not_before = self._clock.now() + timedelta(seconds=max(wait, min(2.0**count, LONGEST_SETBACK)))
        await self._note(lambda: self._outbox.postpone(sending.id, not_before))

    async def _doubt(self, sending: Sending) -> None:
        """Follow the rule for what may have arrived; the second try comes after a pause."""
        self._muted[sending.chat] = time.monotonic() + self._outage.failed(time.monotonic())
        state = await self._note(lambda: self._outbox.doubt(sending.id, self._clock.now()))
        log.warning("message_doubtful", message=sending.id, state=str(state))

    async def _give_up(self, sending: Sending, why: str) -> None:
        """Note that a message, and what depends on it, will never arrive; for a reaction nobody has to be alarmed."""
        if sending.kind is MessageKind.REACTION:
            log.info("reaction_dropped", message=sending.id, why=why)
        else:
            self._pulse.failed_messages += 1
            log.error("message_failed", message=sending.id, kind=str(sending.kind), why=why)
        await self._note(lambda: self._outbox.failed(sending.id, self._clock.now()))

    async def _note(self, work: Callable[[], T]) -> T:
        """Write down what became of a message, however long the database is away."""
        troubles = Troubles("noting_failed")
        while True:
            try:
                done = await self._threads.run(work)
            except StoreError as error:
                await rest(asyncio.Event(), troubles.happened(error))
            else:
                troubles.over()
                return done

    async def _finish(self) -> None:
        """Let what is under way end, but not for ever: the next start decides about the rest."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=LAST_SECONDS)
            for task in late:
                task.cancel()
        with suppress(StoreError):
            await self._note_arrived()
        await self._threads.run(self._leadership.release)
        self._pulse.sending = False
        self._threads.close()
