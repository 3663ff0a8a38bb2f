"""Logging in and out."""

import asyncio
import secrets

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.logins import Opened, Refused
from bot.passwords import LONGEST
from bot.web.staff.front import COOKIE, Front, token_of
from bot.web.staff.gate import posted
from bot.web.staff.render import moment


def login_routes(front: Front) -> list[Route]:
    """Return the routes that need no session."""

    async def ask(request: Request) -> Response:
        if await asyncio.to_thread(front.logins.session, token_of(request), front.clock.now()):
            return front.to(front.url("start"))
        return _form(front, request, request.query_params.get("next", ""))

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


def _form(front: Front, request: Request, aim: str, **values: object) -> Response:
    """Show the form; a token is needed before, for it has to carry one."""
    if not token_of(request):
        request.cookies[COOKIE] = secrets.token_urlsafe(32)
        return front.keep(request, _form(front, request, aim, **values), token_of(request))
    status = int(str(values.pop("status", 200)))
    shown = {"name": "", "error": "", "sso": front.sso_name, "next": aim if front.is_own(aim) else "", **values}
    return front.shown(request, "login.html", shown, status=status)


def _logged_in(front: Front, request: Request, form: FormData) -> Response:
    """Open a session with a token of its own, whatever token the browser had; or say why not."""
    name, password, aim = (str(form.get(key, "")) for key in ("name", "password", "next"))
    who = {"address": request.client.host if request.client else "", "browser": request.headers.get("user-agent", "")}
    found = front.logins.log_in(name, password[: LONGEST + 1], now=front.clock.now(), **who)
    if isinstance(found, Opened):
        front.end(request)
        return front.keep(request, front.to(aim or front.url("start")), found.token)
    status = 429 if found.retry_at else 401
    return _form(front, request, aim, name=name, error=_refusal(found), status=status)


def _refusal(refused: Refused) -> str:
    """Say why a login did not work, and not whether there is such an account."""
    if refused.retry_at:
        return f"Zu viele Versuche. Bitte versuchen Sie es ab {moment(refused.retry_at)} wieder."
    return "Name oder Passwort stimmt nicht, oder das Konto ist gesperrt."
