"""The outbox: messages that wait, are under way, or have gone."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.cases import TopicState
from bot.delivery import (
    ANSWER,
    BUDGET_WINDOW,
    MOST_CRASHES,
    MOST_DOUBTS,
    Arrived,
    Message,
    MessageKind,
    Sending,
    SendState,
    Spent,
    after_doubt,
)
from bot.store import carrying
from bot.store.database import Database
from bot.store.tables import Moment, blocked, msg_link, outbox, ticket
from bot.store.tables import chat as chats
from bot.store.wakeup import SEND, tell

# Written out: with parameters no index of these rows alone would be used.
_QUEUED: sa.ColumnElement[str] = sa.literal_column(f"'{SendState.QUEUED}'")
_SENDING: sa.ColumnElement[str] = sa.literal_column(f"'{SendState.SENDING}'")
_WITHOUT_TOPIC = (MessageKind.TOPIC, MessageKind.ERASE, MessageKind.FORGET)
"""Kinds that go out whatever has become of the case's topic."""
_UNDER_WAY = (_QUEUED, _SENDING)


class SqlOutbox:
    """The messages in the database; one sender takes them, any number of workers add some."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """Keep messages durably; return their ids."""
        return self._database.write(lambda connection: queue(connection, messages))

    def take(
        self,
        now: datetime,
        *,
        most: int,
        each: int | None = None,
        without: Collection[str] = (),
        arrived: Sequence[Arrived] = (),
    ) -> tuple[Sending, ...]:
        """Note what arrived, and take the first message of each free lane, the most urgent first.

        `each` is the most that one chat gets at once; the chats in `without` get none.
        """

        def work(connection: Connection) -> tuple[Sending, ...]:
            for one in arrived:
                connection.execute(_SENT, {"message": one.message, "new_id": one.message_id, "at": one.at})
                if one.is_of_case:
                    carrying.arrived(connection, one)
            rows = connection.execute(_NEXT, {"now": now, "most": most, "without": list(without)}).all() if most else []
            rows = _few_of_each(rows, each) if each else rows
            if rows:
                connection.execute(_TAKING, {"ids": [row.id for row in rows]})
            return tuple(_sending(connection, row) for row in rows)

        return self._database.write(work)

    def sent(self, message: int, message_id: int | None, now: datetime) -> None:
        """Note that a message arrived, and the channel's id of it."""
        self.take(now, most=0, arrived=(Arrived(message, message_id, now),))

    def failed(self, message: int, now: datetime) -> None:
        """Note that a message, and with it what depends on it, will never arrive."""
        self._database.write(lambda connection: _fail(connection, message, now))

    def topic_gone(self, message: int, thread: int | None, now: datetime) -> None:
        """Put a message back until its case has another topic than this one."""

        def work(connection: Connection) -> None:
            values = {"state": SendState.QUEUED, "not_before": None, "attempts": outbox.c.attempts - 1}
            here = sa.update(outbox).where(outbox.c.id == message, outbox.c.state == SendState.SENDING)
            connection.execute(here.values(**values))
            carrying.topic_gone(connection, message, thread, now)

        self._database.write(work)

    def topic_closed(self, message: int, case: int) -> None:
        """Put a message back behind one that opens its topic again."""
        self._database.write(lambda connection: _behind_reopening(connection, message, case))

    def postpone(self, message: int, not_before: datetime) -> None:
        """Put a message back that was surely not sent."""
        values = {"state": SendState.QUEUED, "not_before": not_before, "attempts": outbox.c.attempts - 1}
        put_back = sa.update(outbox).where(outbox.c.id == message, outbox.c.state == SendState.SENDING).values(**values)
        self._database.write(lambda connection: connection.execute(put_back))

    def doubt(self, message: int, now: datetime) -> SendState:
        """Decide about a message that may have arrived; return what became of it: one that was erased has failed."""

        def work(connection: Connection) -> SendState:
            row = connection.execute(sa.select(outbox).where(outbox.c.id == message).with_for_update()).one_or_none()
            if row is None:
                return SendState.FAILED
            if row.state != SendState.SENDING:
                return SendState(row.state)
            return _decide(connection, row, MOST_DOUBTS, now)

        return self._database.write(work)

    def recover(self, now: datetime) -> tuple[int, ...]:
        """Decide at the start about what was under way in a crash; return the ids whose fate stays unknown."""

        def work(connection: Connection) -> tuple[int, ...]:
            under_way = sa.select(outbox).where(outbox.c.state == SendState.SENDING).order_by(outbox.c.id)
            rows = connection.execute(under_way.with_for_update()).all()
            return tuple(r.id for r in rows if _decide(connection, r, MOST_CRASHES, now) is SendState.UNKNOWN)

        return self._database.write(work)

    def spent(self, now: datetime) -> tuple[Spent, ...]:
        """Return what counts against the limits of the last minute, oldest first."""
        gone = outbox.c.state.in_((SendState.SENT, SendState.UNKNOWN))
        columns = sa.select(outbox.c.chat_key, outbox.c.not_before, chats.c.telegram_id).join(chats)
        query = columns.where(gone, outbox.c.not_before > now - BUDGET_WINDOW).order_by(outbox.c.not_before)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(Spent(row.chat_key, row.not_before, row.telegram_id or 0) for row in rows)


