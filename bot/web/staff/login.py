"""Logging in and out."""

import asyncio

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.logins import Opened, Refused
from bot.passwords import LONGEST
from bot.web.staff.asking import Kept, ask_who, go_on
from bot.web.staff.front import COOKIE, Front, token_of
from bot.web.staff.gate import posted
from bot.web.staff.render import moment

_FIELDS = ("name", "password", "next", "kept_for", "kept")


def login_routes(front: Front) -> list[Route]:
    """Return the routes that need no session."""

    async def ask(request: Request) -> Response:
        if await asyncio.to_thread(front.logins.session, token_of(request), front.clock.now()):
            return front.to(front.url("start"))
        return ask_who(front, request, request.query_params.get("next", ""))

    async def log_in(request: Request) -> Response:
        form = await posted(front, request)
        if isinstance(form, Response):
            return form
        return await asyncio.to_thread(_logged_in, front, request, form)

    async def log_out(request: Request) -> Response:
        form = await posted(front, request)
        if isinstance(form, Response):
            return form
        await asyncio.to_thread(front.end, request)
        response = front.to(front.url("login"))
        response.delete_cookie(COOKIE, path=front.home)
        return response

    return [
        Route("/login", ask, methods=["GET"], name="login"),
        Route("/login", log_in, methods=["POST"], name="login_check"),
        Route("/logout", log_out, methods=["POST"], name="logout"),
    ]


def _logged_in(front: Front, request: Request, form: FormData) -> Response:
    """Open a session with a token of its own, whatever token the browser had; or say why not."""
    name, password, aim, path, fields = (str(form.get(key, "")) for key in _FIELDS)
    kept = Kept(path, fields)
    who = {"address": request.client.host if request.client else "", "browser": request.headers.get("user-agent", "")}
    found = front.logins.log_in(name, password[: LONGEST + 1], now=front.clock.now(), **who)
    if isinstance(found, Opened):
        front.end(request)
        return go_on(front, request, aim, kept, found.token)
    status = 429 if found.retry_at else 401
    return ask_who(front, request, aim, kept, name=name, error=_refusal(found), status=status)


def _refusal(refused: Refused) -> str:
    """Say why a login did not work, and not whether there is such an account."""
    if refused.retry_at:
        return f"Zu viele Versuche. Bitte versuchen Sie es ab {moment(refused.retry_at)} wieder."
    return "Name oder Passwort stimmt nicht, oder das Konto ist gesperrt."
