"""A bot that echoes, running in a thread or in a process of its own."""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from bot.channels.telegram.options import Limits, TelegramOptions, Webhook
from bot.channels.telegram.service import Page, Service, Take, run_service, serve
from bot.clock import Clock, SystemClock
from bot.delivery import Message, MessageKind
from bot.ports import Claim, Outcome
from bot.pulse import Pulse
from bot.store.addresses import SqlAddresses
from bot.store.database import Database
from bot.store.inbox import SqlInbox
from bot.store.locks import LeaderLock, Role, SoleLeader
from bot.store.outbox import SqlOutbox
from bot.store.wakeup import listening
from bot.web.public import public_app
from bot.web.serving import listen
from tests.store_actor import opened

UNHURRIED = Limits(overall_per_second=1000, private_per_second=1000, private_burst=1000, group_per_minute=60_000)
"""For tests of something else than limits."""
SECRET = "geheim-1"


@dataclass
class Echo:
    """Answers what it is told to; what it handled stands in `heard`."""

    heard: list[str] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    """Texts that fail, and how often."""
    slow: dict[str, float] = field(default_factory=dict)
    """Beginnings of texts that take seconds."""

    def handle(self, claim: Claim, now: datetime, /) -> Outcome:  # noqa: ARG002
        """Repeat the text; an album is counted."""
        words = [said(json.loads(part.raw)) for part in claim.parts]
        text = words[0] if len(words) == 1 else f"Album aus {len(words)}"
        self._suffer(text)
        self.heard.append(text)
        state = replace(claim.saved.state, asked=claim.saved.state.asked + 1)
        return Outcome(state, messages=self._messages(claim, text))

    def apology(self, claim: Claim, /) -> tuple[Message, ...]:
        """Apologise."""
        return (message(claim.chat, "Entschuldigung"),)

    def _messages(self, claim: Claim, text: str) -> tuple[Message, ...]:
        return (message(claim.chat, f"Echo: {text}"),) if text else ()

    def _suffer(self, text: str) -> None:
        if self.failing.get(text, 0):
            self.failing[text] -= 1
            raise ValueError(text)
        for start, seconds in self.slow.items():
            if text.startswith(start):
                time.sleep(seconds)


def said(update: dict[str, Any]) -> str:
    """Return the text of a message."""
    inside = update.get("message")
    return str(inside.get("text", "")) if isinstance(inside, dict) else ""


def message(chat: str, text: str, **more: Any) -> Message:
    """Return a text to send."""
    return Message(chat, MessageKind.TEXT, payload(text), **more)


def payload(text: str) -> dict[str, Any]:
    """Return a text as HTML, and plain."""
    return {"method": "sendMessage", "params": {"text": text, "parse_mode": "HTML"}, "plain": text}


@dataclass
class Running:
    """A bot that runs, and what tests look at."""

    database: Database
    service: Service
    echo: Echo
    hook: str = ""
    ended: list[BaseException | None] = field(default_factory=list)
    """What the bot ended with, once it did."""

    @property
    def outbox(self) -> SqlOutbox:
        """The outbox."""
        return SqlOutbox(self.database)

    def chat(self, chat_id: int) -> str:
        """Return a chat's key."""
        return SqlAddresses(self.database).chat(chat_id, self.service.clock.now())


def build(place: str, database: Database, options: TelegramOptions, *, handler: Any, **more: Any) -> Service:
    """Put a service together as the program does."""
    inbox = SqlInbox(database)
    is_server = database.is_server
    if is_server:
        more["listening"] = partial(listening, place)
    more.setdefault("clock", SystemClock())
    return Service(
        options=options,
        handler=lambda _: handler,
        inbox=inbox,
        outbox=SqlOutbox(database),
        addresses=SqlAddresses(database),
        pulse=Pulse(inbox.oldest_waiting, database.ping),
        polling=LeaderLock(place, Role.POLL) if is_server else SoleLeader(),
        sending=LeaderLock(place, Role.SEND) if is_server else SoleLeader(),
        **more,
    )


def free_port() -> int:
    """Return a port that nobody uses right now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _is_open(port: int) -> bool:
    """Say whether somebody listens."""
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0


def webhook_page(port: int, take: Take) -> Page:
    """Serve the webhook."""
    return listen(public_app(take, SECRET, "/telegram"), "127.0.0.1", port)


@contextmanager
def bot(
    place: str,
    api_url: str,
    token: str,
    *,
    webhook: bool = False,
    limits: Limits = UNHURRIED,
    echo: Echo | None = None,
    clock: Clock | None = None,
    breaking: Callable[[Any], Any] = lambda inbox: inbox,
) -> Iterator[Running]:
    """Run a bot in a thread until the end of the block."""
    echo = echo or Echo()
    port = free_port()
    hook = Webhook(f"http://127.0.0.1:{port}/telegram", SECRET) if webhook else None
    options = TelegramOptions(token, api_url=api_url, webhook=hook, limits=limits)
    public = partial(webhook_page, port) if webhook else None
    with closing(opened(place)) as database:
        service = build(place, database, options, handler=echo, clock=clock or SystemClock(), public=public)
        service = replace(service, inbox=breaking(service.inbox))
        running = Running(database, service, echo, hook.url if hook else "")
        with _in_thread(running):
            while webhook and not running.ended and not _is_open(port):
                time.sleep(0.01)
            yield running


@contextmanager
def _in_thread(running: Running) -> Iterator[None]:
    """Serve beside the test; whatever it ends with is kept."""
    box: list[Callable[[], object]] = []
    ready = threading.Event()

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        box.append(lambda: loop.call_soon_threadsafe(stop.set))
        ready.set()
        await serve(running.service, stop)

    def work() -> None:
        try:
            asyncio.run(main())
            running.ended.append(None)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            running.ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        if not running.ended:
            box[0]()
        thread.join(20)
    assert not thread.is_alive()


class Deadly(Echo):
    """Dies of one word, as of a segmentation fault, and hangs at another."""

    def _suffer(self, text: str) -> None:
        if text == "Gift":
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "Stillstand":
            time.sleep(60)


def main(place: str, api_url: str, token: str, hook_port: str) -> None:
    """Run a bot as a process of its own until a signal."""
    hook = Webhook(f"http://127.0.0.1:{hook_port}/telegram", SECRET) if hook_port != "-" else None
    options = TelegramOptions(token, api_url=api_url, webhook=hook, limits=UNHURRIED)
    public = partial(webhook_page, int(hook_port)) if hook else None
    with closing(opened(place)) as database:
        run_service(build(place, database, options, handler=Deadly(), public=public))


if __name__ == "__main__":
    main(*sys.argv[1:])
