"""The staff pages as a whole: addresses, cookie, and how a page, an error or a move becomes an answer."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.accounts import Account
from bot.clock import Clock
from bot.logins import Logins
from bot.staff import Session
from bot.web.staff.page import Page
from bot.web.staff.render import Frame, render

COOKIE = "faq_staff"
MOUNT = "/staff"


def _yes() -> bool:
    return True


@dataclass(frozen=True)
class Front:
    """What all staff pages share."""

    pages: Sequence[Page]
    logins: Logins
    clock: Clock
    root_path: str = ""
    """What a reverse proxy takes away from the front of a path."""
    is_ready: Callable[[], bool] = _yes
    """Whether the FAQ is prepared."""
    sso_name: str = ""
    """What the button of single sign-on says; empty: there is none."""
    routes: dict[str, Route] = field(default_factory=dict)
    """By name; filled when the app is put together."""

    @property
    def home(self) -> str:
        """The path below which all staff pages lie."""
        return f"{self.root_path}{MOUNT}"

    def url(self, name: str, **params: Any) -> str:
        """Return the address of a page; what is not part of its path becomes its query."""
        if name == "static":
            return f"{self.home}/static/{quote(params['path'])}"
        route = self.routes[name]
        inside = {key: _quoted(value) for key, value in params.items() if key in route.param_convertors}
        query = {key: value for key, value in params.items() if key not in inside and value is not None}
        return f"{self.home}{route.url_path_for(name, **inside)}{'?' if query else ''}{urlencode(query, doseq=True)}"

    def shown(
        self,
        request: Request,
        template: str,
        values: Mapping[str, Any],
        *,
        session: Session | None = None,
        status: int = 200,
    ) -> Response:
        """Answer with a page."""
        account = session.member.account if session else None
        frame = Frame(self.url, csrf_token(token_of(request)), self.navigation(account), request.scope["path"])
        around = {"visit": None, "account": account, "notice": session.notice if session else None}
        return HTMLResponse(render(template, frame, {**around, **values}), status)

    def navigation(self, account: Account | None) -> tuple[tuple[str, str], ...]:
        """Return titles and addresses of the pages that an account may open."""
        if account is None:
            return ()
        return tuple((page.nav, self.url(page.name)) for page in self.pages if page.nav and account.role >= page.role)

    def error(self, request: Request, status: int, reason: str = "", *, session: Session | None = None) -> Response:
        """Answer with a page that says what is wrong."""
        said = {"status": status, "reason": reason}
        return self.shown(request, "error.html", said, session=session, status=status)

    def to(self, address: str) -> Response:
        """Send the browser to a page of ours, by GET."""
        return RedirectResponse(address if self.is_own(address) else self.url("start"), 303)

    def is_own(self, address: str) -> bool:
        """Say whether an address is the path of a staff page: with «//» or a backslash it would lead away."""
        odd = "\\" in address or ".." in address or any(sign.isspace() or not sign.isprintable() for sign in address)
        return address.startswith(f"{self.home}/") and not odd

    def keep(self, request: Request, response: Response, token: str) -> Response:
        """Give the browser the token of its session; scripts and other sites do not get it."""
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, token, path=self.home, httponly=True, samesite="lax", secure=secure)
        return response

    def end(self, request: Request) -> None:
        """End the session that the browser had, if any."""
        session = self.logins.session(token_of(request), self.clock.now())
        if session:
            self.logins.log_out(session)


def token_of(request: Request) -> str:
    """Return the token that the browser sent."""
    return request.cookies.get(COOKIE, "")


def csrf_token(token: str) -> str:
    """Return what a form has to carry: only our pages know it, for it comes from the cookie."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_ours(request: Request, given: object) -> bool:
    """Say whether a POST comes from a page that was made for this browser."""
    token = token_of(request)
    site = request.headers.get("sec-fetch-site", "same-origin")
    fits = hmac.compare_digest(csrf_token(token).encode(), str(given).encode(errors="replace"))
    return bool(token) and fits and site in {"same-origin", "none"}


def _quoted(value: Any) -> Any:
    """Return a part of a path as it stands in an address."""
    return quote(value, safe="") if isinstance(value, str) else value
