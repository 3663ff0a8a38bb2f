"""The draft: what it changes, what its check found, publishing it, and bringing it together with others' changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.accounts import Role
from bot.drafts import Gate
from bot.faq_text import parsed
from bot.going_live import GoingLive, merge_key
from bot.jobs import Job, JobKind, Jobs, Launcher, LaunchError, RunningError, start
from bot.merging import EntryChange, Side, changes, differences
from bot.publishing import ChangeError
from bot.web.staff.changes import lines, view, views
from bot.web.staff.entry_form import LABELS
from bot.web.staff.findings import worded
from bot.web.staff.page import Failed, Moved, Page, Reply, Shown, Visit
from intents.faq import FaqBase

_MOST_SHOWN = 200
_REOPENED = " Was daraus in die Einträge übernommen war, ist in der Auswertung wieder offen."
_KINDS = {
    "answer": "Antwort",
    "redirect": "Verweis",
    "clarify": "Rückfrage",
    "fallback": "keine Antwort",
    "smalltalk": "Smalltalk",
    "emergency": "Notfall",
}


class Words(Protocol):
    """Gives the words of logged questions; bot.store.asked.SqlAsked does."""

    def words(self, numbers: Sequence[int], /) -> Mapping[int, str]:
        """Return the words of questions, as far as they are still kept."""


@dataclass(frozen=True)
class Checks:
    """What it takes to have a draft checked."""

    jobs: Jobs
    launcher: Launcher
    words: Words


def pages(live: GoingLive, checks: Checks) -> tuple[Page, ...]:
    """Return the pages."""

    def draft(visit: Visit) -> Reply:
        return _draft(live, checks, visit)

    def check(visit: Visit) -> Reply:
        draft = live.publishing.draft()
        if draft.is_blank:
            return Moved(visit.url("draft"), "Es gibt nichts zu prüfen.")
        try:
            start(checks.jobs, checks.launcher, JobKind.GATE, draft.key, visit.now)
        except RunningError:
            return Moved(visit.url("draft"), "Es läuft schon eine Prüfung. Bitte warten Sie, bis sie fertig ist.")
        except LaunchError as error:
            return Failed(503, str(error))
        return Moved(visit.url("draft"), "Die Prüfung läuft. Bitte laden Sie die Seite gleich neu.")

    def publish(visit: Visit) -> Reply:
        key, is_sure = _field(visit, "key"), _field(visit, "read") == "yes"
        try:
            done = live.publish(key, visit.account.name, visit.now, is_sure=is_sure)
        except ChangeError as error:
            return _draft(live, checks, visit, problem=str(error))
        return Moved(
            visit.url("version", number=done.number), "Veröffentlicht. In wenigen Sekunden antwortet der Bot so."
        )

    def discard(visit: Visit) -> Reply:
        try:
            reopened = live.discard(_field(visit, "key"), visit.account.name, visit.now)
        except ChangeError as error:
            return _draft(live, checks, visit, problem=str(error))
        return Moved(visit.url("draft"), f"Der Entwurf ist verworfen.{_REOPENED * reopened}")

    def revert(visit: Visit) -> Reply:
        try:
            live.publishing.revert_entry(
                _field(visit, "entry"), visit.account.name, visit.now, seen=_field(visit, "seen")
            )
        except ChangeError as error:
            return _draft(live, checks, visit, problem=str(error))
        title = live.publishing.live().name_of(_field(visit, "entry"))
        return Moved(visit.url("draft"), f"«{title}» ist wieder wie veröffentlicht.")

    def compare(visit: Visit) -> Reply:
        return _compare(live, visit)

    def merge(visit: Visit) -> Reply:
        return _merge(live, visit)

    about = "Was noch nicht veröffentlicht ist: prüfen, abgleichen, veröffentlichen."
    return (
        Page("/entwurf", "draft", Role.READ, draft, nav="Entwurf", about=about),
        Page("/entwurf/pruefen", "draft_check", Role.EDIT, check, method="POST"),
        Page("/entwurf/veroeffentlichen", "draft_publish", Role.PUBLISH, publish, method="POST"),
        Page("/entwurf/verwerfen", "draft_discard", Role.EDIT, discard, method="POST"),
        Page("/entwurf/zuruecknehmen", "draft_revert", Role.EDIT, revert, method="POST"),
        Page("/entwurf/abgleich", "draft_compare", Role.EDIT, compare),
        Page("/entwurf/abgleich", "draft_merge", Role.EDIT, merge, method="POST"),
    )


def _field(visit: Visit, name: str) -> str:
    return str(visit.form.get(name, "")) if visit.form else ""


# ------------------------------------------------------------------ the draft


def _draft(live: GoingLive, checks: Checks, visit: Visit, *, problem: str = "") -> Shown:
    draft = live.publishing.draft()
    gate = live.publishing.drafts.gate(draft.key)
    job = checks.jobs.latest(JobKind.GATE, visit.now, draft.key) if not draft.is_blank else None
    values = {
        "draft": draft,
        "changed": views(changes(live.publishing.base(), parsed(draft.yaml))),
        "gate": _told(gate, parsed(draft.yaml), checks.words) if gate else None,
        "job": _running(job, gate),
        "released": [f"«{parsed(draft.yaml).name_of(each)}»" for each in draft.releases],
        "obstacles": live.obstacles(draft, gate, visit.account.name),
        "is_split": live.three() is not None,
        "problem": problem,
        "may_edit": visit.account.role >= Role.EDIT,
        "may_publish": visit.account.role >= Role.PUBLISH,
        "four_eyes": live.rules.four_eyes,
    }
    return Shown("draft.html", values, 409 if problem else 200)


def _running(job: Job | None, gate: Gate | None) -> Job | None:
    """Return the check that runs, or failed; one that is done has left its result."""
    return None if job is None or (gate is not None and job.state == "done") else job


def _told(gate: Gate, faq: FaqBase, words: Words) -> dict[str, Any]:
    """Return what the check found, with the words of questions as far as they are still kept."""
    result = gate.result
    findings = [worded(each, faq) for each in result["findings"]]
    impact = [{**each, "count": len(each["questions"])} for each in result["impact"]]
    known = words.words([number for each in impact for number in each["questions"]])
    shown = []
    for each in impact:
        text = next((known[number] for number in each["questions"] if number in known), None)
        shown.append({**each, "text": text, "old": _said(each["old"], faq), "new": _said(each["new"], faq)})
    return {
        "at": gate.at,
        "has_errors": gate.errors,
        "has_hints": gate.hints,
        "new": [each for each in findings if each["new"]],
        "known": [each for each in findings if not each["new"]],
        "wordings": [_missed(each, faq) for each in result["wordings"] if not each["ok"]],
        "wordings_asked": len(result["wordings"]),
        "asked": result["asked"],
        "reworded": result["reworded"],
        "changed": sum(each["count"] for each in impact),
        "impact": sorted(shown, key=lambda each: -each["count"])[:_MOST_SHOWN],
    }


def _missed(wording: Mapping[str, Any], faq: FaqBase) -> dict[str, Any]:
    """Return a wording that does not lead where it should, with its entry and what it leads to."""
    return {**wording, "title": faq.name_of(wording["entry"]), "found": _said(wording["found"], faq)}


def _said(decision: Mapping[str, Any], faq: FaqBase) -> str:
    """Say what a decision comes to: «Antwort: Wann hat das Rathaus offen?»."""
    entries = decision["entries"] or (decision["choices"] if decision["kind"] == "clarify" else [])
    names = [faq.name_of(each) for each in entries]
    return f"{_KINDS[decision['kind']]}{': ' if names else ''}{' / '.join(names)}"


# ------------------------------------------------------------------ three forms side by side


def _compare(live: GoingLive, visit: Visit, *, problem: str = "") -> Reply:
    texts = live.three()
    if texts is None:
        return Moved(visit.url("draft"), "Es gibt nichts abzugleichen.")
    found = differences(texts)
    values = {
        "conflicts": [_three(each) for each in found if each.is_conflict],
        "others": views(each for each in found if not each.is_conflict and each.ours == each.base),
        "ours": views(each for each in found if not each.is_conflict and each.ours != each.base),
        "key": merge_key(texts),
        "problem": problem,
        "is_behind": live.is_behind(live.publishing.draft()),
    }
    return Shown("draft_compare.html", values, 409 if problem else 200)


def _three(change: EntryChange) -> dict[str, Any]:
    """Return an entry that two people changed: each field in three forms, and whose may be taken."""
    fields = [
        {"label": LABELS.get(each.name, each.name), "sides": [lines(each.base), lines(each.theirs), lines(each.ours)]}
        for each in change.fields
    ]
    states = [("gelöscht" if each is None else "") for each in (change.base, change.theirs, change.ours)]
    return {"view": view(change), "fields": fields, "states": states, "sides": [side.value for side in change.sides]}


def _merge(live: GoingLive, visit: Visit) -> Reply:
    texts = live.three()
    if texts is None:
        return Moved(visit.url("draft"), "Es gibt nichts abzugleichen.")
    chosen: dict[str, Side] = {}
    for change in differences(texts):
        wanted = _field(visit, f"side-{change.id}")
        if change.is_conflict and wanted not in [side.value for side in change.sides]:
            return _compare(live, visit, problem="Bitte wählen Sie bei jedem Eintrag, was gelten soll.")
        if change.is_conflict:
            chosen[change.id] = Side(wanted)
    try:
        live.merge(_field(visit, "key"), chosen, visit.account.name, visit.now)
    except ChangeError as error:
        return _compare(live, visit, problem=str(error))
    return Moved(visit.url("draft"), "Der Entwurf ist abgeglichen. Bitte prüfen Sie ihn neu.")
