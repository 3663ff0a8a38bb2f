"""Cases and what is written in them, as rows and back."""

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Row

from bot.cases import Case, CaseState, Link, LinkState, Side, TopicState


def case_values(case: Case) -> dict[str, Any]:
    """Return a case as column values."""
    return {
        "chat_key": case.chat,
        "state": case.state,
        "topic": case.topic,
        "thread_id": case.thread,
        "topic_gen": case.generation,
        "card_id": case.card,
        "assignee": case.assignee,
        "clerk": case.clerk,
        "opened_at": case.opened_at,
        "first_reply_at": case.first_reply_at,
        "delivered_at": case.delivered_at,
        "promised_at": case.promised_at,
        "closed_at": case.closed_at,
        "theme": case.theme,
        "department": case.department,
        "summary": case.summary or None,
        "close_reason": case.close_reason,
        "closed_by": case.closed_by,
        "rating": case.rating,
        "solved": case.solved,
        "barred": case.barred,
        "hinted": list(case.hinted),
        "version": case.version + 1,
    }


def case_from(row: Row[Any]) -> Case:
    """Return a row as a case."""
    return Case(
        number=row.number,
        chat=row.chat_key,
        opened_at=row.opened_at,
        state=CaseState(row.state),
        topic=TopicState(row.topic),
        thread=row.thread_id,
        generation=row.topic_gen,
        card=row.card_id,
        assignee=row.assignee,
        clerk=row.clerk,
        first_reply_at=row.first_reply_at,
        delivered_at=row.delivered_at,
        promised_at=row.promised_at,
        closed_at=row.closed_at,
        theme=row.theme,
        department=row.department,
        summary=row.summary or "",
        close_reason=row.close_reason,
        closed_by=row.closed_by,
        rating=row.rating,
        solved=row.solved,
        barred=row.barred,
        hinted=tuple(row.hinted),
        version=row.version,
    )


def link_from(row: Row[Any]) -> Link:
    """Return a row as something that was written."""
    return Link(
        id=row.id,
        case=row.number,
        side=Side(row.side),
        message=row.message,
        state=LinkState(row.state),
        at=row.at,
        copy=row.copy,
        outbox=row.outbox_id,
        album=row.album,
        edit_failed=row.edit_failed,
        sent_at=row.sent_at,
        text=row.text,
        author=row.author,
        spoken=row.spoken,
    )


def note_values(note: Link, now: datetime) -> dict[str, Any]:
    """Return a note as column values."""
    return {
        "number": note.case,
        "side": Side.NOTE,
        "message": note.message,
        "state": LinkState.NOTE,
        "edit_failed": False,
        "told": True,
        "at": now,
        "text": note.text,
        "author": note.author,
        "spoken": False,
    }
