"""Changing the FAQ: every change goes into one shared draft, and nothing is live before the draft is published.

Wordings that are there already are not added twice, so that an operation may be repeated after a conflict or a crash.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.drafts import Draft, Drafts, Step
from bot.errors import ConflictError
from bot.faq_text import TextChangeError, parsed, with_entry, without_entry
from bot.given import lost, said
from intents.errors import FaqError
from intents.faq import FaqBase, FaqEntry

_TRIES = 5


class ChangeError(Exception):
    """A change of the FAQ is not possible; the message is German and for the person who wanted it."""


class Publishing:
    """The draft of the FAQ and what may be done to it."""

    def __init__(self, drafts: Drafts) -> None:
        self.drafts = drafts

    # -------------------------------------------------------------- reading

    def draft(self) -> Draft:
        """Return the shared draft; a fresh one of what is live where nothing is being changed."""
        found = self.drafts.current()
        if found:
            return found
        active = self.drafts.active()
        if active is None:
            raise ChangeError("Es gibt noch keine veröffentlichte FAQ.")
        return Draft(active.hash, active.yaml, active.hash)

    def faq(self) -> FaqBase:
        """Return the FAQ as it stands in the draft."""
        return parsed(self.draft().yaml)

    def base(self) -> FaqBase:
        """Return the FAQ that the draft changes."""
        draft = self.draft()
        form = self.drafts.form(draft.base)
        return parsed(form.yaml if form else draft.yaml)

    def live(self) -> FaqBase:
        """Return the FAQ that is published, blocked entries included."""
        active = self.drafts.active()
        if active is None:
            raise ChangeError("Es gibt noch keine veröffentlichte FAQ.")
        return parsed(active.yaml)

    # -------------------------------------------------------------- what the review list does

    def add_alternates(self, entry: str, texts: Sequence[str], who: str, now: datetime) -> FaqEntry:
        """Add wordings to an entry, which no longer refuses them; return it as it stands in the draft then."""

        def change(found: FaqEntry) -> FaqEntry:
            refused = _without(found.not_questions, texts)
            return replace(found, alternates=(*found.alternates, *_new(texts, found.phrasings)), not_questions=refused)

        return self._change(entry, change, who, "Formulierung ergänzt", now)

    def add_not_questions(self, entry: str, texts: Sequence[str], who: str, now: datetime) -> FaqEntry:
        """Add questions that must never get this answer, none of which stays a wording of it; return the entry."""

        def change(found: FaqEntry) -> FaqEntry:
            refused = (*found.not_questions, *_new(texts, found.not_questions))
            return replace(found, alternates=_without(found.alternates, texts), not_questions=refused)

        return self._change(entry, change, who, "Gegenbeispiel ergänzt", now)

    def drop_alternates(
        self, entry: str, texts: Sequence[str], who: str, now: datetime, *, back: Sequence[str] = ()
    ) -> FaqEntry:
        """Take wordings out of an entry again; what it refused before comes `back`."""

        def change(found: FaqEntry) -> FaqEntry:
            refused = (*found.not_questions, *_new(back, found.not_questions))
            return replace(found, alternates=_without(found.alternates, texts), not_questions=refused)

        return self._change(entry, change, who, "Formulierung zurückgenommen", now)

    def drop_not_questions(
        self, entry: str, texts: Sequence[str], who: str, now: datetime, *, back: Sequence[str] = ()
    ) -> FaqEntry:
        """Take what an entry must not answer out of it again; what was a wording of it before comes `back`."""

        def change(found: FaqEntry) -> FaqEntry:
            alternates = (*found.alternates, *_new(back, found.phrasings))
            return replace(found, alternates=alternates, not_questions=_without(found.not_questions, texts))

        return self._change(entry, change, who, "Gegenbeispiel zurückgenommen", now)

    # -------------------------------------------------------------- entries

    def new_entry(self, entry: FaqEntry, who: str, now: datetime) -> FaqEntry:
        """Put a new entry into the draft; raises ChangeError when its id is taken."""

        def change(draft: Draft) -> str:
            if parsed(draft.yaml).get(entry.id):
                raise ChangeError(f"Die Kennung «{entry.id}» ist schon vergeben.")
            return with_entry(draft.yaml, clean(entry), beside=_last_of(parsed(draft.yaml), entry.category))

        self._edit(change, who, "Eintrag angelegt", entry.id, now)
        return clean(entry)

    def change_entry(self, entry: FaqEntry, who: str, now: datetime, *, seen: str | None = None) -> FaqEntry:
        """Put another form of an entry into the draft.

        `seen` is the fingerprint of what the person began with; raises StaleError when the draft holds another by now.
        """

        def change(found: FaqEntry) -> FaqEntry:
            if seen is not None and seen != fingerprint(found) and found != clean(entry):
                raise StaleError(found.id)
            return entry

        return self._change(entry.id, change, who, "Eintrag geändert", now)

    def delete_entry(self, entry: str, who: str, now: datetime, *, seen: str = "") -> None:
        """Take an entry out of the draft, as it was `seen` by its mark."""

        def change(draft: Draft) -> str:
            faq = parsed(draft.yaml)
            _found(faq, entry)
            _same(faq, entry, seen)
            if len(faq.entries) == 1:
                raise ChangeError("Der letzte Eintrag lässt sich nicht löschen.")
            return without_entry(draft.yaml, entry)

        self._edit(change, who, "Eintrag gelöscht", entry, now, is_loss=True)

    def revert_entry(self, entry: str, who: str, now: datetime, *, seen: str = "") -> None:
        """Give an entry of the draft its published form again, in which it may not exist."""

        def change(draft: Draft) -> str:
            _same(parsed(draft.yaml), entry, seen)
            form = self.drafts.form(draft.base)
            before = parsed(form.yaml).get(entry) if form else None
            if before is None:
                return without_entry(draft.yaml, entry) if parsed(draft.yaml).get(entry) else draft.yaml
            return with_entry(draft.yaml, before, beside=_last_of(parsed(draft.yaml), before.category))

        self._edit(change, who, "Änderung verworfen", entry, now, is_loss=True)

    def _change(
        self, entry: str, change: Callable[[FaqEntry], FaqEntry], who: str, action: str, now: datetime
    ) -> FaqEntry:
        """Change one entry of the draft."""

        def work(draft: Draft) -> str:
            found = _found(parsed(draft.yaml), entry)
            wanted = clean(change(found))
            return draft.yaml if wanted == found else with_entry(draft.yaml, wanted)

        return _found(parsed(self._edit(work, who, action, entry, now).yaml), entry)

    def lost(self, before: str, after: str) -> tuple[int, ...]:
        """Return the changes in the review that come to nothing when the draft's text becomes another one."""
        try:
            old, new, live = parsed(before), parsed(after), self.live()
        except FaqError:  # a form that this program cannot read can still be dropped
            return ()
        given = self.drafts.given([entry.id for entry in old.entries if entry != new.get(entry.id)])
        return tuple(dict.fromkeys(lost(given, old, new, live)))

    def _edit(
        self,
        change: Callable[[Draft], str],
        who: str,
        action: str,
        subject: str,
        now: datetime,
        *,
        is_loss: bool = False,
    ) -> Draft:
        """Change the draft's text, on whatever it is by now; a text that stays the same is no change.

        With a loss, questions are open again whose words the draft does not hold any more.
        """
        for left in reversed(range(_TRIES)):
            draft = self.draft()
            made = _tried(change, draft, who)
            if made.hash == draft.hash:
                return draft
            reopens = self.lost(draft.yaml, made.yaml) if is_loss else ()
            try:
                self.drafts.save(made, instead_of=draft.version, step=Step(who, action, subject, now), reopens=reopens)
                break
            except ConflictError:
                if not left:
                    raise
        return made


