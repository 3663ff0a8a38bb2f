"""Several chats at once, one update of each at a time."""

import asyncio
from contextlib import suppress

import structlog

from bot.bell import Bell, rest
from bot.channels.telegram.api import Api, ApiError
from bot.channels.telegram.arrivals import chat_id_of, is_private_text
from bot.channels.telegram.handling import Handling, parsed
from bot.channels.telegram.receive import Troubles
from bot.clock import Clock
from bot.errors import StoreError
from bot.ports import Claim, Inbox
from bot.threads import Threads

GLANCE = 1.0
"""Seconds after which the inbox is looked at without a ring: for what had to wait, and what no bell told of."""
TYPING_AFTER = 0.7
LAST_SECONDS = 3.0
"""How long what is under way may take at the end."""

log = structlog.get_logger(__name__)


class Work:
    """Claims updates and has them handled, as many chats at once as there are slots."""

    def __init__(self, api: Api, inbox: Inbox, handling: Handling, clock: Clock, bell: Bell, *, slots: int) -> None:
        self._api = api
        self._inbox = inbox
        self._handling = handling
        self._clock = clock
        self._bell = bell
        self._slots = slots
        self._threads = Threads(slots, "work")
        self._claiming = Threads(1, "claim")
        self._running: set[asyncio.Task[None]] = set()
        self._typing: set[asyncio.Task[None]] = set()
        self._writing = Troubles("writing_failed")
        self._resting = 0
        """Slots that wait for the database; nothing is claimed meanwhile."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then finish what is under way."""
        troubles = Troubles("claiming_failed")
        recovered = False
        while not stop.is_set():
            try:
                if not recovered:
                    await self._claiming.run(self._inbox.recover)
                    recovered = True
                await self._turn(stop)
                troubles.over()
            except StoreError as error:
                await rest(stop, troubles.happened(error))
        await self._finish()

    async def _turn(self, stop: asyncio.Event) -> None:
        """Start what there is, or wait."""
        has_room = len(self._running) < self._slots and not self._resting
        claim = await self._claim() if has_room else None
        if claim is None:
            await self._bell.wait(GLANCE)
        elif claim.alone:
            await self._idle()
            self._start(claim, stop)
            await self._idle()
        else:
            self._start(claim, stop)

    async def _claim(self) -> Claim | None:
        return await self._claiming.run(lambda: self._inbox.claim(self._clock.now()))

    def _start(self, claim: Claim, stop: asyncio.Event) -> None:
        task = asyncio.create_task(self._handle(claim, stop))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._bell.ring()

    async def _handle(self, claim: Claim, stop: asyncio.Event) -> None:
        """Handle a claim; who waits long sees the bot typing."""
        timer = asyncio.get_running_loop().call_later(TYPING_AFTER, self._type, claim)
        try:
            trouble = await self._threads.run(lambda: self._handling.work(claim))
        finally:
            timer.cancel()
        if trouble:
            await self._rest(stop, self._writing.happened(trouble))
        else:
            self._writing.over()

    async def _rest(self, stop: asyncio.Event, seconds: float) -> None:
        """Leave alone a database that can be read, perhaps, but not written."""
        self._resting += 1
        await rest(stop, seconds)
        self._resting -= 1

    def _type(self, claim: Claim) -> None:
        with suppress(ValueError):
            update = parsed(claim)[0]
            if is_private_text(update):
                task = asyncio.create_task(self._typed(chat_id_of(update)))
                self._typing.add(task)
                task.add_done_callback(self._typing.discard)

    async def _typed(self, chat_id: int) -> None:
        with suppress(ApiError):
            await self._api.call("sendChatAction", {"chat_id": chat_id, "action": "typing"})

    async def _idle(self) -> None:
        """Wait until nothing is under way."""
        while self._running:
            await asyncio.wait(self._running)

    async def _finish(self) -> None:
        """Let what is under way end, but not for ever: it is handled again at the next start."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=LAST_SECONDS)
            if late:
                log.error("handling_cut_off", count=len(late))
        self._threads.close()
        self._claiming.close()