def queue(connection: Connection, messages: Sequence[Message]) -> tuple[int, ...]:
    """Add messages within a unit of work; return their ids."""
    ids: list[int] = []
    for message in messages:
        before = ids[-1] if message.follows and ids else message.depends_on
        if message.priority < ANSWER:
            connection.execute(_HURRYING, {"of_lane": message.lane or message.chat, "urgency": message.priority})
        done = connection.execute(_QUEUING, {"depends_on": before, **_row(message)})
        (key,) = done.inserted_primary_key or (0,)
        ids.append(key)
        if message.carries:
            carrying.begun(connection, key, message.carries)
    if ids:
        tell(connection, SEND)
    return tuple(ids)


def _row(message: Message) -> dict[str, Any]:
    """Return a new message as column values."""
    return {
        "lane": message.lane or message.chat,
        "chat_key": message.chat,
        "priority": message.priority,
        "kind": message.kind,
        "payload": dict(message.payload),
        "not_before": message.not_before,
        "attempts": 0,
        "state": SendState.QUEUED,
        "answers": message.answers,
        "topic_of": message.topic_of,
    }


def _next() -> sa.Select[Any]:
    """Select what may go now: due, first of its lane, and what it depends on has gone.

    Without a topic the words of a case wait for its card, which they reply to.
    """
    older, first, card = outbox.alias("older"), outbox.alias("first"), outbox.alias("card")
    now = sa.bindparam("now", type_=Moment)
    waits = sa.exists().where(older.c.lane == outbox.c.lane, older.c.state.in_(_UNDER_WAY), older.c.id < outbox.c.id)
    uncertain = (first.c.state == SendState.UNKNOWN) & (first.c.kind != MessageKind.TOPIC)
    gone = sa.exists().where(first.c.id == outbox.c.depends_on, (first.c.state == SendState.SENT) | uncertain)
    lane = sa.literal("card:").concat(sa.cast(outbox.c.topic_of, sa.String))
    card_comes = sa.exists().where(card.c.lane == lane, card.c.kind == MessageKind.CARD, card.c.state.in_(_UNDER_WAY))
    placed = (ticket.c.topic == TopicState.NONE) & ((outbox.c.kind == MessageKind.CARD) | ~card_comes)
    no_topic_needed = outbox.c.topic_of.is_(None) | outbox.c.kind.in_(_WITHOUT_TOPIC)
    return (
        sa.select(outbox, chats.c.telegram_id, blocked.c.at.label("blocked_at"), ticket.c.thread_id, ticket.c.card_id)
        .join(chats, chats.c.key == outbox.c.chat_key)
        .outerjoin(ticket, ticket.c.number == outbox.c.topic_of)
        .outerjoin(blocked, blocked.c.chat_key == outbox.c.chat_key)
        .where(outbox.c.state == _QUEUED, outbox.c.not_before.is_(None) | (outbox.c.not_before <= now), ~waits)
        .where(outbox.c.depends_on.is_(None) | gone)
        .where(no_topic_needed | (ticket.c.topic == TopicState.THERE) | placed)
        .where(outbox.c.chat_key.not_in(sa.bindparam("without", expanding=True)))
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(sa.bindparam("most"))
        .with_for_update(of=outbox, skip_locked=True)
    )


