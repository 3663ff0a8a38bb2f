"""One group of the review list: its wordings, its nearest entries, what was done, and what can be done."""

from collections.abc import Callable

from bot.accounts import Role
from bot.publishing import ChangeError
from bot.review_items import ACTION_WORDS, STATE_WORDS, WHY_WORDS, Action, Group
from bot.reviewing import Reviewing
from bot.sorting import german_key
from bot.web.staff.page import Failed, Moved, Page, Reply, Shown, Visit
from bot.web.staff.paging import page_number, pages_of, row_number
from bot.web.staff.review_pages import ACTION_LABELS, field_of, name_of, undo_of, why_words

_EACH = 50
"""Wordings on a page."""
_MOST_CHOSEN = 100
_WHOLE = (Action.TAKE, Action.DONE, Action.OUTSIDE, Action.IGNORE, Action.REOPEN)
_ON_SOME = (Action.ENTRY, Action.IGNORE)
_ON_ENTRY = (Action.WORDINGS, Action.NEGATIVES)

Link = Callable[[Visit, str], str]
"""(visit, what) → the address of a page of another part."""

NewEntry = Callable[[Visit, str, str], str]
"""(visit, group, chosen questions with commas between them) → the address of a new entry made of them."""


def pages(
    service: Reviewing,
    *,
    new_entry: NewEntry | None = None,
    entry_page: Link | None = None,
    waiting: Callable[[int], int] = lambda _: 0,
) -> tuple[Page, ...]:
    """Return the pages; `new_entry` leads from a group to a new entry, `entry_page` from an id to an entry.

    `waiting` says how many of a group's questions somebody wants to hear of.
    """

    def show(visit: Visit) -> Reply:
        group = _group(service, visit)
        if group is None:
            return Failed(404, _GONE)
        values = _values(service, visit, group, new_entry, entry_page)
        return Shown("group.html", {**values, "waiting": waiting(group.number)})

    def act(visit: Visit) -> Reply:
        group, action = _group(service, visit), field_of(visit, "action")
        if group is None:
            return Failed(404, _GONE)
        if action not in _WHOLE:
            return Failed(400)
        here = visit.url("group", number=group.number)
        change = service.deeds.act([group.number], Action(action), visit.account.name, visit.now)
        if change is None:
            return Moved(here, "Daran war nichts zu ändern.")
        return Moved(here, f"Gruppe {group.number} {ACTION_WORDS[Action(action)]}.", undo_of(visit, change, here))

    def give(visit: Visit) -> Reply:
        group, action, entry = _group(service, visit), field_of(visit, "action"), field_of(visit, "entry")
        if group is None:
            return Failed(404, _GONE)
        chosen = [row_number(str(each)) for each in visit.form.getlist("item")] if visit.form else []
        if action not in _ON_ENTRY + _ON_SOME or len(chosen) > _MOST_CHOSEN or None in chosen:
            return Failed(400)
        here = visit.url("group", number=group.number)
        if chosen and action in _ON_SOME:
            return _apart(visit, group, [n for n in chosen if n], Action(action))
        wrong = _refused(service, chosen, entry)
        return Moved(here, wrong) if wrong else _given(service, visit, group, [n for n in chosen if n], entry, action)

    def _apart(visit: Visit, group: Group, chosen: list[int], action: Action) -> Reply:
        here = visit.url("group", number=group.number)
        if action is Action.ENTRY:
            return Moved(new_entry(visit, str(group.number), ",".join(map(str, chosen))) if new_entry else here)
        items = service.items(group.number, chosen)
        change = service.deeds.act_on(group.number, items, action, visit.account.name, visit.now)
        if change is None:
            return Moved(here, "Daran war nichts zu ändern.")
        told = "1 Formulierung" if len(chosen) == 1 else f"{len(chosen)} Formulierungen"
        return Moved(here, f"{told} ignoriert.", undo_of(visit, change, here))

    def _given(service: Reviewing, visit: Visit, group: Group, chosen: list[int], entry: str, action: str) -> Reply:
        items, here = service.items(group.number, chosen), visit.url("group", number=group.number)
        try:
            given = service.give_wordings(group.number, items, entry, Action(action), visit.account.name, visit.now)
        except ChangeError as error:
            return Failed(409, str(error))
        if given is None:
            return Moved(here, "Diese Fragen gibt es hier nicht mehr.")
        if given.change is None:
            return Moved(here, "Das steht schon so im Entwurf.")
        told = _told(Action(action), name_of(service.entries_by_id(), entry), len(chosen) == 1, given.moved)
        return Moved(here, told, undo_of(visit, given.change, here))

    return (
        Page("/auswertung/{number}", "group", Role.READ, show),
        Page("/auswertung/{number}", "group_act", Role.EDIT, act, method="POST"),
        Page("/auswertung/{number}/formulierungen", "group_wordings", Role.EDIT, give, method="POST"),
    )


