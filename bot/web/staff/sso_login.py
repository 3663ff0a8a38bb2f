"""The way to the city's single sign-on and back."""

import asyncio
import hmac
import json
from dataclasses import asdict

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.logins import Opened
from bot.web.staff.front import Front
from bot.web.staff.sso import Asked, Person, SingleSignOn, SsoError

SSO_BACK = "/sso/zurueck"
_COOKIE = "faq_staff_sso"
_SECONDS = 600
"""How long somebody may take at the provider."""
_NO_ROLE = "Für Sie ist hier keine Rolle eingerichtet, oder Ihr Konto ist gesperrt. Wer verwalten darf, kann helfen."
_AGAIN = "Die zentrale Anmeldung hat Sie nicht bestätigt. Bitte versuchen Sie es noch einmal von vorn."
_AWAY = "Die zentrale Anmeldung ist gerade nicht erreichbar. Bitte versuchen Sie es später."

log = structlog.get_logger(__name__)


def sso_routes(front: Front, sso: SingleSignOn) -> list[Route]:
    """Return the routes: away to the provider, and back."""

    async def away(request: Request) -> Response:
        return await asyncio.to_thread(_away, front, sso, request)

    async def back(request: Request) -> Response:
        return await asyncio.to_thread(_back, front, sso, request)

    return [Route("/sso", away, name="sso"), Route(SSO_BACK, back, name="sso_back")]


def _away(front: Front, sso: SingleSignOn, request: Request) -> Response:
    """Send the browser to the provider; what is to be remembered stays with it."""
    try:
        address, asked = sso.ask()
    except SsoError as error:
        log.warning("sso_failed", step="ask", error=str(error))
        return front.error(request, 503, _AWAY)
    kept = json.dumps({**asdict(asked), "next": request.query_params.get("next", "")[:500]})
    response = RedirectResponse(address, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(_COOKIE, kept, _SECONDS, path=front.home, httponly=True, samesite="lax", secure=secure)
    return response


def _back(front: Front, sso: SingleSignOn, request: Request) -> Response:
    """Open a session for who comes back from the provider."""
    response = _returned(front, sso, request)
    response.delete_cookie(_COOKIE, path=front.home)
    return response


def _returned(front: Front, sso: SingleSignOn, request: Request) -> Response:
    kept = _kept(request)
    asked = _asked(kept, request.query_params.get("state", ""))
    if asked is None or not request.query_params.get("code"):
        return front.error(request, 403, _AGAIN)
    try:
        person = sso.person(request.query_params["code"], asked, front.clock.now())
    except SsoError as error:
        log.warning("sso_failed", step="person", error=str(error))
        return front.error(request, 403, _AGAIN)
    return _signed_on(front, request, person, str(kept.get("next", "")))


def _signed_on(front: Front, request: Request, person: Person, aim: str) -> Response:
    """Open a session, whatever token the browser had; or say that there is no role."""
    browser = request.headers.get("user-agent", "")
    found = front.logins.sign_on(person.subject, person.name, person.role, browser=browser, now=front.clock.now())
    if not isinstance(found, Opened):
        return front.error(request, 403, _NO_ROLE)
    front.end(request)
    return front.keep(request, front.to(aim or front.url("start")), found.token)


def _kept(request: Request) -> dict[str, object]:
    """Return what the browser remembered."""
    try:
        found = json.loads(request.cookies.get(_COOKIE, "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _asked(kept: dict[str, object], state: str) -> Asked | None:
    """Return the login that is under way, if it was this browser that began it."""
    asked = Asked(*(str(kept.get(key, "")) for key in ("state", "nonce", "verifier")))
    is_same = hmac.compare_digest(asked.state.encode(errors="replace"), state.encode(errors="replace"))
    return asked if asked.state and is_same else None
