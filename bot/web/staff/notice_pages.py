"""Who wants to hear of an answer, and telling them once it is live; what was corrected."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bot.accounts import Role
from bot.corrections import Correcting
from bot.notices import Telling, Waiting
from bot.sorting import german_key
from bot.web.staff.page import Failed, Moved, Page, Reply, Shown, Visit
from bot.web.staff.paging import row_number
from intents.faq import FaqEntry

_UNGROUPED = "ohne"
"""In the address of the questions that are in no group yet."""
_LATEST = 20
_MOST = 500
"""Questions of a group that are told at once; the rest comes next."""
_LOOKED_UP = 20
"""Wordings of which the page says how the bot answers them by now: each takes it some milliseconds."""


@dataclass(frozen=True)
class WaitingGroup:
    """Questions of a group whose citizens wait."""

    number: int | None
    questions: tuple[Waiting, ...]

    @property
    def key(self) -> str:
        """In addresses."""
        return _UNGROUPED if self.number is None else str(self.number)

    @property
    def title(self) -> str:
        """What it is called."""
        return "Noch keiner Gruppe zugeordnet" if self.number is None else f"Gruppe {self.number}"

    @property
    def held(self) -> int:
        """How many are not told just now."""
        return sum(one.is_held for one in self.questions)


def pages(telling: Telling, correcting: Correcting) -> tuple[Page, ...]:
    """Return the pages."""

    def show(visit: Visit) -> Reply:
        names = {entry.id: entry.question for entry in telling.content().faq.entries}
        answers = telling.notices.answered_by()
        found = [
            (group, names.get(answers.get(group.number or 0, ""), "")) for group in grouped(telling.notices.waiting())
        ]
        values = {"groups": found, "corrections": correcting.corrections.latest(_LATEST), "names": names}
        return Shown("notices.html", {**values, "may_send": visit.account.role >= Role.PUBLISH})

    def prepare(visit: Visit) -> Reply:
        group = _group(telling, visit)
        if group is None:
            return Failed(404, _NOBODY)
        entry = visit.query.get("entry", "")
        return Shown("notice.html", _values(telling, visit, group, entry))

    def send(visit: Visit) -> Reply:
        group, form = _group(telling, visit), visit.form
        if group is None or form is None:
            return Failed(404, _NOBODY)
        entry = str(form.get("entry", ""))
        shown = {row_number(str(item)) for item in form.getlist("item")}
        wanted = [one.question for one in group.questions if one.question in shown]
        if telling.live_entry(entry, visit.now) is None:
            return Failed(409, "Dieser Eintrag ist nicht veröffentlicht, gesperrt oder zurzeit nicht gültig.")
        if not wanted:
            here = visit.url("notice", group=group.key, entry=entry)
            return Moved(here, "Niemand hat Bescheid bekommen: Bitte wählen Sie mindestens eine Frage aus.")
        told = telling.send(wanted, entry, visit.account.name, visit.now)
        return Moved(visit.url("notices"), _notice(told, wanted, telling.notices.waiting()))

    def resume(visit: Visit) -> Reply:
        sent = correcting.resume(visit.params["correction"])
        return Moved(visit.url("notices"), f"Nachgeholt: {sent}.")

    about = "Wer auf eine Antwort wartet, und was berichtigt wurde."
    return (
        Page("/bescheid", "notices", Role.READ, show, nav="Bescheid geben", about=about),
        Page("/bescheid/{group}", "notice", Role.READ, prepare),
        Page("/bescheid/{group}", "notice_send", Role.PUBLISH, send, method="POST"),
        Page("/berichtigung/{correction}", "correction_resume", Role.PUBLISH, resume, method="POST"),
    )


_NOBODY = "Auf eine Antwort zu diesen Fragen wartet niemand (mehr)."


def grouped(waiting: Iterable[Waiting]) -> list[WaitingGroup]:
    """Return what citizens wait for by groups, where most wait first; what is in no group comes last."""
    found: defaultdict[int | None, list[Waiting]] = defaultdict(list)
    for one in waiting:
        found[one.group].append(one)
    groups = [WaitingGroup(number, tuple(questions)) for number, questions in found.items()]
    return sorted(groups, key=lambda group: (group.number is None, -len(group.questions), group.number or 0))


def _group(telling: Telling, visit: Visit) -> WaitingGroup | None:
    """Return the group that the address names, if anybody waits."""
    key = visit.params["group"]
    return next((group for group in grouped(telling.notices.waiting()) if group.key == key), None)


def _values(telling: Telling, visit: Visit, group: WaitingGroup, entry: str) -> dict[str, object]:
    """Return what the page of a group shows; with an entry also what citizens would read."""
    faq, is_chosen = telling.content().faq, "entry" in visit.query
    live = [one for one in faq.entries if telling.live_entry(one.id, visit.now)]
    chosen = entry or telling.notices.answered_by().get(group.number or 0, "")
    found = telling.live_entry(entry, visit.now) if is_chosen else None
    return {
        "group": group,
        "questions": group.questions[:_MOST],
        "entries": sorted(live, key=lambda one: german_key(one.question)),
        "chosen": chosen,
        "entry": found,
        "wrong": is_chosen and found is None,
        "words": telling.words(group.questions[0].text, found.id, visit.now) if found else (),
        "answers": _answers(telling, group, found) if found else {},
        "may_send": visit.account.role >= Role.PUBLISH,
    }


def _answers(telling: Telling, group: WaitingGroup, entry: FaqEntry) -> dict[int, bool]:
    """Say by question whether the bot answers it with this entry by now; of a large group only the first ones."""
    return {one.question: telling.entry_for(one.text) == entry.id for one in group.questions[:_LOOKED_UP]}


def _notice(told: int, wanted: Iterable[int], waiting: Iterable[Waiting]) -> str:
    """Return what came of a send."""
    left = len({one.question for one in waiting} & set(wanted))
    later = f" Es warten weiter: {left}. Dort ist der Bot blockiert, oder ein Fall ist offen." if left else ""
    return f"Bescheid bekommen: {told}.{later}"
