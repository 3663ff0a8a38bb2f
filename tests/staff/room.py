"""The staff pages in one process: a database, accounts, and browsers without a window."""

import asyncio
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.accounts import Role
from bot.bootstrap import App
from bot.clock import Clock
from bot.live import LiveFaq
from bot.logins import Logins
from bot.passwords import Passwords
from bot.pulse import Pulse
from bot.staff import Member
from bot.staff_site import staff_site
from bot.store.database import Database
from bot.store.staff import SqlStaff
from bot.web.internal import internal_app
from bot.web.staff.front import Front
from tests.botapi.clients import NO_TLS

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Hashes that take no time; a test is no attack."""
SECRET = "vier Wörter ohne Sinn"
"""The password of everybody."""
NAMES = {Role.READ: "Lena", Role.EDIT: "Emil", Role.PUBLISH: "Petra", Role.ADMINISTER: "Vera"}

_CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]{64})"')


@dataclass
class Browser:
    """A browser without a window, scripts or pictures."""

    app: Starlette
    root: str = ""
    address: str = "192.0.2.7"
    scheme: str = "http"
    page: str = field(default="", repr=False)
    """The last page."""
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies, repr=False)
    last: httpx.Response = field(default_factory=lambda: httpx.Response(0), repr=False)
    """The last answer."""
    headers: dict[str, str] = field(default_factory=lambda: {"User-Agent": "Testbrowser"})

    def get(self, path: str, /, **query: Any) -> httpx.Response:
        """Open a page; redirects are not followed."""
        return self.send("GET", f"{self.root}/staff{path}", params=query or None)

    def post(self, path: str, /, **fields: Any) -> httpx.Response:
        """Send a form with the token of the last page."""
        token = {"csrf_token": self.token()} if self.token() else {}
        return self.send("POST", f"{self.root}/staff{path}", data={**token, **fields})

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where an answer leads to."""
        return self.send("GET", answer.headers["location"])

    def token(self) -> str:
        """Return the token in the forms of the last page."""
        found = _CSRF.search(self.page)
        return found[1] if found else ""

    def log_in(self, name: str, password: str = SECRET, **more: str) -> httpx.Response:
        """Fill in the login page."""
        self.get("/login")
        return self.post("/login", name=name, password=password, **more)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request to the app, in this process."""
        answer = asyncio.run(self._sent(method, path, **more))
        self.last = answer
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = unescape(answer.text)
        return answer

    async def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, root_path=self.root, client=(self.address, 1))
        options: dict[str, Any] = {
            "base_url": f"{self.scheme}://staff.test",
            "headers": self.headers,
            "cookies": self.cookies,
        }
        async with httpx.AsyncClient(transport=transport, verify=NO_TLS, **options) as client:
            answer = await client.request(method, path, **more)
            self.cookies = client.cookies
            return answer


@dataclass
class Room:
    """The staff pages of one bot."""

    app: App
    database: Database
    faq: LiveFaq
    site: Starlette
    """The staff pages alone."""
    served: Starlette
    """The internal listener's app, with the staff pages in it."""
    logins: Logins
    samples: dict[str, str] = field(default_factory=dict)
    """What stands in the place of a path's parameters."""

    @classmethod
    def opened(cls, app: App, database: Database, faq: LiveFaq) -> "Room":
        """Put the pages together."""
        site = staff_site(app, database, faq, CHEAP)
        clock = app.wiring.clock
        served = internal_app(Pulse(lambda: None, database.ping), faq, clock, site)
        return cls(app, database, faq, site, served, Logins(SqlStaff(database), CHEAP))

    @property
    def front(self) -> Front:
        """What the pages share."""
        front: Front = self.site.state.front
        return front

    def browser(self, role: Role | None = None, **more: Any) -> Browser:
        """Return a browser of its own, in which somebody of a role is logged in."""
        made = Browser(self.served, **more)
        if role:
            assert made.log_in(NAMES[role]).status_code == 303
            made.get("/")
        return made

    def member(self, role: Role) -> Member:
        """Return the account of a role."""
        found = self.logins.store.member(name=NAMES[role])
        assert found
        return found


def browser_of(site: Starlette, role: Role) -> Browser:
    """Return a browser for staff pages that stand alone, in which somebody of a role is logged in."""
    made = Browser(Starlette(routes=[Mount("/staff", site)]))
    assert made.log_in(NAMES[role]).status_code == 303
    made.get("/")
    return made


def settle(database: Database, clock: Clock) -> Logins:
    """Make an account for each role; everybody has changed their first password."""
    logins = Logins(SqlStaff(database), CHEAP)
    for role, name in NAMES.items():
        logins.add(name, role, who="Test", now=clock.now())
        member = logins.store.member(name=name)
        assert member
        values = {"password": CHEAP.hashed(SECRET), "first_until": None}
        logins.store.change(member.key, values, ("Test", "Eigenes Passwort geändert"), clock.now())
    return logins
