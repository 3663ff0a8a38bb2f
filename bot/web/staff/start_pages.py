"""The start page: what there is for the role."""

from collections.abc import Callable, Sequence

from bot.accounts import Role
from bot.web.staff.page import Page, Shown, Visit


def pages(others: Callable[[], Sequence[Page]]) -> tuple[Page, ...]:
    """Return the start page, which leads to the other ones."""

    def start(visit: Visit) -> Shown:
        mine = [page for page in others() if page.nav and page.about and page.role <= visit.account.role]
        return Shown("start.html", {"links": [(page.nav, visit.url(page.name), page.about) for page in mine]})

    return (Page("/", "start", Role.READ, start, nav="Start", needs_faq=False),)
