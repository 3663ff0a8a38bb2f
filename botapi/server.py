"""The server as one object: starts in a thread on a free port, answers until it is closed."""

import asyncio
import socket
from collections.abc import Callable
from threading import Thread
from typing import Self

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from botapi.app import build_app
from botapi.bell import Bell
from botapi.control import Control, ServerRoom
from botapi.delivery import Delivery
from botapi.faults import Fault
from botapi.gateway import Call, Gateway, Inspect
from botapi.limits import UNLIMITED, Limits
from botapi.people import People
from botapi.polling import Poller
from botapi.world import TOKEN, World

HOST = "127.0.0.1"
PATIENCE = 10.0
"""Seconds that starting and stopping may take."""


class CuttableProtocol(H11Protocol):
    """HTTP whose connection a request can close without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the transport to the requests of this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Server:
    """A Bot API server of one's own; use it as a context manager.

    `url` goes into the client as `base_url` (python-telegram-bot wants `url + "/bot"`), `people` acts in Telegram's
    apps, `room` holds time and troubles. `second` is how long a second of webhook back-off takes.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        limits: Limits = UNLIMITED,
        delay: float = 0.0,
        second: float = 1.0,
        inspect: Inspect | None = None,
    ) -> None:
        self.world = World(token=token, limits=limits)
        self.people = People(self.world)
        self._bell = Bell()
        delivery = Delivery(self.world, self._bell, second)
        poller = Poller(self.world, self._bell)
        self._gateway = Gateway(self.world, self._bell, poller, delivery, delay=delay, inspect=inspect)
        self.room = ServerRoom(self._gateway)
        self._app = build_app(self._gateway, Control(self._gateway, self.people))
        self._socket = socket.create_server((HOST, port))
        # asyncio does that for its own sockets alone; without it an answer in two writes waits 40 ms for an ACK
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._uvicorn = _configured(self._app)
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://{HOST}:{self._socket.getsockname()[1]}"

    @property
    def token(self) -> str:
        """The token that the server knows."""
        return self.world.token

    @property
    def calls(self) -> list[Call]:
        """Every call so far."""
        return self._gateway.calls

    @property
    def complaints(self) -> list[str]:
        """What `inspect` found wrong with the server's own answers."""
        return self._gateway.complaints

    def fault(self, fault: Fault) -> None:
        """Let the next calls go wrong."""
        self._gateway.faults.add(fault)

    def until(self, condition: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait in a thread of one's own until something is so; tell whether it is."""
        with self.world.lock:
            return self.world.lock.wait_for(condition, seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._uvicorn.should_exit = True
        self._uvicorn.force_exit = True
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        """Serve in this thread."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        """Answer and deliver until told to stop."""
        loop = asyncio.get_running_loop()
        listener = self._ringer(loop)
        self.world.listeners.append(listener)
        delivering = asyncio.create_task(self._gateway.delivery.run())
        await self._uvicorn.serve(sockets=[self._socket])
        self.world.listeners.remove(listener)
        delivering.cancel()

    def _ringer(self, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        """Return what rings the bell from any thread."""

        def ring() -> None:
            loop.call_soon_threadsafe(self._bell.ring)

        return ring


def _configured(app: Starlette) -> uvicorn.Server:
    """Return uvicorn with a protocol that can be cut."""
    config = uvicorn.Config(
        app,
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        timeout_keep_alive=60,
    )
    return uvicorn.Server(config)