_GONE = "Diese Gruppe gibt es nicht (mehr). Ihre Fragen sind gelöscht oder gehören jetzt zu einer anderen."


def _told(action: Action, name: str, is_one: bool, was_opposite: bool) -> str:
    """Say what became of wordings that were given to an entry."""
    if action is Action.WORDINGS:
        told = "Die Formulierung steht" if is_one else "Die Formulierungen stehen"
        lost = " Dass sie nicht dorthin gehört, steht dort nicht mehr." if is_one else _NOT_REFUSED
        return f"{told} im Entwurf von «{name}». Das gilt, sobald er veröffentlicht ist." + lost * was_opposite
    told = "diese Frage nicht dorthin gehört" if is_one else "diese Fragen nicht dorthin gehören"
    lost = " Als Formulierung steht sie dort nicht mehr." if is_one else " Als Formulierung stehen sie dort nicht mehr."
    held = f"Der Entwurf von «{name}» hält fest, dass {told}. Das gilt, sobald er veröffentlicht ist."
    return held + lost * was_opposite


_NOT_REFUSED = " Dass sie nicht dorthin gehören, steht dort nicht mehr."


def _group(service: Reviewing, visit: Visit) -> Group | None:
    number = row_number(visit.params["number"])
    return service.list.group(number) if number is not None else None


def _refused(service: Reviewing, chosen: list[int | None], entry: str) -> str:
    """Return why wordings cannot be given to an entry; empty when they can."""
    if not chosen:
        return "Bitte wählen Sie mindestens eine Formulierung aus."
    if entry not in service.entries_by_id():
        return "Bitte wählen Sie einen Eintrag aus der Liste."
    return ""


def _values(
    service: Reviewing, visit: Visit, group: Group, new_entry: NewEntry | None, entry_page: Link | None
) -> dict[str, object]:
    """Return what the page shows."""
    wordings, entries = service.list.wordings(group.number), service.entries_by_id()
    history = service.list.history(group.number)
    near = [each.entry for each in group.nearest if each.entry in entries]
    others = sorted((each for each in entries.values() if each.id not in near), key=lambda e: german_key(e.question))
    pages = pages_of(len(wordings), _EACH)
    page = min(page_number(visit.query.get("page", "1")), pages)
    start = (page - 1) * _EACH
    return {
        "group": group,
        "title": group.examples[0] if group.examples else "ohne Text",
        "wordings": wordings[start : start + _EACH],
        "count": len(wordings),
        "page": page,
        "pages": pages,
        "link": lambda number: visit.url("group", number=group.number, page=number),
        "here": visit.url("group", number=group.number),
        "whys": why_words(group),
        "near": [entries[each] for each in near],
        "others": others,
        "entries": entries,
        "entry_link": (lambda entry: entry_page(visit, entry)) if entry_page else None,
        "new_entry": new_entry(visit, str(group.number), "") if new_entry else "",
        "history": history,
        "published": service.published(history),
        "state_words": STATE_WORDS,
        "why_labels": WHY_WORDS,
        "action_words": ACTION_WORDS,
        "actions": [(each.value, ACTION_LABELS[each]) for each in _WHOLE],
        "may_edit": visit.account.role >= Role.EDIT,
    }
