"""The running bot: receives, works and sends in one process until it is told to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.bell import Bell, rest, unless
from bot.channels.telegram.api import Api
from bot.channels.telegram.handling import Handling
from bot.channels.telegram.members import Members
from bot.channels.telegram.options import TelegramOptions
from bot.channels.telegram.profile import Call, introduced
from bot.channels.telegram.receive import Poll, Receiver, Troubles, keep_webhook
from bot.channels.telegram.send import Office, Sender
from bot.channels.telegram.staff_group import look_at
from bot.channels.telegram.translate import Me
from bot.channels.telegram.work import Work
from bot.clock import Clock
from bot.errors import StoreError
from bot.ports import Addresses, Handler, Inbox, Leadership, Outbox
from bot.pulse import Pulse
from bot.threads import Threads, run_to_end

TIDY_SECONDS = 3600.0
CLEAR_SECONDS = 10.0
REGROUP_SECONDS = 60.0
MIND_SECONDS = 1.0
LAST_SECONDS = 3.5
"""How long everything together may take at the end."""

Take = Callable[[Sequence[object]], Awaitable[bool]]
Page = AbstractAsyncContextManager[int]
"""Serves a web app, and gives its port; bot.web.serving.listen makes one."""

log = structlog.get_logger(__name__)


def _nothing() -> None:
    """Leave all as it is."""


def _never(_: str) -> bool:
    """Prefer nobody."""
    return False


def _no_others(_: Callable[[str], None]) -> AbstractContextManager[None]:
    """Listen to nobody, as on SQLite."""
    return nullcontext()


@dataclass(frozen=True, kw_only=True)
class Service:
    """All that a running bot needs."""

    options: TelegramOptions
    handler: Callable[[Me], Handler]
    """Makes what handles updates, once it is known who the bot is."""
    inbox: Inbox
    outbox: Outbox
    addresses: Addresses
    clock: Clock
    pulse: Pulse
    polling: Leadership
    sending: Leadership
    listening: Callable[[Callable[[str], None]], AbstractContextManager[None]] = _no_others
    """Calls back with «work» or «send» when another process says that there is some."""
    public: Callable[[Take], Page] | None = None
    """Serves the webhook, handing over what comes."""
    pages: Sequence[Callable[[], Page]] = ()
    """Further web apps to serve beside."""
    profile: Sequence[Call] = ()
    """Calls that present the bot at the start."""
    staff_group: str | None = None
    """Key of the staff group's chat, which is looked at when the bot starts."""
    members: Members | None = None
    """Knows who belongs to the staff group, and asks Telegram by this service's connections."""
    mind: Callable[[], bool] | None = None
    """Does what is due about cases; called every second, says whether there may be something to send."""
    tidy: Callable[[], object] = _nothing
    """Forgets what is old; called at the start and every hour. May raise StoreError."""
    clear: Callable[[], object] = _nothing
    """Takes out of the files what was deleted and could not be taken out yet; called often. May raise StoreError."""
    regroup: Callable[[], object] = _nothing
    """Sees to it that new questions are grouped for the review; called every minute. May raise StoreError."""
    prepare: Callable[[], object] = _nothing
    """Done once the pages are served, before anything else; may take long."""
    ready: Callable[[], object] = _nothing
    """Called once Telegram has said who the bot is: from now on questions are answered."""
    is_urgent: Callable[[str], bool] = _never
    """Says of a text whether its chat is to be handled before others."""
    slots: int = 8
    """Chats handled at once."""


def run_service(service: Service) -> None:
    """Run the bot until SIGTERM or SIGINT; raises TokenError, WebError."""
    run_to_end(_until_signal(service))


async def _until_signal(service: Service) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(service, stop)


