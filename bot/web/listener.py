"""Serves a web app in this process until it is told to end."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from bot.errors import ListenError
from bot.reasons import reason

LAST_SECONDS = 2
"""How long requests under way may take at the end."""


class _Quiet(uvicorn.Server):
    """uvicorn that leaves signals to the program."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Take an address; raises ListenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = "die Adresse ist belegt" if "in use" in str(error) else reason(error)
        raise ListenError(f"{host}:{port} lässt sich nicht öffnen: {why}.") from error


async def listen(app: Starlette, where: socket.socket, *, root_path: str = "", trusted: Sequence[str] = ()) -> None:
    """Serve an app until cancelled; requests under way are answered. `trusted`: proxies whose headers count."""
    server = _Quiet(
        uvicorn.Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            root_path=root_path,
            proxy_headers=bool(trusted),
            forwarded_allow_ips=list(trusted),
            server_header=False,
            timeout_graceful_shutdown=LAST_SECONDS,
        )
    )
    serving = asyncio.ensure_future(server.serve(sockets=[where]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
