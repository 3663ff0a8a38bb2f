"""Threads that nobody waits for at the end."""

import asyncio
import threading

from bot.threads import run_to_end


def test_the_end_waits_for_no_name_server() -> None:
    """Asyncio looks up names in threads of its own, and would wait for them."""
    silent, asked = threading.Event(), threading.Event()

    def lookup() -> None:
        asked.set()
        silent.wait(30)

    async def main() -> None:
        asyncio.get_running_loop().run_in_executor(None, lookup)
        await asyncio.to_thread(asked.wait)

    ending = threading.Thread(target=lambda: run_to_end(main()))
    ending.start()
    ending.join(10)
    has_ended = not ending.is_alive()
    silent.set()
    ending.join()
    assert has_ended
