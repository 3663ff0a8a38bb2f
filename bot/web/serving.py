"""HTTP inside the running event loop: an app on a host and port, until its context ends."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.errors import WebError
from bot.reasons import reason

_GRACE_SECONDS = 2
"""How long an answer under way may still take at the end."""
_MOST_AT_ONCE = 200
"""Connections beyond that are told to come again."""


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to the program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install nothing."""
        yield


@asynccontextmanager
async def listen(
    app: ASGIApp, host: str, port: int, *, root_path: str = "", trusted: Sequence[str] = (), side: str = "PUBLIC"
) -> AsyncIterator[int]:
    """Serve an app; give the port, a free one for 0. Raises WebError when it cannot be had: the settings of the side.

    Only `trusted` proxies, addresses or networks, may say who the client is and whether it came by https.
    """
    bound = bound_to(host, port, side)
    server = _Server(_config(app, root_path, trusted))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def bound_to(host: str, port: int, side: str) -> socket.socket:
    """Take a port at once, so that a taken one is told in one line: raises WebError. Connections may come from now."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.create_server(address[:2], family=kind)
    except (socket.gaierror, UnicodeError) as error:  # the latter: no name at all, such as «..»
        raise WebError(f"{host}: Diesen Rechnernamen gibt es nicht. Bitte {side}_HOST prüfen.") from error
    except OSError as error:
        raise WebError(f"{host}:{port}: {reason(error)}. Bitte {side}_PORT prüfen.") from error
    # asyncio does so for its own sockets alone; without it an answer in two writes waits 40 ms for an ACK
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _config(app: ASGIApp, root_path: str, trusted: Sequence[str]) -> uvicorn.Config:
    """Return uvicorn's options: it says nothing about itself and logs no addresses."""
    return uvicorn.Config(
        app,
        root_path=root_path,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=list(trusted),
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
