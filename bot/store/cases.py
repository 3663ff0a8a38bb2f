"""Cases in the database: tickets, what was carried, what is due, clerks."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.cases import Case, CaseChange, CaseState, Clerk, Due, DueKind, Folder, Link, LinkState, Side, TopicState
from bot.delivery import Message
from bot.errors import ConflictError
from bot.store.addresses import new_key
from bot.store.carrying import group_lost
from bot.store.case_drafts import add_case_draft
from bot.store.case_rows import case_from, case_values, link_from, note_values
from bot.store.database import Database
from bot.store.inserting import insert_new
from bot.store.outbox import queue
from bot.store.tables import blocked, case_due, clerk, counter, msg_link, ticket

_NUMBER = "case"


class SqlCases:
    """All cases of the bot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_number(self) -> int:
        """Return a number that no case has, and none will get again."""

        def work(connection: Connection) -> int:
            insert_new(connection, counter, {"name": _NUMBER, "value": 0}, "name")
            up = sa.update(counter).where(counter.c.name == _NUMBER).values(value=counter.c.value + 1)
            return int(connection.execute(up.returning(counter.c.value)).scalar_one())

        return self._database.write(work)

    def open_of(self, chat: str) -> Case | None:
        """Return the open case of a citizen's chat."""
        return self._one(ticket.c.chat_key == chat, ticket.c.state != CaseState.CLOSED)

    def last_of(self, chat: str) -> Case | None:
        """Return the latest case of a citizen's chat."""
        return self._one(ticket.c.chat_key == chat)

    def of_chat(self, chat: str) -> tuple[Case, ...]:
        """Return all cases of a citizen's chat."""
        return self._all(ticket.c.chat_key == chat)

    def of_thread(self, thread: int) -> Case | None:
        """Return the case whose topic this is."""
        return self._one(ticket.c.thread_id == thread)

    def of_number(self, number: int) -> Case | None:
        """Return a case."""
        return self._one(ticket.c.number == number)

    def of_card(self, message: int) -> Case | None:
        """Return the case whose card this is."""
        return self._one(ticket.c.card_id == message)

    def without_topic(self, person: str) -> Case | None:
        """Return the latest open case of a clerk that lives among all the others."""
        return self._one(
            ticket.c.assignee == person, ticket.c.state != CaseState.CLOSED, ticket.c.topic == TopicState.NONE
        )

    def waiting(self) -> tuple[Case, ...]:
        """Return the cases that nobody took, the oldest first."""
        return self._all(ticket.c.state == CaseState.OPEN)

    def all_since(self, since: datetime) -> tuple[Case, ...]:
        """Return the cases opened since a moment."""
        return self._all(ticket.c.opened_at >= since)

    def links(self, number: int) -> tuple[Link, ...]:
        """Return all that was written in a case, oldest first."""
        return self._links(msg_link.c.number == number)

    def written(self, number: int, side: Side, message: int) -> Link | None:
        """Return what was written in a message."""
        same = (msg_link.c.number == number, msg_link.c.side == side, msg_link.c.message == message)
        return next(iter(self._links(*same)), None)

    def written_by_staff(self, message: int) -> Link | None:
        """Return what a clerk wrote in a message of the group."""
        found = self._links(msg_link.c.side == Side.STAFF, msg_link.c.message == message)
        return found[-1] if found else None

    def carried(self, side: Side, copy: int, number: int | None = None) -> Link | None:
        """Return what was written on the one side and arrived on the other as this message."""
        same = [msg_link.c.side == side, msg_link.c.copy == copy]
        found = self._links(*same, *([msg_link.c.number == number] if number is not None else []))
        return found[-1] if found else None

    def written_since(self, number: int, since: datetime) -> int:
        """Return how many messages a citizen wrote in a case since a moment."""
        mine = (msg_link.c.number == number, msg_link.c.side == Side.CITIZEN, msg_link.c.at > since)
        query = sa.select(sa.func.count()).where(*mine)
        return self._database.read(lambda connection: connection.scalar(query)) or 0

    def untold(self, number: int) -> tuple[Link, ...]:
        """Return what did not arrive, or perhaps not, and nobody was told of it."""
        lost = msg_link.c.state.in_((LinkState.FAILED, LinkState.UNKNOWN)) | msg_link.c.edit_failed
        return self._links(msg_link.c.number == number, lost, ~msg_link.c.told)

    def is_blocked(self, chat: str) -> bool:
        """Say whether the bot may not write to a chat."""
        query = sa.select(blocked.c.chat_key).where(blocked.c.chat_key == chat)
        return self._database.read(lambda connection: connection.scalar(query)) is not None

    def clerk(self, person: str) -> Clerk | None:
        """Return what is known of a clerk."""
        query = sa.select(clerk).where(clerk.c.person_key == person)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return Clerk(row.person_key, row.name, row.hinted, row.away) if row else None

    def due(self, now: datetime, most: int) -> tuple[Due, ...]:
        """Return what has to be done, the longest due first."""
        query = sa.select(case_due).where(case_due.c.at <= now).order_by(case_due.c.at).limit(most)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(Due(row.number, DueKind(row.kind), row.at) for row in rows)

    def done(self, due: Due, change: CaseChange, messages: Sequence[Message], now: datetime) -> None:
        """Write what came of something due; raise ConflictError when another one did it, or the case changed.

        The case is locked first, as everybody does who changes one: two that wait for each other would both be late.
        """

        def work(connection: Connection) -> None:
            connection.execute(
                sa.select(ticket.c.number).where(ticket.c.number == due.case).with_for_update(key_share=True)
            )
            same = (case_due.c.number == due.case, case_due.c.kind == due.kind, case_due.c.at == due.at)
            if connection.execute(sa.delete(case_due).where(*same)).rowcount != 1:
                raise ConflictError
            save_change(connection, change, now)
            queue(connection, messages)

        try:
            self._database.write(work)
        except IntegrityError as error:
            raise ConflictError from error

    def give_up_all(self, now: datetime) -> int:
        """Let it be seen to that no clerk hears of the open cases; return how many there are."""
        return self._database.write(lambda connection: group_lost(connection, now))

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Case | None:
        query = sa.select(ticket).where(*conditions).order_by(ticket.c.number.desc()).limit(1)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return case_from(row) if row else None

    def _all(self, *conditions: sa.ColumnElement[bool]) -> tuple[Case, ...]:
        query = sa.select(ticket).where(*conditions).order_by(ticket.c.number)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(map(case_from, rows))

    def _links(self, *conditions: sa.ColumnElement[bool]) -> tuple[Link, ...]:
        query = sa.select(msg_link).where(*conditions).order_by(msg_link.c.id)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(map(link_from, rows))