# Building a statement costs more than running it: these are built once.
_NEXT = _next()
_QUEUING = sa.insert(outbox)
_HURRYING = (
    sa.update(outbox)
    .where(outbox.c.lane == sa.bindparam("of_lane"), outbox.c.state == _QUEUED)
    .where(outbox.c.priority > sa.bindparam("urgency"))
    .values(priority=sa.bindparam("urgency"))
)
"""What stands before an urgent message in its lane is as urgent: it cannot be overtaken."""
_CHAT_ID = sa.select(chats.c.telegram_id).where(chats.c.key == sa.bindparam("chat"))
_COPY = sa.select(msg_link.c.copy).where(msg_link.c.id == sa.bindparam("link"))
_MESSAGE_ID = sa.select(outbox.c.message_id).where(outbox.c.id == sa.bindparam("message"))
_TAKING = (
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(state=SendState.SENDING, attempts=outbox.c.attempts + 1)
)
_SENT = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("message"), outbox.c.state.in_((SendState.SENDING, SendState.UNKNOWN)))
    .values(
        state=SendState.SENT,
        payload=None,
        message_id=sa.bindparam("new_id"),
        not_before=sa.bindparam("at", type_=Moment),
    )
)


def _few_of_each(rows: Sequence[Row[Any]], each: int) -> Sequence[Row[Any]]:
    """Return the rows without those that are too many for their chat."""
    counts: Counter[str] = Counter()
    few = []
    for row in rows:
        counts[row.chat_key] += 1
        if counts[row.chat_key] <= each:
            few.append(row)
    return few


def _target(connection: Connection, row: Row[Any]) -> int | None:
    """Return the channel's id of the message that a payload changes, if it names one of ours that was sent."""
    if row.payload.get("card"):
        return int(row.card_id) if row.card_id else None
    if link := row.payload.get("link"):
        return connection.scalar(_COPY, {"link": link})
    named = row.payload.get("message")
    return connection.scalar(_MESSAGE_ID, {"message": named}) if isinstance(named, int) else None


def _source(connection: Connection, row: Row[Any]) -> int | None:
    """Return the channel's id of the chat that a payload copies from."""
    named = row.payload.get("from")
    return connection.scalar(_CHAT_ID, {"chat": named}) if isinstance(named, str) else None


def _sending(connection: Connection, row: Row[Any]) -> Sending:
    """Return a row that was just taken as a value."""
    return Sending(
        id=row.id,
        lane=row.lane,
        chat=row.chat_key,
        chat_id=None if row.blocked_at else row.telegram_id,
        kind=MessageKind(row.kind),
        payload=row.payload,
        attempts=row.attempts + 1,
        target=_target(connection, row),
        source_id=_source(connection, row),
        topic_of=row.topic_of,
        thread=row.thread_id,
        card=row.card_id,
    )


def _decide(connection: Connection, row: Row[Any], most: int, now: datetime) -> SendState:
    """Write down what happens with a message that may have arrived; the words stay only if a person decides."""
    kind = MessageKind(row.kind)
    state = after_doubt(kind, row.attempts, most)
    values: dict[str, Any] = {"state": state, "not_before": None}
    if state is SendState.UNKNOWN:
        values = {"state": state, "not_before": now, **({"payload": None} if kind.may_come_twice else {})}
    connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(**values))
    if state is SendState.UNKNOWN:
        carrying.doubted(connection, row, now)
    return state


def fail_all(connection: Connection, chat: str, now: datetime) -> None:
    """Give up all that waits for a chat, within a unit of work."""
    waiting = sa.select(outbox.c.id).where(outbox.c.chat_key == chat, outbox.c.state == _QUEUED)
    for message in connection.scalars(waiting).all():
        _fail(connection, message, now)


def _fail(connection: Connection, message: int, now: datetime) -> None:
    """Give up a message and all that waits for it."""
    over = {"state": SendState.FAILED, "payload": None, "not_before": now}
    lost = [message]
    while lost:
        open_ = (SendState.QUEUED, SendState.SENDING, SendState.UNKNOWN)
        connection.execute(sa.update(outbox).where(outbox.c.id.in_(lost), outbox.c.state.in_(open_)).values(**over))
        carrying.failed(connection, lost, now)
        waiting = sa.select(outbox.c.id).where(outbox.c.depends_on.in_(lost), outbox.c.state == SendState.QUEUED)
        lost = list(connection.scalars(waiting))


def _behind_reopening(connection: Connection, message: int, case: int) -> None:
    """Let a message wait for a call that opens its topic; the call goes in a lane of its own."""
    row = connection.execute(sa.select(outbox).where(outbox.c.id == message)).one()
    payload = {"method": "reopenForumTopic", "params": {}}
    again = Message(row.chat_key, MessageKind.EDIT, payload, lane=f"topic:{case}", priority=row.priority, topic_of=case)
    (opening,) = queue(connection, [again])
    values = {"state": SendState.QUEUED, "depends_on": opening}
    connection.execute(sa.update(outbox).where(outbox.c.id == message).values(**values))
