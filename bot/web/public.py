"""The page that Telegram calls: an update is kept before it is confirmed."""

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import StoreError
from bot.web.guard import Guard

LARGEST = 1024 * 1024
"""Bytes of a body; Telegram's updates are far smaller."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header

Take = Callable[[Sequence[object]], Awaitable[bool]]
"""Keeps updates durably; False when one cannot be kept. Raises StoreError."""


def public_app(take: Take, secret: str, path: str) -> Starlette:
    """Return the app with the webhook's route."""

    async def webhook(request: Request) -> Response:
        if not _knows(request, secret):
            return Response(status_code=403)
        body = await read(request)
        if body is None:
            return Response(status_code=413)
        return Response(status_code=await _kept(take, body))

    return Starlette(routes=[Route(path, webhook, methods=["POST"])], middleware=[Middleware(Guard)])


def _knows(request: Request, secret: str) -> bool:
    """Compare in constant time, before anything is read."""
    given = request.headers.get(SECRET_HEADER, "")
    return hmac.compare_digest(given.encode(), secret.encode())


async def read(request: Request, largest: int = LARGEST) -> bytes | None:
    """Return a body; None as soon as it is known to be too long, without reading the rest, or when it breaks off."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > largest:
        return None
    parts, size = [], 0
    with suppress(ClientDisconnect):
        async for part in request.stream():
            parts.append(part)
            size += len(part)
            if size > largest:
                return None
        return b"".join(parts)
    return None


async def _kept(take: Take, body: bytes) -> int:
    """Return the status to answer; Telegram repeats what does not get a 2xx."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return 400
    try:
        return 200 if await take([update]) else 400
    except StoreError:
        return 503