def folders_of(connection: Connection, chat: str) -> tuple[Folder, ...]:
    """Return the cases of a chat with all that was written in them, oldest first, within a unit of work."""
    cases = sa.select(ticket).where(ticket.c.chat_key == chat).order_by(ticket.c.number)
    found = []
    for row in connection.execute(cases).all():
        written = sa.select(msg_link).where(msg_link.c.number == row.number).order_by(msg_link.c.id)
        found.append(Folder(case_from(row), tuple(map(link_from, connection.execute(written)))))
    return tuple(found)


def save_change(connection: Connection, change: CaseChange, now: datetime) -> None:
    """Write what an event changes about a case, within a unit of work; its messages are queued afterwards."""
    if change.case:
        _save_case(connection, change.case)
        if change.unbars:
            _unbar(connection, change.case)
    for note in change.notes:
        _save_note(connection, note, now)
    for number, kind in change.undue:
        connection.execute(sa.delete(case_due).where(case_due.c.number == number, case_due.c.kind == kind))
    for due in change.due:
        call_up(connection, due)
    if change.taken:
        taken = sa.update(msg_link).where(msg_link.c.id.in_(change.taken)).values(state=LinkState.TAKEN)
        connection.execute(taken)
    if change.told:
        told = sa.update(msg_link).where(msg_link.c.id.in_(change.told)).values(told=True, edit_failed=False)
        connection.execute(told)
    if change.draft:
        add_case_draft(connection, change.draft.case, change.draft.question, change.draft.answer, now)
    if change.clerk:
        _save_clerk(connection, change.clerk)


def call_up(connection: Connection, due: Due) -> None:
    """Note that something is to be done; what is noted already keeps its moment."""
    values = {"number": due.case, "kind": due.kind, "at": due.at}
    insert_new(connection, case_due, values, "number", "kind")


def _save_case(connection: Connection, case: Case) -> None:
    """Write a case if nobody changed it since it was read."""
    values = case_values(case)
    if case.version == 0:
        connection.execute(sa.insert(ticket).values(number=case.number, key=new_key(), **values))
        return
    same = (ticket.c.number == case.number, ticket.c.version == case.version)
    if connection.execute(sa.update(ticket).where(*same).values(**values)).rowcount != 1:
        raise ConflictError


def _unbar(connection: Connection, case: Case) -> None:
    """Let no other case of its citizen bar them; it knows nothing of those."""
    others = (ticket.c.chat_key == case.chat, ticket.c.number != case.number, ticket.c.barred)
    connection.execute(sa.update(ticket).where(*others).values(barred=False, version=ticket.c.version + 1))


def _save_note(connection: Connection, note: Link, now: datetime) -> None:
    """Write a note, or what became of it."""
    if insert_new(connection, msg_link, note_values(note, now), "number", "side", "message"):
        return
    same = (msg_link.c.number == note.case, msg_link.c.side == Side.NOTE, msg_link.c.message == note.message)
    connection.execute(sa.update(msg_link).where(*same).values(text=note.text))


def _save_clerk(connection: Connection, one: Clerk) -> None:
    values = {"name": one.name, "hinted": one.hinted, "away": one.away}
    if not insert_new(connection, clerk, {"person_key": one.person, **values}, "person_key"):
        connection.execute(sa.update(clerk).where(clerk.c.person_key == one.person).values(**values))
