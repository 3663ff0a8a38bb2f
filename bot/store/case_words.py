"""Takes the words out of cases: when their time is over, and when a citizen wishes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.case_rules import REOPENABLE
from bot.cases import CaseState, DueKind
from bot.store.case_drafts import forget_case_drafts
from bot.store.inserting import insert_new
from bot.store.tables import case_due, msg_link, outbox, ticket


def forget_cases(connection: Connection, chat: str, now: datetime) -> None:
    """Take everything out of a chat's cases that says something about the person, also what is not sent yet."""
    numbers = _locked(connection, ticket.c.chat_key == chat)
    connection.execute(sa.delete(msg_link).where(msg_link.c.number.in_(numbers)))
    connection.execute(sa.delete(case_due).where(case_due.c.number.in_(numbers)))
    connection.execute(sa.delete(outbox).where(outbox.c.topic_of.in_(numbers)))
    forget_case_drafts(connection, numbers)
    over = sa.func.coalesce(ticket.c.closed_at, now)
    blank = {"chat_key": None, "summary": None, "theme": "", "close_reason": "", "card_id": None}
    ending = {"state": CaseState.CLOSED, "closed_at": over, "version": ticket.c.version + 1}
    connection.execute(sa.update(ticket).where(ticket.c.number.in_(numbers)).values(**blank, **ending))


def forget_clerk(connection: Connection, person: str, now: datetime) -> None:
    """Take a clerk's name off their cases; those that are open are anybody's, and remembered as such."""
    theirs = ticket.c.assignee == person
    for case in _locked(connection, theirs & (ticket.c.state != CaseState.CLOSED)):
        for kind in (DueKind.REMIND, DueKind.CARD):
            insert_new(connection, case_due, {"number": case, "kind": kind, "at": now}, "number", "kind")
    freed = sa.case((ticket.c.state == CaseState.CLOSED, ticket.c.state), else_=CaseState.OPEN)
    values = {"assignee": None, "clerk": "", "state": freed, "version": ticket.c.version + 1}
    connection.execute(sa.update(ticket).where(theirs).values(**values))


def _locked(connection: Connection, mine: sa.ColumnElement[bool]) -> list[int]:
    """Return numbers of cases, and keep others from changing them: before what is due about them goes, or comes."""
    found = sa.select(ticket.c.number).where(mine).order_by(ticket.c.number).with_for_update(key_share=True)
    return list(connection.scalars(found))


def forget_words(connection: Connection, before: datetime) -> None:
    """Delete what was written in cases that were closed before a moment."""
    old = sa.select(ticket.c.number).where(ticket.c.state == CaseState.CLOSED, ticket.c.closed_at < before)
    words = sa.update(msg_link).where(msg_link.c.number.in_(old), msg_link.c.text.is_not(None))
    connection.execute(words.values(text=None))
    kept = sa.or_(ticket.c.summary.is_not(None), ticket.c.close_reason != "")
    blank = sa.update(ticket).where(ticket.c.number.in_(old), kept)
    connection.execute(blank.values(summary=None, close_reason=""))
    forget_case_drafts(connection, old)


def forget_topics(connection: Connection, before: datetime, now: datetime) -> None:
    """Let the topics of cases be deleted that were closed before a moment; while the citizen may go on they stay."""
    over = (ticket.c.state == CaseState.CLOSED) & (ticket.c.closed_at < min(before, now - REOPENABLE))
    for case in connection.scalars(sa.select(ticket.c.number).where(over, ticket.c.thread_id.is_not(None))).all():
        insert_new(connection, case_due, {"number": case, "kind": DueKind.FORGET, "at": now}, "number", "kind")


def has_words() -> sa.ColumnElement[bool]:
    """Return the condition that a case is open, or that something of what was written in it is still there."""
    written = sa.exists().where(msg_link.c.number == ticket.c.number, msg_link.c.text.is_not(None))
    return sa.or_(ticket.c.state != CaseState.CLOSED, ticket.c.summary.is_not(None), written)
