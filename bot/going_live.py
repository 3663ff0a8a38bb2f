"""From a draft to what is live: taking the file in, merging, publishing, going back, blocking an entry at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.drafts import Draft, Gate, Publication, Step
from bot.errors import ConflictError
from bot.faq_file import AUTHOR
from bot.faq_text import TextChangeError, parsed
from bot.merging import Side, Texts, merged, put
from bot.ports import FaqVersion
from bot.publishing import ChangeError, Publishing, content_hash, edited
from intents.errors import FaqError
from intents.faq import FaqBase

UNDO_BLOCK = timedelta(minutes=10)
"""How long whoever blocked an entry can take that back without publishing."""
OVERTAKEN = "Inzwischen hat sich etwas geändert. Bitte sehen Sie die Seite noch einmal durch."
_BY_FILE = "Diese Fassung lässt sich hier nicht zurückholen. Bitte ändern Sie die Datei selbst."
_ONE_DRAFT = (
    "Nach der Vier-Augen-Regel wird daraus ein Entwurf, und es gibt schon einen. "
    "Bitte veröffentlichen oder verwerfen Sie ihn zuerst."
)


@dataclass(frozen=True)
class Rules:
    """What the city settled about publishing."""

    four_eyes: bool = False
    """Whoever publishes must not have written any of it, nor brought it back."""


class GoingLive:
    """What may happen to the draft as a whole, and to entries that are live."""

    def __init__(self, publishing: Publishing, rules: Rules) -> None:
        self.publishing = publishing
        self.rules = rules
        self._drafts = publishing.drafts

    # -------------------------------------------------------------- what keeps a draft from going live

    def obstacles(self, draft: Draft, gate: Gate | None, who: str) -> tuple[str, ...]:
        """Return in German what keeps somebody from publishing a draft; nothing when it may go live."""
        if draft.is_blank:
            return ("Es gibt nichts zu veröffentlichen.",)
        found = []
        if self.is_behind(draft):
            found.append("Der Entwurf beruht auf einer älteren Fassung. Bitte gleichen Sie ihn zuerst ab.")
        if self._drafts.waiting():
            found.append("Die Datei wurde neben dem Entwurf geändert. Bitte gleichen Sie zuerst ab.")
        if gate is None:
            found.append("Dieser Stand ist noch nicht geprüft.")
        elif gate.errors:
            found.append("Die Prüfung hat neue Fehler gefunden.")
        if self.rules.four_eyes and who in draft.editors:
            found.append(
                "Vier-Augen-Regel: Sie haben an diesem Entwurf mitgeschrieben. Veröffentlichen muss jemand anderes."
            )
        return tuple(found)

    def is_behind(self, draft: Draft) -> bool:
        """Say whether something else went live since the draft was begun."""
        active = self._drafts.active()
        return active is not None and active.hash != draft.base

    # -------------------------------------------------------------- going live

    def publish(self, key: str, who: str, now: datetime, *, is_sure: bool) -> Publication:
        """Make the draft live that was seen under this key; raises ChangeError when it may not, or not any more.

        `is_sure` says that the hints of the check were read.
        """
        draft = self.publishing.draft()
        gate = self._drafts.gate(draft.key)
        if draft.key != key:
            raise ChangeError("Der Entwurf hat sich inzwischen geändert. Bitte prüfen Sie ihn noch einmal.")
        if found := self.obstacles(draft, gate, who):
            raise ChangeError(found[0])
        if gate and gate.hints and not is_sure:
            raise ChangeError("Bitte bestätigen Sie, dass Sie die neuen Befunde gelesen haben.")
        try:
            return self._drafts.publish(draft, who, now)
        except ConflictError as error:
            raise ChangeError(OVERTAKEN) from error

    def roll_back(self, number: int, instead_of: str, who: str, now: datetime) -> Publication | None:
        """Make an earlier form live at once; raises ChangeError when it cannot be read, or is overtaken.

        An answer that was blocked, mended and released since comes back as it was, and is blocked again.
        With the four-eyes rule the form becomes the draft, which somebody else publishes; None is returned then.
        """
        earlier = self._drafts.publication(number)
        form = self._drafts.form(earlier.hash) if earlier else None
        if form is None:
            raise ChangeError("Diese Fassung gibt es nicht.")
        live = self._readable()
        try:
            blocking = self._unmended(number, parsed(form.yaml), live or FaqBase(()))
            if self.rules.four_eyes and live:
                step = Step(who, "Fassung als Entwurf zurückgeholt", f"Fassung {number}", now)
                self._draft_back(_mended(form.yaml, blocking, live), instead_of, step)
                return None
            return self._drafts.roll_back(number, instead_of=instead_of, who=who, now=now, blocking=blocking)
        except FaqError as error:
            raise ChangeError(f"Diese Fassung lässt sich nicht mehr lesen: {error.findings[0].message}") from error
        except TextChangeError as error:
            raise ChangeError(_BY_FILE) from error
        except ConflictError as error:
            raise ChangeError(OVERTAKEN) from error

    def _unmended(self, number: int, faq: FaqBase, live: FaqBase) -> frozenset[str]:
        """Return the entries that were released after a publication and are not in it as they are live now."""
        released = [found for each in self._drafts.released_since(number) if (found := faq.get(each))]
        return frozenset(each.id for each in released if each != live.get(each.id))

    def _readable(self) -> FaqBase | None:
        """Return what is live; None where it cannot be read, and is left for that, if need be by one person alone."""
        try:
            return self.publishing.live()
        except FaqError:
            return None

    def _draft_back(self, text: str, instead_of: str, step: Step) -> None:
        """Make an earlier form the draft; raises ChangeError where there is one, in which others may be at work."""
        draft = self.publishing.draft()
        if draft.version:
            raise ChangeError(_ONE_DRAFT)
        if draft.base != instead_of:
            raise ConflictError
        self._save(edited(draft, text, step.who), draft, step)

    def discard(self, key: str, who: str, now: datetime) -> bool:
        """Drop the draft that was seen under this key; raises ChangeError when somebody has changed it since.

        Returns whether questions of the review are open again, whose words nobody answers now.
        """
        draft, active = self.publishing.draft(), self._drafts.active()
        if draft.version and draft.key != key:
            raise ChangeError(OVERTAKEN)
        if not draft.version or active is None:
            return False
        reopens = self.publishing.lost(draft.yaml, active.yaml)
        blank = replace(draft, hash=draft.base, releases=())
        self._save(blank, draft, Step(who, "Entwurf verworfen", "", now), reopens=reopens)
        return bool(reopens)

    # -------------------------------------------------------------- blocked entries

    def block(self, entry: str, who: str, now: datetime) -> bool:
        """Stop an entry from being answered, everywhere within seconds; return False when it is blocked already."""
        if self.publishing.live().get(entry) is None:
            raise ChangeError(f"Den Eintrag «{entry}» gibt es nicht.")
        return self._drafts.block(entry, who, now)

    def unblock(self, entry: str, who: str, now: datetime) -> None:
        """Take back a block by mistake: one's own, of a few minutes ago; raises ChangeError for others."""
        if not self._drafts.unblock(entry, who, now - UNDO_BLOCK, now):
            raise ChangeError(
                f"Die Sperre von «{entry}» lässt sich so nicht mehr aufheben. "
                "Bitte merken Sie den Eintrag zum Entsperren vor: Die Sperre endet mit der nächsten Veröffentlichung."
            )

    def release(self, entry: str, who: str, now: datetime, *, on: bool = True) -> None:
        """Let the next publication answer a blocked entry again, or not."""
        draft = self.publishing.draft()
        if entry not in ({block.entry for block in self._drafts.blocks()} if on else draft.releases):
            raise ChangeError(f"Der Eintrag «{entry}» ist nicht {'gesperrt' if on else 'zur Freigabe vorgemerkt'}.")
        action = "Freigabe vorgemerkt" if on else "Freigabe zurückgenommen"
        self._save(_releasing(draft, entry, who, on=on), draft, Step(who, action, entry, now))

    # -------------------------------------------------------------- bringing forms together

    def propose(self, text: str, base: str, now: datetime) -> None:
        """Keep what somebody wrote into the file: as the draft, or beside one that others work on."""
        draft = self._drafts.current()
        if draft and draft.editors != (AUTHOR,):
            waiting = self._drafts.waiting()
            whole = self._atop(waiting.yaml, text, base) if waiting else text
            self._drafts.wait(FaqVersion(content_hash(whole), whole, AUTHOR, now), self._known(base))
            return
        whole = self._atop(draft.yaml, text, base) if draft else text
        made = edited(draft or Draft(self._known(base), whole, ""), whole, AUTHOR)
        step = Step(AUTHOR, "Datei als Entwurf übernommen", "FAQ-Datei", now)
        self._drafts.save(made, instead_of=draft.version if draft else 0, step=step)

    def _atop(self, earlier: str, text: str, base: str) -> str:
        """Return what the file says, with what was taken from it earlier and is not published yet.

        A text that was made of the earlier one holds that already. One that was made of a published form does not: the
        program had put that form back into the file. Where both change the same, the later one counts.
        """
        form = self._drafts.form(base)
        if form is None or base == content_hash(earlier):
            return text
        try:
            return merged(Texts(form.yaml, earlier, text), {})
        except (FaqError, TextChangeError):
            return text

    def _known(self, base: str) -> str:
        """Return a form that is kept here: this one, else what is live."""
        active = self._drafts.active()
        return base if self._drafts.form(base) or active is None else active.hash

    def three(self) -> Texts | None:
        """Return what is to be brought together; None where the draft knows all."""
        draft, waiting = self.publishing.draft(), self._drafts.waiting()
        if self.is_behind(draft):
            active = self._drafts.active()
            return Texts(self._text(draft.base), active.yaml if active else "", draft.yaml)
        return Texts(self._text(waiting.base), waiting.yaml, draft.yaml) if waiting else None

    def merge(self, seen: str, chosen: Mapping[str, Side], who: str, now: datetime) -> None:
        """Bring the draft together with what is live, or waits, as it was chosen under the key `seen`."""
        draft, waiting, active, texts = (
            self.publishing.draft(),
            self._drafts.waiting(),
            self._drafts.active(),
            self.three(),
        )
        if texts is None or active is None or merge_key(texts) != seen:
            raise ChangeError(OVERTAKEN)
        try:
            text = merged(texts, chosen)
            parsed(text)
        except (FaqError, TextChangeError) as error:
            raise ChangeError("So lässt sich das nicht zusammenführen. Bitte wählen Sie anders.") from error
        settles = None if self.is_behind(draft) or waiting is None else waiting.hash
        writers = (*draft.editors, *([who] if chosen else []), *([AUTHOR] if settles else []))
        made = replace(
            draft, base=active.hash, yaml=text, hash=content_hash(text), editors=tuple(dict.fromkeys(writers))
        )
        self._save(
            made,
            draft,
            Step(who, "Entwurf abgeglichen", "mit der FAQ-Datei" if settles else "mit der neuen Fassung", now),
            settles,
        )

    def _text(self, hash_: str) -> str:
        form = self._drafts.form(hash_)
        if form is None:
            raise ChangeError("Die Fassung, auf der der Entwurf beruht, gibt es nicht mehr.")
        return form.yaml

    def _save(
        self, made: Draft, old: Draft, step: Step, settles: str | None = None, reopens: Collection[int] = ()
    ) -> None:
        """Keep a changed draft; what somebody else did meanwhile is told, and nothing is changed."""
        try:
            self._drafts.save(made, instead_of=old.version, step=step, settles=settles, reopens=reopens)
        except ConflictError as error:
            raise ChangeError(OVERTAKEN) from error


def _releasing(draft: Draft, entry: str, who: str, *, on: bool) -> Draft:
    """Return the draft with or without the release of an entry; whoever asks for one has a part in the draft."""
    others = tuple(each for each in draft.releases if each != entry)
    return replace(edited(draft, draft.yaml, who), releases=(*others, entry) if on else others)


def merge_key(texts: Texts) -> str:
    """Return what tells three forms from others."""
    return "-".join(map(content_hash, (texts.base, texts.theirs, texts.ours)))


def _mended(text: str, entries: Collection[str], live: FaqBase) -> str:
    """Return an earlier form with these entries as they are live now."""
    for entry in sorted(entries):
        text = put(text, entry, live.get(entry))
    return text
