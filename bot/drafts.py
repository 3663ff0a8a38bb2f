"""Drafts of the FAQ as values, and what keeps them; nothing of a draft is live before it is published."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.given import Given
from bot.ports import FaqVersion


@dataclass(frozen=True)
class Draft:
    """The one shared draft: the active form with all changes that are not live yet."""

    base: str
    """Hash of the form that it changes."""
    yaml: str
    hash: str
    """Content hash of the text."""
    editors: tuple[str, ...] = ()
    """Everybody who changed something in it."""
    releases: tuple[str, ...] = ()
    """Ids of blocked entries that are answered again once it is published."""
    version: int = 0
    """Goes up with every change; 0 for a draft that is not stored."""
    at: datetime | None = None
    """When it was changed last."""

    @property
    def key(self) -> str:
        """Return what a gate's result is good for: this text on this base, with these releases."""
        told = "\n".join((self.base, self.hash, *sorted(self.releases)))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def is_blank(self) -> bool:
        """Say whether there is nothing to publish."""
        return self.hash == self.base and not self.releases


@dataclass(frozen=True)
class Block:
    """An entry that is not answered, whatever its dates say."""

    entry: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Publication:
    """A moment at which a form became live."""

    number: int
    hash: str
    replaced: str | None
    """Hash of the form that was live before."""
    author: str
    """Who published it."""
    editors: tuple[str, ...]
    """Who wrote it, as far as it was a draft."""
    at: datetime
    releases: tuple[str, ...] = ()
    """Ids of blocked entries that it let be answered again."""


@dataclass(frozen=True)
class Gate:
    """What the check of a draft found."""

    key: str
    """`Draft.key` of what was checked."""
    at: datetime
    result: Mapping[str, Any]

    @property
    def errors(self) -> bool:
        """Say whether the draft brings errors with it."""
        return any(each["new"] and each["level"] == "error" for each in self.result["findings"])

    @property
    def hints(self) -> bool:
        """Say whether the draft brings anything else with it that is to be read."""
        return any(each["new"] for each in self.result["findings"])


@dataclass(frozen=True)
class Step:
    """What somebody did, as the audit keeps it."""

    who: str
    action: str
    subject: str
    now: datetime


@dataclass(frozen=True)
class Waiting:
    """A form that somebody wrote into the file beside the draft."""

    base: str
    """Hash of the form that it was made of."""
    hash: str
    yaml: str
    at: datetime


class Drafts(Protocol):
    """Keeps the shared draft, the gate's results, blocked entries and the history."""

    def current(self) -> Draft | None:
        """Return the shared draft, None when nothing is being changed."""

    def save(
        self, draft: Draft, *, instead_of: int, step: Step, settles: str | None = None, reopens: Collection[int] = ()
    ) -> None:
        """Keep the draft in the place of the version `instead_of`; raise ConflictError when it is another one.

        A blank draft is dropped. The step goes to the audit with it; `settles` is a waiting form that is part of it,
        `reopens` are changes in the review that it takes back.
        """

    def given(self, entries: Collection[str]) -> tuple[Given, ...]:
        """Return the citizens' words that these entries got, or were made of, and whose questions count as seen to."""

    def publish(self, draft: Draft, who: str, now: datetime) -> Publication:
        """Make the draft live, release what it releases, and drop it; raise ConflictError when anything changed."""

    def roll_back(
        self, number: int, *, instead_of: str, who: str, now: datetime, blocking: Collection[str] = ()
    ) -> Publication:
        """Make the form of an earlier publication live, and block entries with it.

        Raises ConflictError when not `instead_of` is live any more.
        """

    def released_since(self, number: int) -> frozenset[str]:
        """Return the entries that were released by later publications than this one."""

    def active(self) -> FaqVersion | None:
        """Return what is live."""

    def form(self, hash_: str) -> FaqVersion | None:
        """Return a form by its hash."""

    def history(self, *, most: int, before: int | None = None) -> tuple[Publication, ...]:
        """Return publications, the latest first."""

    def publication(self, number: int) -> Publication | None:
        """Return a publication by its number."""

    def waiting(self) -> Waiting | None:
        """Return a form that somebody wrote into the file beside the draft."""

    def wait(self, version: FaqVersion, base: str) -> None:
        """Keep a form that somebody wrote into the file beside the draft; `base` is the form it was made of."""

    def gate(self, key: str) -> Gate | None:
        """Return what the check of a draft found."""

    def keep_gate(self, gate: Gate) -> None:
        """Keep what the check of a draft found."""

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocked entries."""

    def block(self, entry: str, who: str, now: datetime) -> bool:
        """Stop an entry from being answered, and take its release out of the draft.

        Returns False when it is blocked already.
        """

    def unblock(self, entry: str, who: str, since: datetime, now: datetime) -> bool:
        """Take back a block that this person made since a moment; return False where there is none."""
