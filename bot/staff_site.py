"""Puts the staff pages together: services, pages, and the app that serves them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from bot.accounts import roles_of
from bot.bootstrap import App, going_live
from bot.channels.telegram.preview import previewed
from bot.content import Content
from bot.corrections import Correcting
from bot.live import LiveFaq
from bot.logins import Logins
from bot.notices import Telling
from bot.passwords import Passwords
from bot.preview import Preview
from bot.replies import Reply
from bot.reviewing import Reviewing
from bot.settings import Settings
from bot.store.asked import SqlAsked
from bot.store.audit import SqlAudit
from bot.store.corrections import SqlCorrections
from bot.store.database import Database
from bot.store.figures import SqlFigures
from bot.store.jobs import SqlJobs
from bot.store.notices import SqlNotices
from bot.store.review import SqlReview
from bot.store.review_deeds import SqlDeeds
from bot.store.staff import SqlStaff
from bot.texts import Texts
from bot.web.staff import (
    account_pages,
    audit_pages,
    block_pages,
    draft_pages,
    entry_pages,
    figures_pages,
    group_pages,
    notice_pages,
    own_pages,
    review_pages,
    start_pages,
    version_pages,
)
from bot.web.staff.app import StaffApp, staff_app
from bot.web.staff.front import MOUNT, Front
from bot.web.staff.page import Page, Visit
from bot.web.staff.sso import Provider, SingleSignOn
from bot.web.staff.sso_login import SSO_BACK
from intents.faq import FaqBase, FaqEntry


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
    jobs, launcher = SqlJobs(database), app.wiring.launcher
    live = going_live(app.settings, database)
    review = Reviewing(SqlReview(database), SqlDeeds(database), live.publishing, jobs, launcher)
    asked = SqlAsked(database)
    telling, correcting = _telling(app, database, faq)
    return (
        *review_pages.pages(review),
        *group_pages.pages(
            review,
            new_entry=_new_entry,
            entry_page=lambda visit, entry: visit.url("entry", id=entry),
            waiting=telling.waiting_in,
        ),
        *entry_pages.pages(live, partial(_on_telegram, app.texts), review),
        *draft_pages.pages(live, draft_pages.Checks(jobs, launcher, asked)),
        *version_pages.pages(live),
        *block_pages.pages(live, block_pages.Wrong(SqlCorrections(database), correcting)),
        *notice_pages.pages(telling, correcting),
        *figures_pages.pages(SqlFigures(database), lambda: faq.current().faq),
    )


def _new_entry(visit: Visit, group: str, chosen: str) -> str:
    """Return where a new entry is made of a group, or of the chosen questions in it."""
    return visit.url("entry_new", gruppe=group, **({"fragen": chosen} if chosen else {}))


def _on_telegram(texts: Texts, entry: FaqEntry, faq: FaqBase, now: datetime, plain: bool) -> Preview:
    return previewed(entry, faq, texts, now, plain=plain)


def _telling(app: App, database: Database, faq: LiveFaq) -> tuple[Telling, Correcting]:
    """Return what tells citizens later: of an answer, and that one was wrong."""
    from bot.channels.telegram.render import message_payloads  # the library of Telegram, which takes a while

    def known() -> Content:
        live = faq.current()
        return Content(live.faq, live.decide, app.texts, app.settings.question_retention_days)

    def rendered(reply: Reply) -> Sequence[Mapping[str, Any]]:
        return message_payloads(reply, app.texts)

    telling = Telling(SqlNotices(database), rendered, known)
    return telling, Correcting(SqlCorrections(database), rendered, known)
