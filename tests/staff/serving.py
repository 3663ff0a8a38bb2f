"""The internal listener over real HTTP, beside the test."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from bot.web.serving import listen


@contextmanager
def served(app: ASGIApp, root_path: str = "") -> Iterator[str]:
    """Serve an app in a thread; give its address."""
    started, box = threading.Event(), dict[str, object]()

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        async with listen(app, "127.0.0.1", 0, root_path=root_path) as port:
            box.update(port=port, stop=lambda: loop.call_soon_threadsafe(stop.set))
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert started.wait(20)
    try:
        yield f"http://127.0.0.1:{box['port']}"
    finally:
        stop = box["stop"]
        assert callable(stop)
        stop()
        thread.join(20)