async def serve(service: Service, stop: asyncio.Event) -> None:
    """Run the bot until told to stop, or until one of its loops fails for good; what is under way ends first."""
    api = Api(service.options)
    work_bell, send_bell, threads = Bell(), Bell(), Threads(2, "receive")
    bells = {"work": work_bell, "send": send_bell}
    receiver = Receiver(api, service.inbox, service.clock, threads, service.pulse, work_bell.ring, service.is_urgent)
    pages = [page() for page in service.pages]
    if service.public:
        pages.append(service.public(receiver.take))
    stack = AsyncExitStack()
    try:
        for page in pages:
            await stack.enter_async_context(page)
        await unless(stop, threads.run(service.prepare))
        if stop.is_set():
            return
        with service.listening(partial(ring, bells)):
            loops = [
                _receiving(service, api, receiver, threads, stop),
                _working(service, api, bells, threads, stop),
                _sender(service, api, send_bell).run(stop),
                _repeating("tidying_failed", service.tidy, TIDY_SECONDS, threads, stop),
                _repeating("clearing_failed", service.clear, CLEAR_SECONDS, threads, stop),
                _regrouping(service.regroup, threads, stop),
            ]
            if service.mind:
                loops.append(_minding(service.mind, threads, send_bell, stop))
            await _together(loops, stop, bells, stack.aclose)
    finally:
        await stack.aclose()
        threads.close()
        await api.close()


def ring(bells: Mapping[str, Bell], topic: str) -> None:
    """Wake who does what another process told of; a newer release may tell of more."""
    if topic in bells:
        bells[topic].ring()


def _receiving(
    service: Service, api: Api, receiver: Receiver, threads: Threads, stop: asyncio.Event
) -> Coroutine[Any, Any, None]:
    """Poll, or tell Telegram where to call."""
    if service.options.webhook:
        return keep_webhook(api, service.options.webhook, service.pulse, service.clock, stop)
    return Poll(api, receiver, service.polling, threads, service.pulse).run(stop)


async def _working(
    service: Service, api: Api, bells: Mapping[str, Bell], threads: Threads, stop: asyncio.Event
) -> None:
    """Handle updates, once it is known who the bot is: until then nothing could be sent either."""
    me = await introduced(api, service.profile, stop)
    if me is None:
        return
    service.ready()
    if service.staff_group:
        await look_at(service.staff_group, api, service.addresses, service.clock, threads.run)
    if service.members:
        service.members.bind(api)
    handler, wake_sender = service.handler(me), bells["send"].ring
    handling = Handling(service.inbox, service.addresses, handler, service.clock, service.pulse, wake_sender)
    await Work(api, service.inbox, handling, service.clock, bells["work"], slots=service.slots).run(stop)


async def _regrouping(regroup: Callable[[], object], threads: Threads, stop: asyncio.Event) -> None:
    """See to it again and again that questions are grouped; not at once, for a start has enough to do."""
    await rest(stop, REGROUP_SECONDS)
    await _repeating("regrouping_failed", regroup, REGROUP_SECONDS, threads, stop)


async def _repeating(
    trouble: str, work: Callable[[], object], seconds: float, threads: Threads, stop: asyncio.Event
) -> None:
    """Do something now, and again and again."""
    troubles = Troubles(trouble)
    while not stop.is_set():
        try:
            await threads.run(work)
            troubles.over()
        except StoreError as error:
            troubles.happened(error)
        await rest(stop, seconds)


async def _minding(mind: Callable[[], bool], threads: Threads, send_bell: Bell, stop: asyncio.Event) -> None:
    """Do what is due, every second."""
    troubles = Troubles("minding_failed")
    while not stop.is_set():
        pause = MIND_SECONDS
        try:
            if await threads.run(mind):
                send_bell.ring()
            troubles.over()
        except StoreError as error:
            pause = max(pause, troubles.happened(error))
        await rest(stop, pause)


def _sender(service: Service, api: Api, bell: Bell) -> Sender:
    office = Office(service.outbox, service.addresses, service.clock, service.sending)
    return Sender(api, office, service.pulse, bell, limits=service.options.limits)


async def _together(
    loops: Sequence[Coroutine[Any, Any, None]],
    stop: asyncio.Event,
    bells: dict[str, Bell],
    close_pages: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Run all until the stop or the first failure; then let the loops end by themselves, and the pages beside."""
    running = [asyncio.ensure_future(loop) for loop in loops]
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([stopping, *running], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    for bell in bells.values():
        bell.ring()
    _, late = await asyncio.wait([*running, asyncio.ensure_future(close_pages())], timeout=LAST_SECONDS)
    for task in late:
        task.cancel()
    _raise_first(running)


def _raise_first(tasks: Sequence["asyncio.Future[None]"]) -> None:
    """Raise what a loop ended with; asyncio wants every error looked at, and several loops may have the same."""
    ended = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    for error in filter(None, ended):
        raise error
