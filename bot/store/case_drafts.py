"""Drafts of entries from closed cases: they wait in the review list, and go with the texts of their case."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.privacy import redact
from bot.review_items import ItemState, Why
from bot.store.inserting import insert_new
from bot.store.review_tables import case_draft, review_item


def add_case_draft(connection: Connection, number: int, question: str, answer: str, now: datetime) -> bool:
    """Put a case's question and answer into the review list, redacted; return False when they are there already."""
    texts = {"question": redact(question), "answer": redact(answer)}
    if not insert_new(connection, case_draft, {"number": number, **texts, "at": now}, "number"):
        return False
    row = {"draft": number, "why": Why.CASE, "state": ItemState.NEW, "at": now}
    connection.execute(sa.insert(review_item).values(**row))
    return True


def forget_case_drafts(connection: Connection, numbers: Collection[int] | sa.Select[tuple[int]]) -> None:
    """Delete the drafts of cases, with their place in the review list."""
    connection.execute(sa.delete(case_draft).where(case_draft.c.number.in_(numbers)))
