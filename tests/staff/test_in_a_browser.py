"""Every page in a real browser: axe finds nothing, nothing runs out of the window, the keyboard is enough."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Dialog, Page

from bot.accounts import Role
from tests.fakes import FakeClock
from tests.staff.chromium import DESK, HALF_A_DESK, PHONE, chromium
from tests.staff.conftest import PATH, opened
from tests.staff.room import NAMES, SECRET, Room
from tests.staff.samples import furnish, path_of
from tests.staff.serving import served
from tests.staff.test_every_page import GETS, PAGES

ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
SMALL = """() => [...document.querySelectorAll('button, input, select, textarea, summary, nav a')]
    .filter(each => each.type !== 'hidden' && each.checkVisibility())
    .filter(each => { const box = each.getBoundingClientRect(); return box.width < 24 || box.height < 24 })
    .map(each => each.outerHTML.slice(0, 120))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one browser for all tests of the file."""
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def site(prepared: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator["Site"]:
    """Return the staff pages over HTTP, with somebody who may do everything."""
    folder = tmp_path_factory.mktemp("browser")
    (folder / PATH).write_bytes(prepared.read_bytes())
    with opened(folder, FakeClock()) as room:
        room.faq.load()
        furnish(room)
        with served(room.served) as address:
            yield Site(room, address, browser)


class Site:
    """The pages, and a window in which somebody is logged in."""

    def __init__(self, room: Room, address: str, browser: Browser) -> None:
        self.room = room
        self.address = address
        self.browser = browser
        self.broken: list[str] = []
        """What the browser complained about."""
        self.window = self.opened()
        log_in(self.window, address)

    def opened(self, **more: Any) -> Page:
        """Open a window of its own."""
        page = self.browser.new_context(viewport=DESK, locale="de-DE", **more).new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: self.broken.append(said.text) if said.type == "error" else None)
        page.on("dialog", self._noted)
        return page

    def _noted(self, dialog: Dialog) -> None:
        """Note that a script ran."""
        self.broken.append(dialog.message)
        dialog.dismiss()

    def show(self, name: str) -> Page:
        """Open a page of the site, with all that can be unfolded."""
        self.broken.clear()
        self.window.emulate_media(color_scheme="light")
        self.window.goto(f"{self.address}/staff{path_of(self.room, PAGES[name])}")
        for details in self.window.locator("details").all():
            details.evaluate("each => each.open = true")
        return self.window


def log_in(page: Page, address: str, role: Role = Role.ADMINISTER) -> None:
    """Fill in the login page."""
    page.goto(f"{address}/staff/login")
    page.get_by_label("Name").fill(NAMES[role])
    page.get_by_label("Passwort").fill(SECRET)
    page.get_by_role("button", name="Anmelden").click()


def complaints(page: Page, options: Mapping[str, Any]) -> list[str]:
    """Return what axe finds, a line each."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, options)", dict(options))["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


SEEN = [name for name in GETS if not PAGES[name].path.endswith(".csv")]


@pytest.mark.parametrize("name", SEEN)
def test_everybody_can_use_the_page(site: Site, name: str) -> None:
    """Axe finds nothing, in light and dark; on a phone and at 200 % (640 of 1280 pixels) nothing is cut off.

    What can be pressed has 24 pixels in both directions; nothing that somebody wrote runs; the browser complains of
    nothing.
    """
    page = site.show(name)
    assert complaints(page, ALL) == []
    assert page.evaluate(SMALL) == []
    page.emulate_media(color_scheme="dark")
    assert complaints(page, COLOURS) == []
    for size in (PHONE, HALF_A_DESK):
        page.set_viewport_size(size)
        assert page.evaluate(WIDER) <= 0, size
    page.set_viewport_size(DESK)
    assert page.locator("main script, main img[src='x']").count() == 0
    assert site.broken == []


def test_the_preview_follows_what_is_typed(site: Site) -> None:
    """Without a button; nothing is saved, and what was typed does not run."""
    page = site.show("entry_edit")
    page.get_by_label("Antwort (Pflichtfeld)").fill("Das ist *ganz neu*. <img src=x onerror=alert(1)>")
    page.locator("#vorschau-bereich b", has_text="ganz neu").wait_for()
    assert page.locator("#vorschau-bereich img").count() == 0
    page.reload()
    assert page.locator("#vorschau-bereich b", has_text="ganz neu").count() == 0
    assert site.broken == []


@pytest.mark.parametrize("path", ["/login", "/gibtesnicht"])
def test_axe_finds_nothing_before_the_login(site: Site, path: str) -> None:
    """The login page and one that says what is wrong."""
    page = site.opened()
    page.goto(f"{site.address}/staff{path}")
    assert complaints(page, ALL) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) <= 0
    page.context.close()


def test_axe_finds_nothing_when_a_session_has_ended(site: Site) -> None:
    """What was typed travels along, and is sent with a click."""
    page = site.opened()
    log_in(page, site.address)
    page.goto(f"{site.address}/staff/eintraege/neu")
    page.get_by_label("Frage (Pflichtfeld)").fill("Wann ist Markt?")
    page.get_by_label("Antwort (Pflichtfeld)").fill("Am Samstag.\n\n- von 8\n- bis 13 Uhr")
    site.room.database.write(lambda connection: connection.exec_driver_sql("DELETE FROM staff_session"))
    page.get_by_role("button", name="In den Entwurf").click()
    assert complaints(page, ALL) == []
    page.get_by_label("Name").fill(NAMES[Role.EDIT])
    page.get_by_label("Passwort").fill(SECRET)
    page.get_by_role("button", name="Anmelden").click()
    assert complaints(page, ALL) == []
    page.get_by_role("button", name="Jetzt absenden").click()
    page.get_by_role("heading", name="Wann ist Markt?").wait_for()
    assert page.locator(".bubble").first.inner_text().startswith("Am Samstag.")
    page.context.close()
    log_in(site.window, site.address)


def test_the_keyboard_is_enough_to_log_in_and_out(site: Site) -> None:
    """Tab and Enter; the first Tab leads past the menu; the focus is seen."""
    page = site.opened()
    page.goto(f"{site.address}/staff/konten")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Zum Inhalt"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(NAMES[Role.ADMINISTER])
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Konten", exact=True).wait_for()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent") == "Abmelden":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Anmelden").wait_for()
    page.context.close()
