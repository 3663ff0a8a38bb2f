"""The shared draft, what its check found, the history, blocked entries; each change with its line in the audit."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.drafts import Block, Draft, Gate, Publication, Step, Waiting
from bot.errors import ConflictError
from bot.given import Given
from bot.ports import FaqVersion
from bot.store.audit import note
from bot.store.database import Database
from bot.store.faq_versions import active_form, form_where, keep_form, make_live
from bot.store.inserting import insert_new
from bot.store.publishing_tables import blocked_entry, faq_draft, faq_gate, faq_publication, faq_waiting
from bot.store.review_deeds import given_to, take_back
from bot.store.tables import faq_version

T = TypeVar("T")

_ONE = 1
"""The draft's id."""
_GATES_KEPT = 20


class SqlDrafts:
    """The one draft in the database, and what is published from it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -------------------------------------------------------------- the draft

    def current(self) -> Draft | None:
        """Return the shared draft, None when nothing is being changed."""
        return self._database.read(_draft)

    def save(
        self, draft: Draft, *, instead_of: int, step: Step, settles: str | None = None, reopens: Collection[int] = ()
    ) -> None:
        """Keep the draft in the place of the version `instead_of`; raise ConflictError when it is another one."""

        def work(connection: Connection) -> None:
            if draft.is_blank:
                _drop(connection, instead_of)
            else:
                _keep(connection, draft, instead_of, step.now)
            if settles is not None:
                _settle(connection, settles)
            note(connection, step.who, step.action, step.subject, step.now)
            for change in reopens:
                take_back(connection, change, step.who, step.now)

        self._once(work)

    def given(self, entries: Collection[str]) -> tuple[Given, ...]:
        """Return the citizens' words that these entries got, or were made of, and whose questions count as seen to."""
        return tuple(self._database.read(lambda connection: given_to(connection, entries)))

    def waiting(self) -> Waiting | None:
        """Return a form that somebody wrote into the file beside the draft."""
        query = sa.select(faq_waiting, faq_version.c.yaml).join(faq_version, faq_version.c.hash == faq_waiting.c.hash)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return Waiting(row.base, row.hash, row.yaml, row.at) if row else None

    def wait(self, version: FaqVersion, base: str) -> None:
        """Keep a form that somebody wrote into the file beside the draft; `base` is the form it was made of."""
        values = {"id": _ONE, "hash": version.hash, "base": base, "at": version.at}

        def work(connection: Connection) -> None:
            keep_form(connection, version)
            if not insert_new(connection, faq_waiting, values, "id"):
                later = {"hash": version.hash, "at": version.at}  # made of the one before: the base stays
                connection.execute(sa.update(faq_waiting).values(**later))
            note(connection, version.author, "Datei wartet neben dem Entwurf", "FAQ-Datei", version.at)

        self._database.write(work)

    # -------------------------------------------------------------- publishing

    def publish(self, draft: Draft, who: str, now: datetime) -> Publication:
        """Make the draft live, release what it releases, and drop it; raise ConflictError when anything changed."""

        def work(connection: Connection) -> Publication:
            _drop(connection, draft.version)
            version = FaqVersion(draft.hash, draft.yaml, who, now)
            number = make_live(
                connection, version, instead_of=draft.base, editors=draft.editors, releases=draft.releases
            )
            released = blocked_entry.c.entry.in_(draft.releases)
            connection.execute(sa.delete(blocked_entry).where(released))
            for entry in draft.releases:
                note(connection, who, "Eintrag entsperrt", entry, now)
            note(connection, who, "FAQ veröffentlicht", f"Fassung {number}", now)
            return Publication(number, draft.hash, draft.base, who, draft.editors, now, draft.releases)

        return self._once(work)

    def roll_back(
        self, number: int, *, instead_of: str, who: str, now: datetime, blocking: Collection[str] = ()
    ) -> Publication:
        """Make the form of an earlier publication live; raise ConflictError when not `instead_of` is live any more."""

        def work(connection: Connection) -> Publication:
            earlier = _publication(connection, number)
            form = form_where(connection, faq_version.c.hash == earlier.hash) if earlier else None
            if earlier is None or form is None:
                raise ConflictError
            version = FaqVersion(form.hash, form.yaml, who, now)
            made = make_live(connection, version, instead_of=instead_of, editors=earlier.editors)
            note(connection, who, "Fassung zurückgeholt", f"Fassung {number} als Fassung {made}", now)
            for entry in sorted(blocking):
                _block(connection, entry, who, now)
            return Publication(made, form.hash, instead_of, who, earlier.editors, now)

        return self._once(work)

    def released_since(self, number: int) -> frozenset[str]:
        """Return the entries that were released by later publications than this one."""
        query = sa.select(faq_publication.c.releases).where(faq_publication.c.number > number)
        found = self._database.read(lambda connection: connection.scalars(query).all())
        return frozenset(entry for releases in found for entry in releases)

    # -------------------------------------------------------------- forms and history

    def active(self) -> FaqVersion | None:
        """Return what is live."""
        return self._database.read(active_form)

    def form(self, hash_: str) -> FaqVersion | None:
        """Return a form by its hash."""
        return self._database.read(lambda connection: form_where(connection, faq_version.c.hash == hash_))

    def history(self, *, most: int, before: int | None = None) -> tuple[Publication, ...]:
        """Return publications, the latest first."""
        query = sa.select(faq_publication).order_by(faq_publication.c.number.desc()).limit(most)
        if before is not None:
            query = query.where(faq_publication.c.number < before)
        return tuple(self._database.read(lambda connection: [_published(row) for row in connection.execute(query)]))

    def publication(self, number: int) -> Publication | None:
        """Return a publication by its number."""
        return self._database.read(lambda connection: _publication(connection, number))

    # -------------------------------------------------------------- the gate

    def gate(self, key: str) -> Gate | None:
        """Return what the check of a draft found."""
        query = sa.select(faq_gate).where(faq_gate.c.key == key)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return Gate(row.key, row.at, row.result) if row else None

    def keep_gate(self, gate: Gate) -> None:
        """Keep what the check of a draft found, and forget those of long ago."""
        latest = sa.select(faq_gate.c.key).order_by(faq_gate.c.at.desc()).limit(_GATES_KEPT)

        def work(connection: Connection) -> None:
            kept = connection.scalars(latest).all()
            gone = faq_gate.c.key.not_in(kept) | (faq_gate.c.key == gate.key)
            connection.execute(sa.delete(faq_gate).where(gone))
            connection.execute(sa.insert(faq_gate).values(key=gate.key, at=gate.at, result=dict(gate.result)))

        self._database.write(work)

    # -------------------------------------------------------------- blocked entries

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocked entries."""
        query = sa.select(blocked_entry).order_by(blocked_entry.c.at)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(Block(row.entry, row.who, row.at) for row in rows)

    def block(self, entry: str, who: str, now: datetime) -> bool:
        """Stop an entry from being answered, whatever happens to the draft; return False when it is blocked already."""
        return self._database.write(lambda connection: _block(connection, entry, who, now))

    def unblock(self, entry: str, who: str, since: datetime, now: datetime) -> bool:
        """Take back a block that this person made since a moment; return False where there is none."""
        own = (blocked_entry.c.entry == entry) & (blocked_entry.c.who == who) & (blocked_entry.c.at >= since)

        def work(connection: Connection) -> bool:
            done = connection.execute(sa.delete(blocked_entry).where(own)).rowcount == 1
            if done:
                note(connection, who, "Sperre rückgängig gemacht", entry, now)
            return done

        return self._database.write(work)

    def _once(self, work: Callable[[Connection], T]) -> T:
        """Do something in one transaction; another one who did the same first is a conflict."""
        try:
            return self._database.write(work)
        except IntegrityError as error:
            raise ConflictError from error


def _draft(connection: Connection, *, lock: bool = False) -> Draft | None:
    query = sa.select(faq_draft)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    editors, releases = tuple(row.editors), tuple(row.releases)
    return Draft(row.base, row.yaml, row.hash, editors, releases, row.version, row.at)


def _keep(connection: Connection, draft: Draft, instead_of: int, now: datetime) -> None:
    """Write the draft over the version it was made from."""
    values = {
        "base": draft.base,
        "yaml": draft.yaml,
        "hash": draft.hash,
        "editors": list(draft.editors),
        "releases": sorted(draft.releases),
        "version": instead_of + 1 if instead_of else int(now.timestamp() * 1_000_000),
        "at": now,
    }
    if instead_of:
        same = faq_draft.c.version == instead_of
        done = connection.execute(sa.update(faq_draft).where(same).values(**values)).rowcount == 1
    else:
        done = insert_new(connection, faq_draft, {"id": _ONE, **values}, "id")
    if not done:
        raise ConflictError


def _drop(connection: Connection, version: int) -> None:
    """Delete the draft, if it is still this version; one that is not stored must still not be there.

    What checks found goes too: it quotes wordings, also those that were taken out again.
    """
    connection.execute(sa.delete(faq_gate))
    if version:
        done = connection.execute(sa.delete(faq_draft).where(faq_draft.c.version == version)).rowcount == 1
    else:
        done = connection.scalar(sa.select(sa.exists().where(faq_draft.c.id == _ONE))) is False
    if not done:
        raise ConflictError


def _block(connection: Connection, entry: str, who: str, now: datetime) -> bool:
    _hold_back(connection, entry, who, now)
    is_new = insert_new(connection, blocked_entry, {"entry": entry, "who": who, "at": now}, "entry")
    if is_new:
        note(connection, who, "Eintrag gesperrt", entry, now)
    return is_new


def _hold_back(connection: Connection, entry: str, who: str, now: datetime) -> None:
    """Take the release of an entry out of the draft: whoever blocks last wins.

    The draft is locked first: a publication that releases the entry is over before it is blocked, or overtaken.
    """
    draft = _draft(connection, lock=True)
    if draft is None or entry not in draft.releases:
        return
    others = tuple(each for each in draft.releases if each != entry)
    made = replace(draft, releases=others, editors=tuple(dict.fromkeys((*draft.editors, who))))
    if made.is_blank:
        _drop(connection, draft.version)
    else:
        _keep(connection, made, draft.version, now)
    note(connection, who, "Freigabe zurückgenommen", entry, now)


def _settle(connection: Connection, hash_: str) -> None:
    """Forget a waiting form that became part of the draft; another one by now is a conflict."""
    mine = faq_waiting.c.hash == hash_
    if connection.execute(sa.delete(faq_waiting).where(mine)).rowcount != 1:
        raise ConflictError


def _publication(connection: Connection, number: int) -> Publication | None:
    row = connection.execute(sa.select(faq_publication).where(faq_publication.c.number == number)).one_or_none()
    return _published(row) if row else None


def _published(row: Row[Any]) -> Publication:
    told = (row.number, row.hash, row.replaced, row.author, tuple(row.editors), row.at)
    return Publication(*told, releases=tuple(row.releases))
