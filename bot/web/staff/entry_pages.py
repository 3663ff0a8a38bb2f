"""Browsing and editing the entries of the FAQ; what is changed here goes into the draft."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from bot.accounts import Role
from bot.clock import city_day
from bot.going_live import GoingLive
from bot.preview import Preview
from bot.publishing import ChangeError, StaleError, fingerprint, mark
from bot.reviewing import Prefill
from bot.sorting import german_key
from bot.web.staff.changes import EntryView, viewed
from bot.web.staff.entry_form import KIND_WORDS, LABELS, EntryForm, NewEntryForm, filled, only_known, suggested_id
from bot.web.staff.entry_list import dates_of, listed, state_of
from bot.web.staff.page import Failed, Moved, Page, Reply, Shown, Undo, Visit
from bot.web.staff.paging import row_number
from intents.faq import FaqBase, FaqEntry
from intents.plain_language import plain_hints

_MOST_CHOSEN = 100
"""Questions of a group that a new entry is made of."""

ShowEntry = Callable[[FaqEntry, FaqBase, datetime, bool], Preview]
"""How an entry looks on Telegram; the last value asks for plain language."""


class Groups(Protocol):
    """Groups of citizens' questions, of which an entry may be made; bot.reviewing.Reviewing knows them."""

    def prefill(self, group: int, chosen: Collection[int] = (), /) -> Prefill | None:
        """Return what a new entry made of a group, or of the chosen questions in it, begins with."""

    def begun(self, group: int, entry: str, who: str, now: datetime, /) -> None:
        """Note that an entry was made of a group."""


def pages(live: GoingLive, show: ShowEntry, groups: Groups) -> tuple[Page, ...]:
    """Return the pages."""

    def entries(visit: Visit) -> Reply:
        return listed(live, visit)

    def entry(visit: Visit) -> Reply:
        return _one(live, show, visit)

    def new(visit: Visit) -> Reply:
        group = row_number(visit.query.get("gruppe", ""))
        chosen = [row_number(each) or 0 for each in visit.query.get("fragen", "").split(",")[:_MOST_CHOSEN]]
        begin = groups.prefill(group, chosen) if group is not None else None
        fresh = {"kind": "answer", "updated": city_day(visit.now)}
        if begin is None:
            return _form(live, show, visit, NewEntryForm(data=fresh))
        brought = {"question": begin.question, "alternates": "\n".join(begin.alternates), "answer": begin.answer}
        return _form(live, show, visit, NewEntryForm(data={**fresh, **brought, "gruppe": str(group)}))

    def create(visit: Visit) -> Reply:
        return _created(live, show, visit, groups)

    def edit(visit: Visit) -> Reply:
        found = live.publishing.faq().get(visit.params["id"])
        if found is None:
            return Failed(404)
        form = EntryForm(data=filled(found))
        form.seen.data = fingerprint(found)
        return _form(live, show, visit, form)

    def change(visit: Visit) -> Reply:
        return _changed(live, show, visit)

    def delete(visit: Visit) -> Reply:
        name = visit.params["id"]
        found = live.publishing.faq().get(name)
        was_untouched = found == live.publishing.base().get(name)
        try:
            live.publishing.delete_entry(name, visit.account.name, visit.now, seen=_seen(visit))
        except ChangeError as error:
            return Failed(409, str(error))
        undo = Undo(visit.url("draft_revert"), {"entry": name}) if was_untouched else None
        return Moved(visit.url("entries"), f"«{found.question if found else name}» ist im Entwurf gelöscht.", undo)

    about = "Alle Einträge der FAQ: suchen, lesen, ändern, anlegen."
    return (
        Page("/eintraege", "entries", Role.READ, entries, nav="Einträge", about=about),
        Page("/eintraege/neu", "entry_new", Role.EDIT, new),
        Page("/eintraege/neu", "entry_create", Role.EDIT, create, method="POST"),
        Page("/eintrag/{id}", "entry", Role.READ, entry),
        Page("/eintrag/{id}/bearbeiten", "entry_edit", Role.EDIT, edit),
        Page("/eintrag/{id}/bearbeiten", "entry_change", Role.EDIT, change, method="POST"),
        Page("/eintrag/{id}/loeschen", "entry_delete", Role.EDIT, delete, method="POST"),
    )


# ------------------------------------------------------------------ reading


def _one(live: GoingLive, show: ShowEntry, visit: Visit) -> Reply:
    name = visit.params["id"]
    faq, before = live.publishing.faq(), live.publishing.base()
    entry = faq.get(name) or before.get(name)
    if entry is None:
        return Failed(404)
    block = next((each for each in live.publishing.drafts.blocks() if each.entry == name), None)
    change = viewed(before.get(name), faq.get(name))
    values = {
        **_shown(show, entry, faq, visit),
        "entry": entry,
        "kind": KIND_WORDS[entry.kind],
        "labels": LABELS,
        "state": state_of(before.get(name), faq.get(name)),
        "dates": dates_of(entry, visit.now),
        "change": change,
        "seen": mark(faq.get(name)),
        "block": block,
        "is_released": name in live.publishing.draft().releases,
        "is_live": live.publishing.live().get(name) is not None,
        "follow_ups": [(each, found) for each in entry.follow_ups if (found := faq.get(each))],
        "may_edit": visit.account.role >= Role.EDIT,
    }
    return Shown("entry.html", values)


