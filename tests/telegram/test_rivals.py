"""Another program that receives with the same token."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import receive
from bot.channels.telegram.api import Api, RivalError
from bot.channels.telegram.arrivals import WANTED
from bot.channels.telegram.options import TelegramOptions
from bot.channels.telegram.receive import Poll, Receiver
from bot.clock import SystemClock
from bot.pulse import Pulse
from bot.store.database import Database
from bot.store.inbox import SqlInbox
from bot.store.locks import SoleLeader
from bot.threads import Threads


class Rivalled(Api):
    """A Bot API at which somebody else waits for updates all the time."""

    async def call(self, method: str, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - its interface
        """Answer whatever is asked on the side."""
        return {"url": "", "allowed_updates": list(WANTED)} if method == "getWebhookInfo" else True

    async def updates(self, offset: int | None, seconds: int, kinds: tuple[str, ...]) -> list[Any]:  # noqa: ARG002
        """Disturb whoever waits."""
        if seconds:
            raise RivalError("terminated by other getUpdates request")
        return []


def test_two_programs_with_one_token_disturb_each_other_ever_more_slowly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Preparing the poll again is no success; else both would log several lines a second without end."""
    pauses: list[float] = []

    async def note(stop: asyncio.Event, seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            stop.set()

    monkeypatch.setattr(receive, "rest", note)
    api, clock, threads, pulse = (
        Rivalled(TelegramOptions("1:a")),
        SystemClock(),
        Threads(1, "poll"),
        Pulse(lambda: None, lambda: None),
    )
    inbox = SqlInbox(Database.at(tmp_path / "bot.sqlite"))
    receiver = Receiver(api, inbox, clock, threads, pulse, wake=lambda: None, is_urgent=lambda _: False)
    asyncio.run(Poll(api, receiver, SoleLeader(), threads, pulse).run(asyncio.Event()))
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert pulse.conflicts == 5
