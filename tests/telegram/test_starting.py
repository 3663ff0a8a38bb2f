"""The start of the service: long, and yet to be stopped at once."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from bot.channels.telegram.options import TelegramOptions
from bot.channels.telegram.service import serve
from bot.store.migrate import upgrade
from botapi.server import Server
from tests.store_actor import opened
from tests.telegram.running import Echo, build


def test_pages_are_served_while_the_bot_prepares_and_a_stop_is_heard(tmp_path: Path, server: Server) -> None:
    """Preparing may take a minute: a supervisor sees that the process lives, and may end it."""
    done: list[str] = []
    release = threading.Event()

    @asynccontextmanager
    async def page() -> AsyncIterator[int]:
        done.append("page")
        yield 0
        done.append("closed")

    async def main(service: Callable[..., Any]) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def prepare() -> None:
            done.append("prepare")
            loop.call_soon_threadsafe(stop.set)
            release.wait(20)

        await asyncio.wait_for(serve(service(prepare), stop), 5)

    with closing(opened(str(tmp_path / "bot.sqlite"))) as database:
        upgrade(database)
        options = TelegramOptions(server.token, api_url=server.url)
        asyncio.run(main(lambda prepare: build("", database, options, handler=Echo(), pages=(page,), prepare=prepare)))
    release.set()
    assert done == ["page", "prepare", "closed"]
    assert not server.calls
