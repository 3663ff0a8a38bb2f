"""The start of the service: long, and yet to be stopped at once."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.options import TelegramOptions
from bot.channels.telegram.service import serve
from bot.errors import TokenError
from bot.store.database import Database
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


def run_for_a_while(place: Path, options: TelegramOptions, said: list[str]) -> None:
    """Run a bot until it says that it is ready, or ends by itself."""

    async def main(database: Database) -> None:
        stop = asyncio.Event()

        def ready() -> None:
            said.append("ready")
            stop.set()

        made = build("", database, options, handler=Echo(), prepare=lambda: said.append("loaded"), ready=ready)
        await asyncio.wait_for(serve(made, stop), 10)

    with closing(opened(str(place / "bot.sqlite"))) as database:
        upgrade(database)
        asyncio.run(main(database))


def test_ready_is_said_once_telegram_knows_the_bot(tmp_path: Path, server: Server) -> None:
    """Before that nobody could be answered."""
    said: list[str] = []
    run_for_a_while(tmp_path, TelegramOptions(server.token, api_url=server.url), said)
    assert said == ["loaded", "ready"]
    assert "getme" in [call.method for call in server.calls]


def test_a_token_that_nobody_knows_is_never_ready(tmp_path: Path, server: Server) -> None:
    """The operator reads of the token alone."""
    said: list[str] = []
    with pytest.raises(TokenError):
        run_for_a_while(tmp_path, TelegramOptions("7:falsch", api_url=server.url), said)
    assert said == ["loaded"]
