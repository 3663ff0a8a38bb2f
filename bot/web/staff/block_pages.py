"""Stopping an entry at once, letting it go again, and telling those who got a wrong answer."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from wtforms import Form, HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from bot.accounts import Role
from bot.clock import city_day, day_begins
from bot.faq_text import parsed
from bot.going_live import GoingLive
from bot.publishing import ChangeError
from bot.web.staff.days import DayField
from bot.web.staff.page import Failed, Moved, Page, Reply, Shown, Undo, Visit
from intents.errors import FaqError

_LONGEST = 3000
_LOOKED_BACK = 30
"""Publications that are searched for when the answer was last written."""
_USUAL = timedelta(days=30)


class Correct(Protocol):
    """Tells those who got a wrong answer what is right."""

    def __call__(self, key: str, entry: str, since: datetime, text: str, who: str, now: datetime, /) -> int:
        """Send a text to who got an entry since a moment; return to how many chats. Each key is sent once."""

    def words(self, entry: str, text: str, /) -> tuple[str, ...]:
        """Return what citizens would read, without its mark-up."""


class Given(Protocol):
    """Counts who got an entry; bot.store.corrections.SqlCorrections does."""

    def given(self, entry: str, since: datetime, /) -> tuple[int, int]:
        """Return how often an entry was given since a moment, and in how many chats."""

    def receivers(self, entry: str, since: datetime, /) -> tuple[str, ...]:
        """Return the chats that got it and can still be written to."""


class CorrectionForm(Form):
    """What those are told who got a wrong answer."""

    since = DayField("Seit wann war die Antwort falsch?", [InputRequired("Bitte geben Sie einen Tag an.")])
    key = HiddenField(validators=[Regexp(r"[0-9a-f]{32}\Z", message="Bitte laden Sie die Seite neu.")])
    seen = HiddenField()
    """What was shown before it is sent."""
    text = TextAreaField(
        "Berichtigung: Was ist richtig?",
        [
            InputRequired("Bitte schreiben Sie, was richtig ist."),
            Length(max=_LONGEST, message=f"Bitte höchstens {_LONGEST} Zeichen."),
        ],
        description="Erlaubt sind *fett* und [Links](https://…). Sie geht an alle, die die Antwort seither bekamen.",
        render_kw={"rows": 8},
    )

    @property
    def content(self) -> str:
        """A mark of what is sent, and since when."""
        return hashlib.sha256(f"{self.since.data} {self.text.data}".encode()).hexdigest()


@dataclass(frozen=True)
class Wrong:
    """What it takes to mend a wrong answer."""

    given: Given
    correct: Correct | None
    """None: nobody can be written to."""


def pages(live: GoingLive, wrong: Wrong) -> tuple[Page, ...]:
    """Return the pages."""

    def block(visit: Visit) -> Reply:
        name = visit.params["id"]
        try:
            is_new = live.block(name, visit.account.name, visit.now)
        except ChangeError as error:
            return Failed(404, str(error))
        told = (
            "ist gesperrt. In wenigen Sekunden antwortet der Bot nicht mehr damit." if is_new else "war schon gesperrt."
        )
        undo = Undo(visit.url("entry_unblock", id=name)) if is_new else None
        return Moved(visit.url("entry", id=name), f"«{live.publishing.live().name_of(name)}» {told}", undo)

    def unblock(visit: Visit) -> Reply:
        name = visit.params["id"]
        try:
            live.unblock(name, visit.account.name, visit.now)
        except ChangeError as error:
            return Failed(409, str(error))
        told = f"«{live.publishing.live().name_of(name)}» ist nicht mehr gesperrt. Der Bot antwortet wieder damit."
        return Moved(visit.url("entry", id=name), told)

    def release(visit: Visit) -> Reply:
        name, on = visit.params["id"], bool(visit.form and visit.form.get("on") == "yes")
        try:
            live.release(name, visit.account.name, visit.now, on=on)
        except ChangeError as error:
            return Failed(409, str(error))
        told = "Die Sperre endet mit der nächsten Veröffentlichung." if on else "Der Eintrag bleibt gesperrt."
        undo = Undo(visit.url("entry_release", id=name), {"on": "no" if on else "yes"})
        return Moved(visit.url("entry", id=name), told, undo)

    def mend(visit: Visit) -> Reply:
        if live.publishing.live().get(visit.params["id"]) is None:
            return Failed(404)
        given = CorrectionForm(visit.query)
        since = given.since.data or city_day(_written(live, visit))
        right = _prepared(live, visit.params["id"])
        form = CorrectionForm(data={"since": since, "text": right, "key": secrets.token_hex(16)})
        return _mending(live, wrong, visit, form)

    def correct(visit: Visit) -> Reply:
        name = visit.params["id"]
        if live.publishing.live().get(name) is None or wrong.correct is None:
            return Failed(404)
        form = CorrectionForm(visit.form)
        if not form.validate():
            return _mending(live, wrong, visit, form)
        key, text = form.key.data or "", form.text.data or ""
        if form.seen.data != form.content:
            form.seen.data = form.content
            return _mending(live, wrong, visit, form, wrong.correct.words(name, text))
        count = wrong.correct(key, name, _begin(form), text, visit.account.name, visit.now)
        told = (
            "Niemand ist zu benachrichtigen."
            if not count
            else f"Die Berichtigung geht an {count} {'Chat' if count == 1 else 'Chats'}."
        )
        return Moved(visit.url("entry", id=name), told)

    return (
        Page("/eintrag/{id}/sperren", "entry_block", Role.EDIT, block, method="POST"),
        Page("/eintrag/{id}/doch-nicht-sperren", "entry_unblock", Role.EDIT, unblock, method="POST"),
        Page("/eintrag/{id}/entsperren", "entry_release", Role.EDIT, release, method="POST"),
        Page("/eintrag/{id}/falsch", "entry_wrong", Role.READ, mend),
        Page("/eintrag/{id}/falsch", "entry_correct", Role.PUBLISH, correct, method="POST"),
    )


def _mending(live: GoingLive, wrong: Wrong, visit: Visit, form: CorrectionForm, words: tuple[str, ...] = ()) -> Shown:
    """Show how many got the answer since when, and what they could be told."""
    name = visit.params["id"]
    counts: dict[str, Any] = {"times": 0, "chats": 0, "reachable": 0}
    if form.since.data:
        times, chats = wrong.given.given(name, _begin(form))
        counts = {"times": times, "chats": chats, "reachable": len(wrong.given.receivers(name, _begin(form)))}
    values = {
        **counts,
        "entry": live.publishing.live().get(name),
        "form": form,
        "words": words,
        "is_blocked": name in {block.entry for block in live.publishing.drafts.blocks()},
        "may_edit": visit.account.role >= Role.EDIT,
        "may_correct": wrong.correct is not None and visit.account.role >= Role.PUBLISH,
    }
    return Shown("entry_wrong.html", values, 422 if form.errors else 200)


def _begin(form: CorrectionForm) -> datetime:
    """Return the beginning of the day that was given, in the city."""
    return day_begins(form.since.data or date.max)


def _written(live: GoingLive, visit: Visit) -> datetime:
    """Return when the published answer of an entry became what it is."""
    name, drafts = visit.params["id"], live.publishing.drafts
    now, since = live.publishing.live().get(name), visit.now - _USUAL
    for publication in drafts.history(most=_LOOKED_BACK):
        form = drafts.form(publication.hash)
        try:
            then = parsed(form.yaml).get(name) if form else None
        except FaqError:
            break
        if now is None or then is None or then.answer != now.answer:
            break
        since = publication.at
    return since


def _prepared(live: GoingLive, name: str) -> str:
    """Return what is right by now: the draft's answer, where it is another one than the published."""
    now, then = live.publishing.faq().get(name), live.publishing.live().get(name)
    return now.answer if now and then and now.answer != then.answer else ""
