"""Puts the staff pages together: services, pages, and the app that serves them."""

from collections.abc import Sequence

from bot.bootstrap import App
from bot.live import LiveFaq
from bot.logins import Logins
from bot.passwords import Passwords
from bot.store.audit import SqlAudit
from bot.store.database import Database
from bot.store.staff import SqlStaff
from bot.web.staff import account_pages, audit_pages, own_pages, start_pages
from bot.web.staff.app import StaffApp, staff_app
from bot.web.staff.front import Front
from bot.web.staff.page import Page


def staff_site(app: App, database: Database, faq: LiveFaq) -> StaffApp:
    """Return the staff pages of a program that works with this database and this FAQ."""
    logins = Logins(SqlStaff(database), Passwords())
    pages: list[Page] = []
    pages += start_pages.pages(lambda: pages)
    pages += slices(app, database, faq)
    pages += account_pages.pages(logins)
    pages += audit_pages.pages(SqlAudit(database))
    pages += own_pages.pages(logins)
    front = Front(pages, logins, app.wiring.clock, app.settings.root_path, lambda: faq.is_loaded)
    return staff_app(front)


def slices(app: App, database: Database, faq: LiveFaq) -> Sequence[Page]:  # noqa: ARG001 - each part needs some
    """Return the pages of what staff do here, in the order of the navigation."""
    return ()
