"""What was ever live: each publication with its difference, author and time, and the way back."""

from bot.accounts import Role
from bot.drafts import Publication
from bot.faq_text import parsed
from bot.going_live import GoingLive
from bot.merging import changes
from bot.publishing import ChangeError
from bot.web.staff.changes import EntryView, in_words, views
from bot.web.staff.page import Failed, Moved, Page, Reply, Shown, Visit
from bot.web.staff.paging import row_number
from intents.errors import FaqError

_EACH = 10
_LOOKED_BACK = 200
"""Publications among which the origin of one that was brought back is looked for."""
_AS_DRAFT = (
    "Fassung {} steht im Entwurf; was seither gesperrt und berichtigt wurde, bleibt berichtigt. "
    "Vier-Augen-Regel: Veröffentlichen muss jemand anderes."
)


def pages(live: GoingLive) -> tuple[Page, ...]:
    """Return the pages."""
    drafts = live.publishing.drafts

    def versions(visit: Visit) -> Reply:
        before = visit.query.get("before", "")
        if before and row_number(before) is None:
            return Failed(404)
        found = drafts.history(most=_EACH + 1, before=row_number(before))
        active = drafts.active()
        values = {
            "publications": [(each, _in_words(live, each)) for each in found[:_EACH]],
            "older": visit.url("versions", before=found[_EACH - 1].number) if len(found) > _EACH else None,
            "active": active.hash if active else "",
            "current": _latest(live),
            "may_publish": visit.account.role >= Role.PUBLISH,
        }
        return Shown("versions.html", values)

    def version(visit: Visit) -> Reply:
        found = _asked(live, visit)
        if found is None:
            return Failed(404)
        active = drafts.active()
        values = {
            "publication": found,
            "changed": _changed(live, found),
            "released": [live.publishing.live().name_of(entry) for entry in found.releases],
            "same_as": _same_as(live, found),
            "active": active.hash if active else "",
            "is_current": found.number == _latest(live),
            "may_publish": visit.account.role >= Role.PUBLISH,
            "four_eyes": live.rules.four_eyes,
        }
        return Shown("version.html", values)

    def back(visit: Visit) -> Reply:
        found, seen = _asked(live, visit), str(visit.form.get("active", "")) if visit.form else ""
        if found is None:
            return Failed(404)
        try:
            made = live.roll_back(found.number, seen, visit.account.name, visit.now)
        except ChangeError as error:
            return Failed(409, str(error))
        if made is None:
            return Moved(visit.url("draft"), _AS_DRAFT.format(found.number))
        told = f"Fassung {found.number} gilt wieder."
        faq, blocked = live.publishing.live(), [block.entry for block in drafts.blocks() if block.at == made.at]
        if again := ", ".join(f"«{faq.name_of(entry)}»" for entry in blocked):
            told += f" Wieder gesperrt ist, was damals falsch war und seither berichtigt wurde: {again}."
        return Moved(visit.url("version", number=made.number), told)

    about = "Was veröffentlicht wurde, von wem und wann; jede Fassung lässt sich zurückholen."
    return (
        Page("/fassungen", "versions", Role.READ, versions, nav="Fassungen", about=about),
        Page("/fassungen/{number}", "version", Role.READ, version),
        Page("/fassungen/{number}/zurueckholen", "version_back", Role.PUBLISH, back, method="POST"),
    )


def _asked(live: GoingLive, visit: Visit) -> Publication | None:
    number = row_number(visit.params["number"])
    return live.publishing.drafts.publication(number) if number is not None else None


def _latest(live: GoingLive) -> int:
    """Return the number of what is live."""
    return next((each.number for each in live.publishing.drafts.history(most=1)), 0)


def _same_as(live: GoingLive, publication: Publication) -> int | None:
    """Return the number of an earlier publication that says the same: this one brought it back."""
    before = live.publishing.drafts.history(most=_LOOKED_BACK, before=publication.number)
    return next((each.number for each in before[1:] if each.hash == publication.hash), None)


def _in_words(live: GoingLive, publication: Publication) -> str:
    """Say in a line what a publication changed."""
    old = live.publishing.drafts.form(publication.replaced) if publication.replaced else None
    new = live.publishing.drafts.form(publication.hash)
    if old is None or new is None:
        return "der erste Inhalt"
    faq = live.publishing.live()
    released = ", ".join(f"«{faq.name_of(entry)}»" for entry in publication.releases)
    lifted = f"entsperrt: {released}" if released else ""
    return "; ".join(filter(None, (in_words(old.yaml, new.yaml), lifted))) or "an den Einträgen nichts"


def _changed(live: GoingLive, publication: Publication) -> tuple[EntryView, ...] | None:
    """Return what a publication changed; None where that is not known."""
    old = live.publishing.drafts.form(publication.replaced) if publication.replaced else None
    new = live.publishing.drafts.form(publication.hash)
    if old is None or new is None:
        return None
    try:
        return views(changes(parsed(old.yaml), parsed(new.yaml)))
    except FaqError:
        return None
