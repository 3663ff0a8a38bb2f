"""A part of the staff pages alone, with accounts and a browser."""

from collections.abc import Sequence

from bot.accounts import Role
from bot.store.database import Database
from bot.web.staff import own_pages, start_pages
from bot.web.staff.app import staff_app
from bot.web.staff.front import Front
from bot.web.staff.page import Page
from tests.fakes import FakeClock
from tests.staff.room import Browser, browser_of, settle


def slice_of(database: Database, pages: Sequence[Page], role: Role, clock: FakeClock | None = None) -> Browser:
    """Return a browser in which somebody of a role is logged in to these pages."""
    clock = clock or FakeClock()
    logins = settle(database, clock)
    all_pages = [*start_pages.pages(lambda: all_pages), *pages, *own_pages.pages(logins)]
    return browser_of(staff_app(Front(all_pages, logins, clock)), role)