def _shown(show: ShowEntry, entry: FaqEntry, faq: FaqBase, visit: Visit) -> dict[str, Any]:
    """Return how an entry will look, and what citizens may not understand."""
    whole = replace(entry, blocked=False, valid_from=None, valid_until=None)
    hints = [(LABELS[name], plain_hints(getattr(entry, name) or "")) for name in ("answer", "plain_answer")]
    return {
        "preview": show(whole, faq, visit.now, False),
        "plain_preview": show(whole, faq, visit.now, True) if entry.plain_answer else None,
        "hints": [(label, found) for label, found in hints if found],
    }


# ------------------------------------------------------------------ writing


def _form(
    live: GoingLive,
    show: ShowEntry,
    visit: Visit,
    form: EntryForm,
    *,
    problem: str = "",
    theirs: EntryView | None = None,
) -> Shown:
    """Show the form, and what was filled in as Telegram would show it."""
    faq = live.publishing.faq()
    entry = form.entry(visit.params.get("id", "") or "neu")
    form.follow_ups.offer(faq, visit.params.get("id"))
    blank: dict[str, Any] = {"preview": None, "plain_preview": None, "hints": []}
    values = {
        **(_shown(show, entry, faq, visit) if entry.answer else blank),
        "form": form,
        "fields": [field for field in form if field.name not in ("seen", "id", "gruppe")],
        "id": visit.params.get("id"),
        "back": _begun_at(visit, form),
        "problem": problem,
        "theirs": theirs,
        "categories": sorted({each.category for each in faq.entries if each.category}, key=german_key),
    }
    return Shown("entry_form.html", values, 422 if form.errors or problem else 200)


def _begun_at(visit: Visit, form: EntryForm) -> str:
    """Return the page from which the form was opened: an entry, a group, or the list."""
    group = row_number(str(form.gruppe.data or "")) if isinstance(form, NewEntryForm) else None
    if "id" in visit.params:
        return visit.url("entry", id=visit.params["id"])
    return visit.url("group", number=group) if group is not None else visit.url("entries")


def _created(live: GoingLive, show: ShowEntry, visit: Visit, groups: Groups) -> Reply:
    form = NewEntryForm(visit.form)
    if not form.validate({"follow_ups": [only_known(live.publishing.faq())]}) or _wants_preview(visit):
        return _form(live, show, visit, form)
    name = form.id.data or _free(suggested_id(form.question.data or ""), live.publishing.faq())
    try:
        made = live.publishing.new_entry(form.entry(name), visit.account.name, visit.now)
    except ChangeError as error:
        return _form(live, show, visit, form, problem=str(error))
    group = row_number(form.gruppe.data or "")
    if group is not None:
        groups.begun(group, name, visit.account.name, visit.now)
    undo = Undo(visit.url("entry_delete", id=name), {"seen": mark(made)})
    return Moved(visit.url("entry", id=name), "Der Eintrag steht im Entwurf.", undo)


def _changed(live: GoingLive, show: ShowEntry, visit: Visit) -> Reply:
    name = visit.params["id"]
    found = live.publishing.faq().get(name)
    if found is None:
        return Failed(404)
    form = EntryForm(visit.form)
    if not form.validate({"follow_ups": [only_known(live.publishing.faq())]}) or _wants_preview(visit):
        return _form(live, show, visit, form)
    try:
        live.publishing.change_entry(form.entry(name), visit.account.name, visit.now, seen=form.seen.data or None)
    except StaleError:
        form.seen.data = fingerprint(found)
        problem = (
            "Jemand anders hat diesen Eintrag inzwischen geändert. Unten steht, worin sich Ihr Stand davon "
            "unterscheidet. Wenn Sie noch einmal speichern, gilt Ihr Stand."
        )
        return _form(live, show, visit, form, problem=problem, theirs=viewed(found, form.entry(name)))
    except ChangeError as error:
        return _form(live, show, visit, form, problem=str(error))
    return Moved(visit.url("entry", id=name), "Die Änderung steht im Entwurf.")


def _seen(visit: Visit) -> str:
    return str(visit.form.get("seen", "")) if visit.form else ""


def _wants_preview(visit: Visit) -> bool:
    return visit.form is not None and visit.form.get("do") == "preview"


def _free(name: str, faq: FaqBase) -> str:
    """Return an id that no entry has."""
    numbered: Sequence[str] = [name, *(f"{name[:45]}-{number}" for number in range(2, 100))]
    return next((each for each in numbered if faq.get(each) is None), name)
