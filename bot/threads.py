"""Units of work in threads; one that hangs does not keep the process from ending."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple["Future[Any]", Callable[[], Any]]


def run_to_end(main: Coroutine[Any, Any, None]) -> None:
    """Run a program as asyncio.run does, but wait for no thread: a name server that is silent may hold one for long."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_Unawaited())
        runner.run(main)


class _Unawaited(ThreadPoolExecutor):
    """The threads that asyncio uses by itself."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:  # noqa: ARG002, FBT - its interface
        """Let them end by themselves."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


class Threads:
    """A fixed number of daemon threads; those of concurrent.futures are waited for at the end, however long."""

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._count = count
        for number in range(count):
            Thread(target=self._serve, name=f"{name}-{number}", daemon=True).start()

    async def run(self, work: Callable[[], T]) -> T:
        """Do some work in the next free thread."""
        future: Future[T] = Future()
        self._jobs.put((future, work))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let the threads end after what they have to do."""
        for _ in range(self._count):
            self._jobs.put(None)

    def _serve(self) -> None:
        while job := self._jobs.get():
            future, work = job
            if future.set_running_or_notify_cancel():
                _settle(future, work)


def _settle(future: "Future[T]", work: Callable[[], T]) -> None:
    """Do the work and hand over what becomes of it."""
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - not dealt with here: whoever waits gets it
        future.set_exception(error)
    else:
        future.set_result(result)
