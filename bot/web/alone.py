"""A process that serves web apps and does nothing else."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from itertools import count

import structlog

from bot.bell import rest, unless
from bot.errors import StoreError
from bot.threads import Threads, run_to_end

MINUTE = 60.0
TIDY_MINUTES = 60

Page = AbstractAsyncContextManager[int]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Chores:
    """What a process without a bot has to see to."""

    regroup: Callable[[], object]
    """Groups new questions; called every minute. May raise StoreError."""
    tidy: Callable[[], object]
    """Forgets what is old; called at the start and every hour. May raise StoreError."""


def serve_alone(pages: Sequence[Callable[[], Page]], prepare: Callable[[], object], chores: Chores) -> None:
    """Serve until SIGTERM or SIGINT; `prepare` is called once the pages are there, and may take long."""
    run_to_end(_until_signal(pages, prepare, chores))


async def _until_signal(pages: Sequence[Callable[[], Page]], prepare: Callable[[], object], chores: Chores) -> None:
    stop, threads = asyncio.Event(), Threads(1, "prepare")
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with AsyncExitStack() as stack:
            for page in pages:
                await stack.enter_async_context(page())
            await unless(stop, threads.run(prepare))
            await _chores(chores, threads, stop)
    finally:
        threads.close()


async def _chores(chores: Chores, threads: Threads, stop: asyncio.Event) -> None:
    """Do what is to be done again and again."""
    for minute in count():
        if minute and not stop.is_set():
            await _tried("regrouping_failed", chores.regroup, threads)
        if minute % TIDY_MINUTES == 0 and not stop.is_set():
            await _tried("tidying_failed", chores.tidy, threads)
        if stop.is_set():
            return
        await rest(stop, MINUTE)


async def _tried(event: str, chore: Callable[[], object], threads: Threads) -> None:
    """Do something once; a trouble of the database is told, and the next time comes."""
    try:
        await threads.run(chore)
    except StoreError as error:
        log.error(event, error=str(error))  # noqa: TRY400 - a trouble of the database, told in one line
