"""The review list: groups of questions that need somebody, and what is done about many of them at once."""

from collections.abc import Iterator, Mapping
from itertools import count

from bot.accounts import Role
from bot.jobs import LaunchError, RunningError
from bot.review_items import ACTION_WORDS, STATE_WORDS, WHY_WORDS, Action, Filter, Group
from bot.reviewing import PAGE, Reviewing
from bot.spreadsheet import as_csv
from bot.web.staff.page import Failed, File, Moved, Page, Reply, Shown, Undo, Visit
from bot.web.staff.paging import page_number, pages_of, row_number
from bot.web.staff.render import moment
from bot.web.staff.review_forms import InboxForm
from intents.faq import FaqEntry

_MOST_CHOSEN = 200
_CSV_STEP = 1000
_BULK = (Action.TAKE, Action.DONE, Action.IGNORE, Action.REOPEN)
_COLUMNS = (
    "gruppe",
    "zustand",
    "anzahl",
    "offen",
    "letzte_7_tage",
    "davor_7_tage",
    "zuerst",
    "zuletzt",
    "beispiele",
    "naechster_eintrag",
    "wahrscheinlichkeit",
)


def pages(service: Reviewing) -> tuple[Page, ...]:
    """Return the pages."""

    def inbox(visit: Visit) -> Reply:
        form = InboxForm(visit.query)
        page = page_number(visit.query.get("page", "1"))
        if not form.validate():
            return Shown("inbox.html", {**_frame(service, visit, form), "groups": [], "count": 0, "page": 1}, 400)
        wanted = form.wanted()
        groups, counted = service.list.page(wanted, most=PAGE, skip=(page - 1) * PAGE)
        if page > 1 and not groups:  # the last ones of this page were seen to
            return Moved(visit.url("inbox", **form.query()))
        return Shown("inbox.html", {**_frame(service, visit, form), "groups": groups, "count": counted, "page": page})

    def download(visit: Visit) -> Reply:
        form = InboxForm(visit.query)
        if not form.validate():
            return Failed(400)
        body = as_csv(_COLUMNS, map(_row, _all(service, form.wanted())))
        return File("auswertung.csv", "text/csv; charset=utf-8", body)

    def act(visit: Visit) -> Reply:
        action, back = field_of(visit, "action"), field_of(visit, "back") or visit.url("inbox")
        chosen = _chosen(visit)
        if action not in _BULK or chosen is None:
            return Failed(400)
        if not chosen:
            return Moved(back, "Es ist keine Gruppe ausgewählt.")
        change = service.deeds.act(chosen, Action(action), visit.account.name, visit.now)
        if change is None:
            return Moved(back, "Daran war nichts zu ändern.")
        done = f"{_groups(len(chosen))} {ACTION_WORDS[Action(action)]}."
        return Moved(back, done, undo_of(visit, change, back))

    def undo(visit: Visit) -> Reply:
        change, back = row_number(field_of(visit, "change")), field_of(visit, "back") or visit.url("inbox")
        if change is None:
            return Failed(400)
        if not service.undo(change, visit.account.name, visit.now):
            return Moved(back, "Das ist schon zurückgenommen.")
        return Moved(back, "Zurückgenommen.")

    def regroup(visit: Visit) -> Reply:
        try:
            service.regroup(visit.now)
        except RunningError:
            return Moved(visit.url("inbox"), "Neue Fragen werden schon eingeordnet.")
        except LaunchError as error:
            return Failed(503, str(error))
        return Moved(visit.url("inbox"), "Neue Fragen werden jetzt eingeordnet. Laden Sie die Seite gleich neu.")

    return (
        Page(
            "/auswertung",
            "inbox",
            Role.READ,
            inbox,
            nav="Auswertung",
            about="Fragen, auf die es keine oder keine gute Antwort gab.",
        ),
        Page("/auswertung.csv", "inbox_csv", Role.READ, download),
        Page("/auswertung", "inbox_act", Role.EDIT, act, method="POST"),
        Page("/auswertung/ruecknahme", "review_undo", Role.EDIT, undo, method="POST"),
        Page("/auswertung/einordnen", "review_regroup", Role.EDIT, regroup, method="POST"),
    )


def field_of(visit: Visit, name: str) -> str:
    """Return a field of the form that was sent; empty where there is none."""
    return str(visit.form.get(name, "")) if visit.form else ""


def undo_of(visit: Visit, change: int, back: str) -> Undo:
    """Return how a change is taken back."""
    return Undo(visit.url("review_undo"), {"change": str(change), "back": back})


def _frame(service: Reviewing, visit: Visit, form: InboxForm) -> dict[str, object]:
    """Return what the page shows around the groups."""
    query, entries = form.query(), service.entries_by_id()
    form.offer(entries)
    return {
        "form": form,
        "job": service.grouping(visit.now),
        "entries": entries,
        "state_words": STATE_WORDS,
        "actions": _BULK,
        "action_labels": ACTION_LABELS,
        "may_edit": visit.account.role >= Role.EDIT,
        "csv": visit.url("inbox_csv", **query),
        "link": lambda number: visit.url("inbox", **query, page=number),
        "every": visit.url("inbox", **query, page=visit.query.get("page"), alle="ja"),
        "all_chosen": visit.query.get("alle") == "ja",
        "here": visit.url("inbox", **query, page=visit.query.get("page", "1")),
        "is_filtered": bool(query),
        "pages_of": lambda counted: pages_of(counted, PAGE),
    }


ACTION_LABELS: Mapping[Action, str] = {
    Action.TAKE: "In Arbeit nehmen",
    Action.DONE: "Erledigt",
    Action.IGNORE: "Ignorieren",
    Action.REOPEN: "Wieder auf neu setzen",
    Action.OUTSIDE: "Nicht zuständig",
}


def _chosen(visit: Visit) -> list[int] | None:
    """Return the numbers of the chosen groups; None when a form of ours cannot have sent them."""
    given = [str(each) for each in visit.form.getlist("group")] if visit.form else []
    numbers = [row_number(each) for each in given]
    found = [number for number in numbers if number is not None]
    return found if len(found) == len(given) <= _MOST_CHOSEN else None


def _groups(number: int) -> str:
    return "1 Gruppe" if number == 1 else f"{number} Gruppen"


def _all(service: Reviewing, wanted: Filter) -> Iterator[Group]:
    """Yield all wanted groups."""
    for step in count():
        found = service.list.groups(wanted, most=_CSV_STEP, skip=step * _CSV_STEP)
        yield from found
        if len(found) < _CSV_STEP:
            return


def _row(group: Group) -> tuple[str, ...]:
    """Return a group as the cells of a table."""
    near = group.nearest[0] if group.nearest else None
    counts = (group.count, group.open, group.recent, group.earlier)
    return (
        str(group.number),
        STATE_WORDS[group.state],
        *map(str, counts),
        moment(group.first_seen),
        moment(group.last_seen),
        " | ".join(group.examples),
        near.entry if near else "",
        f"{near.confidence:.2f}".replace(".", ",") if near else "",
    )


def name_of(entries: Mapping[str, FaqEntry], entry: str) -> str:
    """Return the question of an entry, or its id when it is gone."""
    found = entries.get(entry)
    return found.question if found else entry


def why_words(group: Group) -> list[str]:
    """Return why questions of a group are in the list, the most frequent reason first."""
    return [f"{WHY_WORDS[why]} ({number})" for why, number in sorted(group.whys.items(), key=lambda pair: -pair[1])]
