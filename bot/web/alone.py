"""A process that serves web apps and does nothing else."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from bot.bell import unless
from bot.threads import Threads

Page = AbstractAsyncContextManager[int]


def serve_alone(pages: Sequence[Callable[[], Page]], prepare: Callable[[], object]) -> None:
    """Serve until SIGTERM or SIGINT; `prepare` is called once the pages are there, and may take long."""
    asyncio.run(_until_signal(pages, prepare))


async def _until_signal(pages: Sequence[Callable[[], Page]], prepare: Callable[[], object]) -> None:
    stop, threads = asyncio.Event(), Threads(1, "prepare")
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with AsyncExitStack() as stack:
            for page in pages:
                await stack.enter_async_context(page())
            await unless(stop, threads.run(prepare))
            await stop.wait()
    finally:
        threads.close()
