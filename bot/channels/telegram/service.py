"""The running bot: receives, works and sends in one process until it is told to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import structlog

from bot.bell import Bell
from bot.channels.telegram.api import Api
from bot.channels.telegram.handling import Handling
from bot.channels.telegram.options import TelegramOptions
from bot.channels.telegram.receive import Poll, Receiver, keep_webhook
from bot.channels.telegram.send import Office, Sender
from bot.channels.telegram.work import Work
from bot.clock import Clock
from bot.ports import Addresses, Handler, Inbox, Leadership, Outbox
from bot.threads import Threads
from bot.vitals import Vitals

LAST_SECONDS = 4.5
"""How long everything together may take at the end."""

Take = Callable[[Sequence[object]], Awaitable[bool]]
Page = Callable[[], Coroutine[Any, Any, None]]
"""Serves a web app until cancelled."""

log = structlog.get_logger(__name__)


def _no_others(_: Callable[[str], None]) -> AbstractContextManager[None]:
    """Listen to nobody, as on SQLite."""
    return nullcontext()


@dataclass(frozen=True, kw_only=True)
class Service:
    """All that a running bot needs."""

    options: TelegramOptions
    handler: Handler
    inbox: Inbox
    outbox: Outbox
    addresses: Addresses
    clock: Clock
    vitals: Vitals
    polling: Leadership
    sending: Leadership
    listening: Callable[[Callable[[str], None]], AbstractContextManager[None]] = _no_others
    """Calls back with «work» or «send» when another process says that there is some."""
    public: Callable[[Take], Coroutine[Any, Any, None]] | None = None
    """Serves the webhook, handing over what comes, until cancelled."""
    pages: Sequence[Page] = ()
    """Further web apps to serve beside."""
    slots: int = 8
    """Chats handled at once."""


def run_service(service: Service) -> None:
    """Run the bot until SIGTERM or SIGINT; raises TokenError, ListenError."""
    asyncio.run(_until_signal(service))


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
    receiver = Receiver(api, service.inbox, service.clock, threads, service.vitals, work_bell.ring)
    loops = [
        _receiving(service, api, receiver, threads, stop),
        _work(service, api, work_bell, send_bell).run(stop),
        _sender(service, api, send_bell).run(stop),
    ]
    pages = [page() for page in service.pages]
    if service.public:
        pages.append(service.public(receiver.take))
    with service.listening(lambda topic: bells[topic].ring()):
        try:
            await _together(loops, pages, stop, bells)
        finally:
            threads.close()
            await api.close()


def _receiving(
    service: Service, api: Api, receiver: Receiver, threads: Threads, stop: asyncio.Event
) -> Coroutine[Any, Any, None]:
    """Poll, or tell Telegram where to call."""
    if service.options.webhook:
        return keep_webhook(api, service.options.webhook, stop)
    return Poll(api, receiver, service.polling, threads, service.vitals).run(stop)


def _work(service: Service, api: Api, bell: Bell, send_bell: Bell) -> Work:
    handling = Handling(
        service.inbox, service.addresses, service.handler, service.clock, service.vitals, send_bell.ring
    )
    return Work(api, service.inbox, handling, service.clock, bell, slots=service.slots)


def _sender(service: Service, api: Api, bell: Bell) -> Sender:
    office = Office(service.outbox, service.addresses, service.clock, service.sending)
    return Sender(api, office, service.vitals, bell, limits=service.options.limits)


async def _together(
    loops: Sequence[Coroutine[Any, Any, None]],
    pages: Sequence[Coroutine[Any, Any, None]],
    stop: asyncio.Event,
    bells: dict[str, Bell],
) -> None:
    """Run all until the stop or the first failure; then let the loops end by themselves, and end the pages."""
    running = [asyncio.ensure_future(loop) for loop in loops]
    serving = [asyncio.ensure_future(page) for page in pages]
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([stopping, *running, *serving], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    for bell in bells.values():
        bell.ring()
    for page in serving:
        page.cancel()
    _, late = await asyncio.wait([*running, *serving], timeout=LAST_SECONDS)
    for task in late:
        task.cancel()
    _raise_first([*running, *serving])


def _raise_first(tasks: Sequence["asyncio.Future[None]"]) -> None:
    """Raise what a loop or a page ended with."""
    for task in tasks:
        if task.done():
            with suppress(asyncio.CancelledError):
                task.result()
