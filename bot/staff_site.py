"""Puts the staff pages together: services, pages, and the app that serves them."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.bootstrap import App
from bot.live import LiveFaq
from bot.logins import Logins
from bot.passwords import Passwords
from bot.publishing import Publishing
from bot.reviewing import Reviewing
from bot.settings import Settings, roles_of
from bot.store.audit import SqlAudit
from bot.store.database import Database
from bot.store.drafts import SqlDrafts
from bot.store.figures import SqlFigures
from bot.store.jobs import SqlJobs
from bot.store.review import SqlReview
from bot.store.review_deeds import SqlDeeds
from bot.store.staff import SqlStaff
from bot.web.staff import account_pages, audit_pages, figures_pages, group_pages, own_pages, review_pages, start_pages
from bot.web.staff.app import StaffApp, staff_app
from bot.web.staff.front import MOUNT, Front
from bot.web.staff.page import Page
from bot.web.staff.sso import Provider, SingleSignOn
from bot.web.staff.sso_login import SSO_BACK


def staff_site(app: App, database: Database, faq: LiveFaq, passwords: Passwords | None = None) -> StaffApp:
    """Return the staff pages of a program that works with this database and this FAQ."""
    logins = Logins(SqlStaff(database), passwords or Passwords())
    pages: list[Page] = []
    pages += start_pages.pages(lambda: pages)
    pages += slices(app, database, faq)
    pages += account_pages.pages(logins)
    pages += audit_pages.pages(SqlAudit(database))
    pages += own_pages.pages(logins)
    sso = single_sign_on(app.settings)
    name = app.settings.oidc_name if sso else ""
    front = Front(pages, logins, app.wiring.clock, app.settings.root_path, lambda: faq.is_loaded, sso_name=name)
    return staff_app(front, sso)


def single_sign_on(settings: Settings) -> SingleSignOn | None:
    """Return the city's single sign-on; the settings hold all of it or nothing."""
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret and settings.staff_url):
        return None
    parts = urlsplit(settings.staff_url)
    return SingleSignOn(
        Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            redirect_uri=f"{parts.scheme}://{parts.netloc}{settings.root_path}{MOUNT}{SSO_BACK}",
            claim=settings.oidc_claim,
            roles=roles_of(settings.oidc_roles or ""),
        )
    )


def slices(app: App, database: Database, faq: LiveFaq) -> Sequence[Page]:
    """Return the pages of what staff do here, in the order of the navigation."""
    jobs, publishing = SqlJobs(database), Publishing(SqlDrafts(database))
    review = Reviewing(SqlReview(database), SqlDeeds(database), publishing, jobs, app.wiring.launcher)
    return (
        *review_pages.pages(review),
        *group_pages.pages(review),
        *figures_pages.pages(SqlFigures(database), lambda: faq.current().faq),
    )
