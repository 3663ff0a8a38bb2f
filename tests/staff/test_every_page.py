"""What holds for every page there is: the list is read from the app, so that a new page is tested or fails here."""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from bot.accounts import Role
from bot.errors import ConflictError, StoreError
from bot.publishing import ChangeError
from bot.web.staff.app import staff_app
from bot.web.staff.front import Front
from bot.web.staff.headers import POLICY
from bot.web.staff.page import Page, Shown, Visit
from intents.errors import FaqError, Finding
from tests.fakes import FakeClock
from tests.staff.conftest import PATH, opened
from tests.staff.room import NAMES, SECRET, Browser, Room
from tests.staff.samples import furnish, path_of

OPEN = {"login", "login_check", "logout", "static"}
"""What needs no session; tested in test_login.py."""


def _pages() -> Sequence[Page]:
    """Return the pages of the program as it is put together."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), FakeClock()) as room:
        return room.front.pages


PAGES = {page.name: page for page in _pages()}
GETS = [name for name, page in PAGES.items() if page.method == "GET"]
POSTS = [name for name, page in PAGES.items() if page.method == "POST"]


class House:
    """A room with somebody of each role in it, for many requests; what they change in it does not matter."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.browsers = {role: room.browser(role) for role in Role}
        self.stranger = room.browser()
        self._forms = self._found_forms()

    def ask(
        self, name: str, fields: Mapping[str, str] | None = None, *, role: Role | None = None, odd: str | None = None
    ) -> httpx.Response:
        """Ask for a page as links and buttons do, as somebody of a role, or of the one it needs."""
        page = PAGES[name]
        browser, path = self.browsers[role or page.role], path_of(self.room, page, odd)
        return (browser.get if page.method == "GET" else browser.post)(path, **(fields or {}))

    def names(self, page: Page) -> list[str]:
        """Return the names of all fields that lead to a page, and usual ones."""
        own = [names for action, names in self._forms.items() if action == f"/staff{path_of(self.room, page)}"]
        return sorted({*(name for names in own for name in names), *USUAL} - {"csrf_token"})

    def _found_forms(self) -> dict[str, set[str]]:
        """Return the fields of all forms on all pages, by the address to which they go."""
        found: dict[str, set[str]] = {}
        for name in GETS:
            html = self.browsers[Role.ADMINISTER].get(path_of(self.room, PAGES[name])).text
            for form in re.findall(r"<form\b.*?</form>", html, re.DOTALL):
                action = unescape((re.search(r'action="([^"]*)"', form) or [""] * 2)[1]).partition("?")[0]
                found.setdefault(action, set()).update(re.findall(r'name="([^"]+)"', form))
        return found


USUAL = {"page", "sort", "filter", "q", "days", "from", "until", "next"}


