"""The staff pages as an app."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.errors import ConflictError, StoreError
from bot.publishing import ChangeError
from bot.web.guard import Guard
from bot.web.staff.front import Front
from bot.web.staff.gate import guarded
from bot.web.staff.headers import SafeHeaders
from bot.web.staff.login import login_routes
from bot.web.staff.page import Page
from bot.web.staff.render import STATIC, Frame, render
from bot.web.staff.sso import SingleSignOn
from bot.web.staff.sso_login import sso_routes
from intents.errors import FaqError

StaffApp = Starlette

_UNREADABLE = (
    "Die veröffentlichte FAQ oder der Entwurf lässt sich mit diesem Programm nicht lesen. "
    "Unter «Fassungen» können Sie eine frühere Fassung zurückholen."
)


def staff_app(front: Front, sso: SingleSignOn | None = None) -> StaffApp:
    """Return the app; it is to be mounted at `Front.home`."""
    routes = [
        *login_routes(front),
        *(sso_routes(front, sso) if sso else ()),
        *(_route(front, page) for page in front.pages),
    ]
    front.routes.update({route.name: route for route in routes})
    static = Mount("/static", StaticFiles(directory=STATIC), name="static")
    failed = render("error.html", Frame(front.url, ""), {"status": 500, "reason": "", "account": None})

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = front.error(request, error.status_code)
        response.headers.update(error.headers or {})
        return response

    async def no_store(request: Request, _error: Exception) -> Response:
        return front.error(request, 503, "Die Datenbank ist gerade nicht erreichbar. Bitte versuchen Sie es später.")

    async def conflict(request: Request, error: Exception) -> Response:
        return front.error(request, 409, str(error) if isinstance(error, ChangeError) else "")

    async def no_faq(request: Request, _error: Exception) -> Response:
        return front.error(request, 503, _UNREADABLE)

    handlers = {HTTPException: refuse, StoreError: no_store, FaqError: no_faq}

    app = Starlette(
        routes=[*routes, static],
        middleware=[Middleware(SafeHeaders), Middleware(Guard, failed=lambda: HTMLResponse(failed, 500))],
        exception_handlers={**handlers, ConflictError: conflict, ChangeError: conflict},
    )
    app.state.front = front
    app.router.redirect_slashes = False  # it would send people to whatever host they claim to have asked
    return app


def _route(front: Front, page: Page) -> Route:
    return Route(page.path, guarded(front, page), methods=[page.method], name=page.name)
