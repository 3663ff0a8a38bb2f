"""A process that serves web apps and does nothing else."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import structlog

from bot.bell import rest, unless
from bot.errors import StoreError
from bot.threads import Threads, run_to_end

REGROUP_SECONDS = 60.0

Page = AbstractAsyncContextManager[int]

log = structlog.get_logger(__name__)


def serve_alone(
    pages: Sequence[Callable[[], Page]], prepare: Callable[[], object], regroup: Callable[[], object]
) -> None:
    """Serve until SIGTERM or SIGINT.

    `prepare` is called once the pages are there, and may take long; `regroup` every minute after that.
    """
    run_to_end(_until_signal(pages, prepare, regroup))


async def _until_signal(
    pages: Sequence[Callable[[], Page]], prepare: Callable[[], object], regroup: Callable[[], object]
) -> None:
    stop, threads = asyncio.Event(), Threads(1, "prepare")
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with AsyncExitStack() as stack:
            for page in pages:
                await stack.enter_async_context(page())
            await unless(stop, threads.run(prepare))
            while not stop.is_set():
                await rest(stop, REGROUP_SECONDS)
                if not stop.is_set():
                    await _regrouped(regroup, threads)
    finally:
        threads.close()


async def _regrouped(regroup: Callable[[], object], threads: Threads) -> None:
    """See to it that new questions are grouped."""
    try:
        await threads.run(regroup)
    except StoreError as error:
        log.error("regrouping_failed", error=str(error))  # noqa: TRY400 - a trouble of the database, told in one line
