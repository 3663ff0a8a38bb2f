"""How tests speak to the server: through python-telegram-bot, or with bare HTTP."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError

from botapi.server import Server

Talk = Callable[[Bot], Awaitable[Any]]


NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Spares each call the reading of all authorities of the world."""


def talk(server: Server, *steps: Talk) -> list[Any]:
    """Let python-telegram-bot make calls one after the other; an error it raises stands in its place."""
    return asyncio.run(_talk(server, steps))


async def _talk(server: Server, steps: tuple[Talk, ...]) -> list[Any]:
    """Make the calls of one client."""
    async with Bot(server.token, base_url=f"{server.url}/bot") as bot:
        return [await _outcome(step, bot) for step in steps]


async def _outcome(step: Talk, bot: Bot) -> Any:
    """Return what a call returns or raises."""
    try:
        return await step(bot)
    except TelegramError as error:
        return error


def call(server: Server, method: str, *, token: str | None = None, **params: Any) -> dict[str, Any]:
    """Make one call as JSON and return the body."""
    url = f"{server.url}/bot{token or server.token}/{method}"
    body: dict[str, Any] = httpx.post(url, json=params, timeout=5, verify=NO_TLS).json()
    return body


def result(server: Server, method: str, **params: Any) -> Any:
    """Make a call that must succeed."""
    body = call(server, method, **params)
    assert body["ok"], body
    return body["result"]


def refusal(server: Server, method: str, **params: Any) -> str:
    """Make a call that must fail; return what the server says."""
    body = call(server, method, **params)
    assert not body["ok"], body
    return str(body["description"])


def keyboard(*data: str) -> InlineKeyboardMarkup:
    """Return a keyboard with a button in each row."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(f"Knopf {one}", callback_data=one)] for one in data])


def updates(server: Server, **params: Any) -> list[dict[str, Any]]:
    """Poll once."""
    found: list[dict[str, Any]] = result(server, "getUpdates", **params)
    return found
