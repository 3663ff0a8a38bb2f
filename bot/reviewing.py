"""The review of what citizens asked: looking through groups of questions, and turning them into better entries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.given import said
from bot.jobs import Job, JobKind, Jobs, Launcher, start
from bot.publishing import ChangeError, Publishing
from bot.review_items import NO_EFFECT, Action, Change, Effect, Filter, Group, Wording
from intents.faq import FaqEntry

PAGE = 50
"""Groups on a page of the list."""
_MOST_ALTERNATES = 10
"""Wordings that a new entry begins with."""


class ReviewList(Protocol):
    """Reads the review list; bot.store.review.SqlReview is one."""

    def groups(self, wanted: Filter, *, most: int, skip: int = 0) -> list[Group]:
        """Return some of the wanted groups, in their order."""

    def page(self, wanted: Filter, *, most: int, skip: int) -> tuple[list[Group], int]:
        """Return some of the wanted groups, and how many there are; 0 where there are none so far down."""

    def group(self, number: int) -> Group | None:
        """Return one group."""

    def wordings(self, number: int) -> list[Wording]:
        """Return what was asked in a group, the most frequent wording first."""

    def texts(self, number: int, items: Collection[int]) -> dict[int, str]:
        """Return the words of some items of a group."""

    def questions(self, number: int) -> tuple[int, ...]:
        """Return the ids of the logged questions in a group."""

    def history(self, number: int) -> list[Change]:
        """Return what was done about a group, the latest first."""


class Taken(Protocol):
    """What would be taken back."""

    @property
    def action(self) -> Action:
        """What was done."""

    @property
    def entry(self) -> str | None:
        """The entry that it was about."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The wordings that the entry got by it."""

    @property
    def moved(self) -> tuple[str, ...]:
        """Those that the entry had as the opposite before."""


class Deeds(Protocol):
    """Changes the review list; bot.store.review_deeds.SqlDeeds is one."""

    def act(self, groups: Collection[int], action: Action, who: str, now: datetime) -> int | None:
        """Do something about the questions of groups; return the number of the change, None when there was none."""

    def act_on(
        self,
        group: int,
        items: Collection[int],
        action: Action,
        who: str,
        now: datetime,
        *,
        entry: str | None = None,
        effect: Effect = NO_EFFECT,
    ) -> int | None:
        """Do something about some questions of a group; return None when all was so already."""

    def change(self, number: int) -> Taken | None:
        """Return what would be taken back; None when there is nothing to take back any more."""

    def undo(self, number: int, who: str, now: datetime) -> bool:
        """Take a change back; return False when that was done before."""


@dataclass(frozen=True)
class Prefill:
    """What a new entry begins with."""

    question: str
    alternates: tuple[str, ...]
    answer: str = ""
    """A clerk's, where a case of the group was closed with one."""


@dataclass(frozen=True)
class Handed:
    """What became of wordings that an entry was to get."""

    change: int | None
    """None: all was so already."""
    moved: bool
    """Some stood there as the opposite, and do so no longer."""


@dataclass(frozen=True)
class Reviewing:
    """All that the pages of the review do."""

    list: ReviewList
    deeds: Deeds
    entries: Publishing
    jobs: Jobs
    launcher: Launcher

    def entries_by_id(self) -> Mapping[str, FaqEntry]:
        """Return the entries as they stand in the draft; none before the first publication."""
        try:
            return {entry.id: entry for entry in self.entries.faq().entries}
        except ChangeError:
            return {}

    def prefill(self, group: int, chosen: Collection[int] = ()) -> Prefill | None:
        """Return what a new entry made of a group begins with: the chosen wordings, or the most frequent ones."""
        found = self.list.wordings(group)
        picked = [each for each in found if not set(chosen).isdisjoint(each.items)]
        wordings = (picked or found)[:_MOST_ALTERNATES]
        if not wordings:
            return None
        answer = next((each.answer for each in wordings if each.answer), "")
        return Prefill(wordings[0].text, tuple(each.text for each in wordings[1:]), answer)

    def begun(self, group: int, entry: str, who: str, now: datetime) -> None:
        """Note that an entry was made of a group: it is in hand until somebody says that it is done."""
        items = [item for wording in self.list.wordings(group) for item in wording.items]
        self.deeds.act_on(group, items, Action.ENTRY, who, now, entry=entry)

    def published(self, history: Collection[Change]) -> FaqEntry | None:
        """Return the entry that was made of a group, once it is published."""
        made = [each.entry for each in history if each.action is Action.ENTRY and each.entry and not each.undone]
        live = self.entries.live() if made else None
        return next((found for entry in made if live and (found := live.get(entry))), None)

    def items(self, group: int, chosen: Collection[int]) -> tuple[int, ...]:
        """Return all questions of a group that have the words of the chosen ones."""
        same = [wording.items for wording in self.list.wordings(group) if not set(chosen).isdisjoint(wording.items)]
        return tuple(item for items in same for item in items)

    def regroup(self, now: datetime) -> Job:
        """Look for new questions and group them, in a process of its own; raise RunningError while one does."""
        return start(self.jobs, self.launcher, JobKind.CLUSTER, "", now)

    def grouping(self, now: datetime) -> Job | None:
        """Return the last job that grouped questions."""
        return self.jobs.latest(JobKind.CLUSTER, now)

    def give_wordings(
        self, group: int, items: Collection[int], entry: str, action: Action, who: str, now: datetime
    ) -> Handed | None:
        """Make the words of questions phrasings of an entry, or examples of what it does not answer.

        The draft of the FAQ is changed first: if the process dies then, the questions are still open, and doing it
        once more adds nothing twice. Raises ChangeError.
        """
        texts = self.list.texts(group, items)
        if not texts:
            return None
        before = self.entries.faq().get(entry)
        change = self.entries.add_alternates if action is Action.WORDINGS else self.entries.add_not_questions
        after = change(entry, tuple(dict.fromkeys(texts.values())), who, now)
        is_wording = action is Action.WORDINGS
        added = _of(texts, _said(after, refused=not is_wording) - _said(before, refused=not is_wording))
        moved = _of(texts, _said(before, refused=is_wording) - _said(after, refused=is_wording))
        number = self.deeds.act_on(group, texts.keys(), action, who, now, entry=entry, effect=Effect(added, moved))
        return Handed(number, bool(moved))

    def undo(self, change: int, who: str, now: datetime) -> bool:
        """Take a change back, also in the draft; return False when that was done before."""
        taken = self.deeds.change(change)
        if taken is None:
            return False
        if taken.entry and (taken.texts or taken.moved) and self.entries.faq().get(taken.entry):
            is_wording = taken.action is Action.WORDINGS
            drop = self.entries.drop_alternates if is_wording else self.entries.drop_not_questions
            drop(taken.entry, taken.texts, who, now, back=taken.moved)
        return self.deeds.undo(change, who, now)


def _said(entry: FaqEntry | None, *, refused: bool) -> set[str]:
    """Return the wordings of an entry, or what it must not answer, as they are compared."""
    if entry is None:
        return set()
    return {said(text) for text in (entry.not_questions if refused else entry.alternates)}


def _of(texts: Mapping[int, str], wanted: set[str]) -> list[int]:
    """Return the questions that say one of the wanted things."""
    return [item for item, text in texts.items() if said(text) in wanted]