@pytest.fixture(scope="module")
def house(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Return one house for all tests of a file: making it takes longer than most requests."""
    folder = tmp_path_factory.mktemp("house")
    (folder / PATH).write_bytes(prepared.read_bytes())
    with opened(folder, FakeClock()) as room:
        room.faq.load()
        furnish(room)
        yield House(room)


def test_every_route_is_a_page_or_known_to_be_open(house: House) -> None:
    """Nothing is reachable that these tests do not know."""
    routes = [route for route in house.room.site.routes if isinstance(route, Route | Mount)]
    assert len(routes) == len(house.room.site.routes)
    assert {route.name for route in routes} == OPEN | set(PAGES)
    assert all(route.methods == {"POST"} for route in routes if isinstance(route, Route) and route.name in POSTS)


@pytest.mark.parametrize("name", PAGES)
def test_nobody_gets_in_without_a_login(house: House, name: str) -> None:
    """The login page comes instead."""
    path = path_of(house.room, PAGES[name])
    answer = house.stranger.get(path) if name in GETS else house.stranger.post(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/staff/login")
    _has_headers(answer)


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.role > Role.READ])
def test_a_role_that_is_too_low_gets_a_refusal(house: House, name: str) -> None:
    """A page that says so."""
    answer = house.ask(name, role=Role(PAGES[name].role - 1))
    assert answer.status_code == 403
    assert "Ihre Rolle reicht dafür nicht" in answer.text
    _has_headers(answer)


@pytest.mark.parametrize("name", GETS)
def test_the_role_that_it_needs_sees_the_page(house: House, name: str) -> None:
    """Whole, with the samples in it, and nothing in it that the policy forbids."""
    answer = house.ask(name)
    assert answer.status_code == 200, answer.text
    _has_headers(answer)
    if not answer.headers["content-type"].startswith("text/html"):
        return
    scan = _Scan()
    scan.feed(answer.text)
    assert scan.wrong == []
    assert [each for each, count in Counter(scan.ids).items() if count > 1] == []
    assert scan.tags.count("h1") == scan.tags.count("main") == scan.tags.count("title") == 1


def _has_headers(answer: httpx.Response) -> None:
    """Look for what every answer has to say."""
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("name", POSTS)
def test_a_form_of_another_site_is_refused(house: House, name: str) -> None:
    """Without the token, with another one, or from a browser that says where it comes from."""
    for token in ("", "0" * 64, "ä"):
        answer = house.ask(name, {"csrf_token": token})
        assert answer.status_code == 403
        assert "gehört nicht zu Ihrer Sitzung" in answer.text
    browser = house.browsers[PAGES[name].role]
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    browser.get("/")
    try:
        assert house.ask(name).status_code == 403
    finally:
        del browser.headers["Sec-Fetch-Site"]


@pytest.mark.parametrize("name", POSTS)
def test_a_body_that_is_too_long_is_refused(house: House, name: str) -> None:
    """Before it is read to its end."""
    house.browsers[PAGES[name].role].get("/")
    answer = house.ask(name, {"words": "x" * 600_000})
    assert answer.status_code == 413
    assert "größer, als es sein darf" in answer.text
    _has_headers(answer)


class _Scan(HTMLParser):
    """Collects what a strict policy forbids, and what a page has to have."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self._in_post = False
        self._has_token = True
        self._in_drawing = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag."""
        given = dict(attrs)
        self._in_drawing = tag == "svg" or self._in_drawing
        self.tags.append(f"svg {tag}" if self._in_drawing else tag)
        self.ids += filter(None, [given.get("id")])
        self.wrong += [f"{tag} {key}" for key in given if key == "style" or key.startswith("on")]
        self.wrong += [tag] if tag in {"style", "iframe", "object", "base"} else []
        self.wrong += [tag] if tag == "script" and not str(given.get("src")).startswith("/staff/static/") else []
        for key in ("src", "href", "action"):
            if re.match(r"(?i)https?:|//|javascript:|data:", given.get(key) or "") and tag != "a":
                self.wrong.append(f"{tag} {key}={given[key]}")
        if tag == "form" and (given.get("method") or "").lower() == "post":
            self._in_post, self._has_token = True, False
        if self._in_post and given.get("name") == "csrf_token":
            self._has_token = True

    def handle_data(self, data: str) -> None:
        """Look whether a script has words of its own."""
        self.wrong += ["inline script"] if self.tags[-1:] == ["script"] and data.strip() else []

    def handle_endtag(self, tag: str) -> None:
        """Look whether a form had its token; a drawing has titles of its own."""
        self._in_drawing = self._in_drawing and tag != "svg"
        if tag == "form":
            self.wrong += [] if self._has_token else ["form without token"]
            self._in_post, self._has_token = False, True


ODD = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1",
            "99999999999999999999",
            "1e9",
            "٣",
            "\x00",
            "a\x00b",
            "\ud7ff",
            "%00",
            "' OR 1=1 --",
            "🙂" * 300,
        ]
    ),
    st.sampled_from(["2026-13-45", "9999-12-31", "0001-01-01", "<script>alert(1)</script>", "../../etc", "x" * 4000]),
    st.text(max_size=40),
)


FEW = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)


@pytest.mark.parametrize("name", GETS)
@FEW
@given(odd=st.lists(ODD, min_size=12, max_size=12))
def test_odd_queries_are_answered_politely(house: House, name: str, odd: list[str]) -> None:
    """With a page, or one that says what is wrong; never with an error of the program."""
    query = dict(zip(house.names(PAGES[name]), cycle(odd), strict=False))
    answer = house.ask(name, query, role=Role.ADMINISTER)
    assert answer.status_code < 500, (query, answer.text)


@pytest.mark.parametrize("name", [name for name in POSTS if name not in {"password_change", "sessions_end"}])
@FEW
@given(odd=st.lists(ODD, min_size=12, max_size=12))
def test_odd_forms_are_answered_politely(house: House, name: str, odd: list[str]) -> None:
    """As with queries; the fields are those of all forms on the pages."""
    form = dict(zip(house.names(PAGES[name]), cycle(odd), strict=False))
    house.browsers[Role.ADMINISTER].get("/")
    answer = house.ask(name, form, role=Role.ADMINISTER)
    assert answer.status_code < 500, (form, answer.text)


@FEW
@given(odd=st.lists(ODD, min_size=5, max_size=5))
def test_odd_logins_are_answered_politely(house: House, odd: list[str]) -> None:
    """With whatever somebody carries along; a right password leads to a page of ours in any case."""
    right = (NAMES[Role.READ], SECRET)
    for who, secret, aim in ((odd[0], odd[1], odd[2]), (*right, odd[2]), (*right, "/staff/auswertung")):
        browser = house.room.browser(address=str(uuid4()))
        browser.get("/login", next=odd[2])
        fields = {"next": odd[3], "kept": odd[4], "kept_for": aim}
        answer = browser.post("/login", name=who, password=secret, **fields)
        assert answer.status_code < 500, (fields, answer.text)
        assert answer.headers.get("location", "/staff/").startswith("/staff/")


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if "{" in page.path])
@pytest.mark.parametrize(
    "odd", ["gibtesnicht", "%00", "-1", "99999999999999999999", "%F0%9F%99%82", "a%2Fb", "x" * 3000]
)
def test_odd_names_in_a_path_are_answered_politely(house: House, name: str, odd: str) -> None:
    """What is not there is a page that says so."""
    house.browsers[Role.ADMINISTER].get("/")
    answer = house.ask(name, role=Role.ADMINISTER, odd=odd)
    assert answer.status_code in {303, 400, 404, 409, 422}, answer.text


def test_unknown_addresses_and_methods_are_pages(house: House) -> None:
    """In German, with a way back."""
    browser = house.browsers[Role.READ]
    unknown, wrong = browser.get("/gibtesnicht"), browser.get("/logout")
    assert (unknown.status_code, wrong.status_code) == (404, 405)
    assert "Diese Seite gibt es nicht" in unknown.text
    assert "Zur Startseite" in wrong.text
    assert wrong.headers["allow"] == "POST"


def test_pages_wait_for_the_faq(tmp_path: Path, prepared: Path) -> None:
    """While it is being prepared they say so; the account's own pages work."""
    (tmp_path / PATH).write_bytes(prepared.read_bytes())
    with opened(tmp_path, FakeClock()) as room:
        browser = room.browser(Role.READ)
        answer = browser.get("/eintraege")
        assert (answer.status_code, "Das Programm bereitet sich gerade vor" in answer.text) == (503, True)
        assert browser.get("/passwort").status_code == 200


FAILURES = [
    (ValueError("Meine Katze heißt Mimi"), 500, "Der Fehler liegt beim Programm"),
    (StoreError("postgresql://db.example.org: weg"), 503, "Die Datenbank ist gerade nicht erreichbar"),
    (ConflictError("Meine Katze heißt Mimi"), 409, "Jemand anders war schneller"),
    (FaqError([Finding("faq.yaml", 1, 1, "Meine Katze heißt Mimi")]), 503, "Unter «Fassungen»"),
]


@pytest.mark.parametrize(("error", "status", "said"), FAILURES)
def test_what_goes_wrong_is_a_page(
    house: House, error: Exception, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without what the error said, which may be a citizen's words; the log does not have it either."""

    def fail(_visit: Visit) -> Shown:
        raise error

    answer = _failing(house, fail)
    assert (answer.status_code, said in answer.text) == (status, True)
    _has_headers(answer)
    assert str(error) not in answer.text + capsys.readouterr().err


def test_why_the_faq_cannot_be_changed_is_told(house: House) -> None:
    """In the words that are meant for the editor, whichever page it was."""

    def fail(_visit: Visit) -> Shown:
        raise ChangeError("Bitte ändern Sie ihn in der Datei selbst.")

    answer = _failing(house, fail)
    assert (answer.status_code, "in der Datei selbst" in answer.text) == (409, True)


def _failing(house: House, view: Callable[[Visit], Shown]) -> httpx.Response:
    """Open a page that fails."""
    room = house.room
    front = Front([Page("/", "start", Role.READ, view)], room.logins, room.app.wiring.clock)
    browser = Browser(Starlette(routes=[Mount("/staff", staff_app(front))]))
    browser.cookies = house.browsers[Role.ADMINISTER].cookies
    return browser.get("/")


def test_no_redirect_follows_the_host_that_was_claimed(house: House) -> None:
    """Each leads to a path."""
    browser = house.room.browser()
    browser.headers["Host"] = "example.org"
    for path in ("", "/", "/konten/", "//example.org/", "/login/"):
        answer = browser.get(path)
        assert "example.org" not in answer.headers.get("location", "").removeprefix("/staff/login?next=")
        assert not answer.headers.get("location", "/").startswith(("//", "http"))
