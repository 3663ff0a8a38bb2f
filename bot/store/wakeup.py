"""Wakes the other processes on a PostgreSQL server when there is work; on SQLite there are none."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from bot.store.database import server_options, server_url

WORK, SEND = "work", "send"
"""What there is to do."""

_CHANNEL = "faq_bot"
_GLANCE = 0.5
"""Seconds after which the listener sees that it is to end."""
_AGAIN = 2.0
"""Seconds until it tries again to reach the server."""

_TELLING = sa.select(sa.func.pg_notify(_CHANNEL, sa.bindparam("topic")))

log = structlog.get_logger(__name__)


def tell(connection: Connection, topic: str) -> None:
    """Wake the others when this transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TELLING, {"topic": f"{topic}:{_me()}"})


@contextmanager
def listening(url: str, ring: Callable[[str], None]) -> Iterator[None]:
    """Call `ring` with what there is to do, whenever another process says so; from a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=_listen, args=(url, ring, stop), name="listener", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def _listen(url: str, ring: Callable[[str], None], stop: threading.Event) -> None:
    """Listen until told to stop; without the server the loops look at their tables every second, as ever."""
    while not stop.is_set():
        with suppress(psycopg.Error):
            _hear(url, ring, stop)
        stop.wait(_AGAIN)


def _hear(url: str, ring: Callable[[str], None], stop: threading.Event) -> None:
    options: dict[str, Any] = {**server_options(), "application_name": "faq-bot listener"}
    address = server_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True, **options) as connection:
        connection.execute(f"LISTEN {_CHANNEL}".encode())
        while not stop.is_set():
            for notice in connection.notifies(timeout=_GLANCE):
                topic, _, sender = notice.payload.partition(":")
                if sender != _me():
                    ring(topic)


def _me() -> str:
    """Return what tells this process from others, also on other machines."""
    return f"{os.uname().nodename}-{os.getpid()}"
