"""What becomes of messages that belong to a case, written down beside the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.case_rules import CARD_PAUSE, FORGET_AGAIN, TOPIC_PATIENCE
from bot.cases import CaseState, DueKind, LinkState, Side, TopicState
from bot.delivery import Arrived, Carried, MessageKind, SendState
from bot.store.inserting import insert_new
from bot.store.tables import case_due, msg_link, outbox, ticket

_QUEUED = {"state": LinkState.QUEUED, "edit_failed": False, "told": False, "sent_at": None, "copy": None}


def begun(connection: Connection, message: int, carried: Carried) -> None:
    """Note what a message of the outbox carries to the other side."""
    if carried.edits:
        link = _linked(carried.case, carried.side, carried.messages[0])
        change = sa.update(msg_link).where(link)
        connection.execute(change.values(edit_id=message, edit_failed=False, text=carried.text))
        return
    album = carried.messages[0] if len(carried.messages) > 1 else None
    for place, number in enumerate(carried.messages):
        values: dict[str, Any] = {"outbox_id": message, "album": album, **_QUEUED}
        again = {**values, "text": carried.text} if place == 0 else values
        if connection.execute(_relinking(carried, number).values(**again)).rowcount:
            continue
        words = {"text": carried.text if place == 0 else None, "author": carried.author, "spoken": carried.spoken}
        row = {"number": carried.case, "side": carried.side, "message": number, "at": carried.at, **values, **words}
        connection.execute(sa.insert(msg_link).values(**row))


def _relinking(carried: Carried, number: int) -> sa.Update:
    """Return the statement for something that is carried once more."""
    return sa.update(msg_link).where(_linked(carried.case, carried.side, number))


def _linked(case: int, side: str, message: int) -> sa.ColumnElement[bool]:
    return sa.and_(msg_link.c.number == case, msg_link.c.side == side, msg_link.c.message == message)


def arrived(connection: Connection, one: Arrived) -> None:
    """Note what arrived: on the other side, as a topic, or as a card."""
    row = connection.execute(sa.select(outbox).where(outbox.c.id == one.message)).one_or_none()
    if row is None:
        return
    if row.kind == MessageKind.TOPIC:
        _topic_there(connection, row.topic_of, one.message_id)
    elif row.kind == MessageKind.FORGET:
        _topic_over(connection, row.topic_of)
    elif row.kind == MessageKind.CARD:
        _change(connection, row.topic_of, card_id=one.message_id)
    elif row.kind == MessageKind.EDIT and one.message_id is not None:  # it may stand in another message by now
        changed = sa.update(msg_link).where(msg_link.c.edit_id == one.message, msg_link.c.side == Side.CITIZEN)
        connection.execute(changed.values(copy=one.message_id))
    links = connection.execute(sa.select(msg_link).where(msg_link.c.outbox_id == one.message).order_by(msg_link.c.id))
    _copied(connection, links.all(), one)


def _topic_there(connection: Connection, case: int, thread: int | None) -> None:
    """Note where a topic is, unless another one is there by now."""
    missing = ticket.c.topic.in_((TopicState.OPENING, TopicState.UNKNOWN))
    values = {"thread_id": thread, "topic": TopicState.THERE, "version": ticket.c.version + 1}
    connection.execute(sa.update(ticket).where(ticket.c.number == case, missing).values(**values))
    waiting = (case_due.c.number == case) & (case_due.c.kind == DueKind.TOPIC)
    connection.execute(sa.delete(case_due).where(waiting))


def _topic_over(connection: Connection, case: int) -> None:
    """Note that nothing of a case stands on the clerks' side any more."""
    over = (ticket.c.number == case) & (ticket.c.state == CaseState.CLOSED)
    gone = {"thread_id": None, "card_id": None, "topic": TopicState.UNKNOWN, "version": ticket.c.version + 1}
    connection.execute(sa.update(ticket).where(over).values(**gone))