class StaleError(ConflictError):
    """An entry of the draft is another one than the person saw; the message is its id."""


def _tried(change: Callable[[Draft], str], draft: Draft, who: str) -> Draft:
    """Return the draft with its changed text; raises ChangeError when that is no FAQ."""
    try:
        return edited(draft, change(draft), who)
    except (FaqError, TextChangeError) as error:
        raise ChangeError(_told(error)) from error


def edited(draft: Draft, text: str, who: str) -> Draft:
    """Return the draft with another text; raises FaqError when that cannot be read."""
    parsed(text)
    editors = draft.editors if who in draft.editors else (*draft.editors, who)
    return replace(draft, yaml=text, hash=content_hash(text), editors=editors)


def content_hash(text: str) -> str:
    """Return what `FaqBase.hash` will be."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fingerprint(entry: FaqEntry) -> str:
    """Return what tells a form of an entry from others."""
    return content_hash(repr(replace(entry, blocked=False)))


def mark(entry: FaqEntry | None) -> str:
    """Return what tells whether an entry is still as somebody saw it, also that it was not there."""
    return fingerprint(entry) if entry else "-"


def _same(faq: FaqBase, entry: str, seen: str) -> None:
    """Raise ChangeError when an entry is another one than was seen; without a mark nobody looked."""
    if seen and seen != mark(faq.get(entry)):
        raise ChangeError("Jemand anders hat diesen Eintrag inzwischen geändert. Bitte sehen Sie ihn noch einmal an.")


def clean(entry: FaqEntry) -> FaqEntry:
    """Return an entry as it comes back from the file: no blanks around texts, none at the ends of lines."""
    return replace(
        entry,
        question=_line(entry.question),
        answer=_block(entry.answer),
        plain_answer=_block(entry.plain_answer or "") or None,
        category=_line(entry.category or "") or None,
        department=_line(entry.department or "") or None,
        alternates=tuple(filter(None, map(_line, entry.alternates))),
        not_questions=tuple(filter(None, map(_line, entry.not_questions))),
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _block(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _without(texts: Iterable[str], gone: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that are none of others."""
    others = {said(text) for text in gone}
    return tuple(text for text in texts if said(text) not in others)


def _new(texts: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that are not among the known ones, each once."""
    seen = {said(text) for text in known}
    fresh = {said(text): text for text in reversed([_line(text) for text in texts]) if text}
    return tuple(text for key, text in reversed(fresh.items()) if key not in seen)


def _found(faq: FaqBase, entry: str) -> FaqEntry:
    found = faq.get(entry)
    if found is None:
        raise ChangeError(f"Den Eintrag «{entry}» gibt es im Entwurf nicht (mehr).")
    return found


def _last_of(faq: FaqBase, category: str | None) -> str | None:
    """Return the last entry of a category: a new one goes below it."""
    return next((entry.id for entry in reversed(faq.entries) if category and entry.category == category), None)


def _told(error: FaqError | TextChangeError) -> str:
    """Return an error in words for an editor."""
    if isinstance(error, FaqError):
        return "\n".join(f"Zeile {each.line}, Spalte {each.column}: {each.message}" for each in error.findings)
    return "Dieser Eintrag lässt sich hier nicht ändern. Bitte ändern Sie ihn in der Datei selbst."