def _copied(connection: Connection, links: Sequence[Row[Any]], one: Arrived) -> None:
    """Note the ids of copies; of an album with parts that could not be copied nobody knows which they are."""
    if not links:
        return
    copies = one.copies or ((one.message_id,) if one.message_id else ())
    known = copies if len(copies) == len(links) else ()
    whole = not one.copies or len(one.copies) == len(links)
    for place, link in enumerate(links):
        copy = known[place] if known else None
        state = LinkState.SENT if whole else LinkState.UNKNOWN
        state = LinkState.TAKEN if link.state == LinkState.TAKEN else state
        values = {"state": state, "copy": copy, "sent_at": one.at}
        connection.execute(sa.update(msg_link).where(msg_link.c.id == link.id).values(**values))
    case = links[0].number
    if not whole:
        _due(connection, case, DueKind.FAILURE, one.at)
    if links[0].side == Side.STAFF:
        _change(connection, case, delivered_at=one.at)
        _due(connection, case, DueKind.CARD, one.at + CARD_PAUSE)


def doubted(connection: Connection, row: Row[Any], now: datetime) -> None:
    """Note that nobody knows whether something arrived."""
    if row.kind == MessageKind.TOPIC and row.topic_of is not None:
        opening = (ticket.c.number == row.topic_of) & (ticket.c.topic == TopicState.OPENING)
        connection.execute(sa.update(ticket).where(opening).values(topic=TopicState.UNKNOWN))
        _due(connection, int(row.topic_of), DueKind.TOPIC, now + TOPIC_PATIENCE)
    if row.kind == MessageKind.ERASE and row.topic_of is not None:
        _due(connection, int(row.topic_of), DueKind.ERASE, now)
    if row.kind == MessageKind.FORGET and row.topic_of is not None:
        _due(connection, int(row.topic_of), DueKind.FORGET, now + FORGET_AGAIN)
    _lose(connection, [row.id], LinkState.UNKNOWN, now)
    _unchanged(connection, [row.id], now)


def failed(connection: Connection, messages: Sequence[int], now: datetime) -> None:
    """Note that messages will never arrive."""
    _lose(connection, messages, LinkState.FAILED, now)
    topics = outbox.c.id.in_(messages) & (outbox.c.kind == MessageKind.TOPIC) & outbox.c.topic_of.is_not(None)
    for case in connection.scalars(sa.select(outbox.c.topic_of).where(topics)).all():
        _change(connection, case, topic=TopicState.NONE, thread_id=None)
        _due(connection, case, DueKind.FAILURE, now)
        _due(connection, case, DueKind.CARD, now + CARD_PAUSE)
    for kind, due, at in (
        (MessageKind.ERASE, DueKind.ERASE, now),
        (MessageKind.FORGET, DueKind.FORGET, now + FORGET_AGAIN),
    ):
        lost = outbox.c.id.in_(messages) & (outbox.c.kind == kind) & outbox.c.topic_of.is_not(None)
        for case in set(connection.scalars(sa.select(outbox.c.topic_of).where(lost))):
            _due(connection, case, due, at)
    _unchanged(connection, messages, now)


def _unchanged(connection: Connection, messages: Sequence[int], now: datetime) -> None:
    """Note that changes did not arrive, or perhaps not; what was to be taken back is still there."""
    edits = list(connection.scalars(sa.select(msg_link.c.number).where(msg_link.c.edit_id.in_(messages))))
    if not edits:
        return
    changed = msg_link.c.edit_id.in_(messages)
    connection.execute(sa.update(msg_link).where(changed).values(edit_failed=True, told=False))
    taken = changed & (msg_link.c.state == LinkState.TAKEN)
    connection.execute(sa.update(msg_link).where(taken).values(state=LinkState.SENT))
    for case in set(edits):
        _due(connection, case, DueKind.FAILURE, now)


def topic_gone(connection: Connection, message: int, thread: int | None, now: datetime) -> None:
    """Note that a case's topic is not there any more, unless it has another one already."""
    case = connection.scalar(sa.select(outbox.c.topic_of).where(outbox.c.id == message))
    same = (ticket.c.number == case) & (ticket.c.thread_id == thread) & (ticket.c.topic == TopicState.THERE)
    values = {"topic": TopicState.UNKNOWN, "thread_id": None, "version": ticket.c.version + 1}
    if connection.execute(sa.update(ticket).where(same).values(**values)).rowcount:
        _due(connection, int(case or 0), DueKind.TOPIC, now)


def blocking_changed(connection: Connection, chat: str, now: datetime) -> None:
    """Let the clerks of a chat's open case know that the citizen blocked the bot, or let it in again."""
    mine = (ticket.c.chat_key == chat) & (ticket.c.state != CaseState.CLOSED)
    for case in connection.scalars(sa.select(ticket.c.number).where(mine)).all():
        _due(connection, case, DueKind.BLOCKED, now)


def group_lost(connection: Connection, now: datetime) -> int:
    """Let it be seen to that no clerk hears of the open cases; return how many there are."""
    open_ = sa.select(ticket.c.number).where(ticket.c.state != CaseState.CLOSED).order_by(ticket.c.number)
    cases = connection.scalars(open_.with_for_update(key_share=True)).all()
    for case in cases:
        _due(connection, case, DueKind.FAILURE, now)
    return len(cases)


def group_moved(connection: Connection, now: datetime) -> None:
    """Forget where things stood in the staff group: under its new id the numbers of messages begin anew.

    A number may stand for something else there; whoever replied to it would be passed on to a stranger. What clerks
    wrote keeps its number with a minus sign, to be told from the rest.
    """
    connection.execute(sa.update(msg_link).where(msg_link.c.side == Side.CITIZEN).values(copy=None))
    old = (msg_link.c.side != Side.CITIZEN) & (msg_link.c.message > 0)
    connection.execute(sa.update(msg_link).where(old).values(message=-msg_link.c.message))
    cards = (outbox.c.kind == MessageKind.EDIT) & outbox.c.lane.like("card:%") & (outbox.c.state == SendState.QUEUED)
    connection.execute(sa.delete(outbox).where(cards))
    there = ticket.c.card_id.is_not(None)
    open_ = connection.scalars(sa.select(ticket.c.number).where(there, ticket.c.state != CaseState.CLOSED)).all()
    lost = {"card_id": None, "thread_id": None, "topic": TopicState.UNKNOWN, "version": ticket.c.version + 1}
    connection.execute(sa.update(ticket).where(there).values(**lost))
    for case in open_:
        _due(connection, case, DueKind.MOVED, now)


def _lose(connection: Connection, messages: Sequence[int], state: LinkState, now: datetime) -> None:
    """Note what was not carried over, and that the clerks have to hear of it."""
    _lost(connection, msg_link.c.outbox_id.in_(messages), state, now)
    parts = sa.select(outbox.c.depends_on).where(outbox.c.id.in_(messages), outbox.c.kind == MessageKind.CLERK)
    if before := [first for first in connection.scalars(parts) if first is not None]:
        begun_well = msg_link.c.outbox_id.in_(_beginnings(connection, before)) & (msg_link.c.state == LinkState.SENT)
        _lost(connection, begun_well, LinkState.UNKNOWN, now)


def _beginnings(connection: Connection, messages: Sequence[int]) -> set[int]:
    """Return messages, and those that they go on with, up to the first part of a long text."""
    found, latest = set(messages), list(messages)
    while latest:
        before = sa.select(outbox.c.depends_on).where(outbox.c.id.in_(latest), outbox.c.depends_on.is_not(None))
        latest = [one for one in connection.scalars(before) if one not in found]
        found.update(latest)
    return found


def _lost(connection: Connection, mine: sa.ColumnElement[bool], state: LinkState, now: datetime) -> None:
    """Note what became of some links, and that the clerks have to hear of it."""
    cases = set(connection.scalars(sa.select(msg_link.c.number).where(mine)))
    if cases:
        connection.execute(sa.update(msg_link).where(mine).values(state=state, told=False))
    for case in cases:
        _due(connection, case, DueKind.FAILURE, now)


def _change(connection: Connection, case: int, **values: Any) -> None:
    """Change a case that others may have read by now."""
    change = sa.update(ticket).where(ticket.c.number == case)
    connection.execute(change.values(**values, version=ticket.c.version + 1))


def _due(connection: Connection, case: int, kind: DueKind, at: datetime) -> None:
    """Let something be done; who does it at this very moment has read too early, and must find the case changed."""
    _change(connection, case)
    insert_new(connection, case_due, {"number": case, "kind": kind, "at": at}, "number", "kind")
