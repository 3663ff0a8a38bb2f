"""The tables."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(sa.TypeDecorator[datetime]):
    """A moment in UTC; aware on both sides, also where the database knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware moment into UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back to a moment that lost it."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A growing number; SQLite knows it as Integer alone."""

chat = sa.Table(
    "chat",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True, comment="random, says nothing about the person"),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="for compare-and-set"),
    sa.Column("updated_at", Moment, nullable=False, index=True),
    sa.Column("telegram_id", sa.BigInteger, nullable=True, index=True, unique=True, comment="None: no Telegram chat"),
    sa.Column("named_id", sa.BigInteger, nullable=True, index=True, comment="as the operator names the group"),
)

# Chats the bot may not write to; no column of chat, whose rows are locked while an update is handled.
blocked = sa.Table(
    "blocked",
    metadata,
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("at", Moment, nullable=False),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True, comment="random"),
    sa.Column("telegram_id", sa.BigInteger, nullable=True, index=True, unique=True, comment="None: erased"),
    sa.Column("seen_at", Moment, nullable=False),
)

question = sa.Table(
    "question",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False, comment="of its chat, from 1"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("text", sa.Text, nullable=True, comment="redacted; deleted after the retention time"),
    sa.Column("decision", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("entry", sa.String(64), nullable=True),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("candidates", sa.JSON, nullable=False),
    sa.Column("faq", sa.String(64), nullable=False),
    sa.Column("model", sa.String(64), nullable=False),
    sa.Column("feedback", sa.String(16), nullable=True),
    sa.Column("message", sa.BigInteger, nullable=True, comment="the channel's id of the message it stood in"),
    sa.Column("embedding", sa.LargeBinary, nullable=True, comment="float16; deleted with the text"),
    sa.Column("encoder", sa.String(64), nullable=True, comment="that made the embedding"),
    sa.Column("lemmas", sa.Text, nullable=True, comment="base forms of the words; deleted with the text"),
    sa.UniqueConstraint("chat_key", "number"),
    sa.Index(None, "at", "decision", "feedback", "entry"),  # all that the figures read
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("seq", ID, sa.Identity(), primary_key=True, comment="the order of arrival"),
    sa.Column("bot_id", sa.BigInteger, nullable=False),
    sa.Column("update_id", sa.BigInteger, nullable=False),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), nullable=False),
    sa.Column("media_group_id", sa.String(64), nullable=True),
    sa.Column("raw", sa.LargeBinary, nullable=True, comment="None when done"),
    sa.Column("not_before", Moment, nullable=True, comment="None: at once; done or dead: when it became so"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="that failed"),
    sa.Column("state", sa.String(8), nullable=False, comment="queued, done, dead"),
    sa.Column("at", Moment, nullable=True, comment="when it came; None: before that was kept"),
    sa.UniqueConstraint("bot_id", "update_id"),
    sqlite_autoincrement=True,
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True, comment="the order within a lane"),
    sa.Column("lane", sa.String(64), nullable=False),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, comment="smaller goes first"),
    sa.Column("depends_on", ID, sa.ForeignKey("outbox.id", ondelete="SET NULL"), nullable=True, index=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("payload", sa.JSON(none_as_null=True), nullable=True, comment="None when sent or failed"),
    sa.Column("not_before", Moment, nullable=True, comment="None: at once; at the end: when that was"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="that may have arrived"),
    sa.Column("state", sa.String(8), nullable=False, comment="queued, sending, sent, failed, unknown"),
    sa.Column("message_id", sa.BigInteger, nullable=True),
    sa.Column("answers", sa.BigInteger, nullable=True, comment="the channel's id of the citizen's message"),
    sa.Column("topic_of", sa.Integer, nullable=True, comment="number of the case into whose topic it goes"),
    sa.Index(None, "chat_key"),
    sqlite_autoincrement=True,
)

faq_version = sa.Table(
    "faq_version",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("yaml", sa.Text, nullable=False),
    sa.Column("author", sa.String(128), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, comment="draft, active, retired"),
)

ticket = sa.Table(
    "ticket",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String(32), nullable=False, unique=True, comment="random"),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="SET NULL"), nullable=True),
    sa.Column("state", sa.String(8), nullable=False, comment="open, assigned, waiting, closed"),
    sa.Column("topic", sa.String(8), nullable=False, comment="opening, unknown, there, none"),
    sa.Column("thread_id", sa.BigInteger, nullable=True, index=True),
    sa.Column("topic_gen", sa.Integer, nullable=False, comment="topics opened for it"),
    sa.Column("card_id", sa.BigInteger, nullable=True),
    sa.Column("assignee", sa.String(32), sa.ForeignKey("person.key", ondelete="SET NULL"), nullable=True),
    sa.Column("clerk", sa.String(64), nullable=False, comment="the assignee's name"),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("first_reply_at", Moment, nullable=True),
    sa.Column("delivered_at", Moment, nullable=True, comment="when a clerk's words arrived last"),
    sa.Column("promised_at", Moment, nullable=True),
    sa.Column("closed_at", Moment, nullable=True),
    sa.Column("theme", sa.String(64), nullable=False),
    sa.Column("department", sa.String(64), nullable=False),
    sa.Column("summary", sa.Text, nullable=True, comment="the last questions; goes with the texts"),
    sa.Column("close_reason", sa.String(200), nullable=False),
    sa.Column("closed_by", sa.String(8), nullable=False, comment="citizen, staff"),
    sa.Column("rating", sa.Integer, nullable=True),
    sa.Column("solved", sa.Boolean, nullable=True),
    sa.Column("barred", sa.Boolean, nullable=False, comment="the citizen gets no further case"),
    sa.Column("hinted", sa.JSON, nullable=False, comment="who was told that their words stay internal"),
    sa.Column("version", sa.Integer, nullable=False, comment="for compare-and-set"),
)

msg_link = sa.Table(
    "msg_link",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("number", sa.Integer, sa.ForeignKey("ticket.number", ondelete="CASCADE"), nullable=False),
    sa.Column("side", sa.String(8), nullable=False, comment="citizen, staff, note"),
    sa.Column("message", sa.BigInteger, nullable=False, comment="id where it was written"),
    sa.Column("copy", sa.BigInteger, nullable=True, comment="id on the other side"),
    sa.Column("album", sa.BigInteger, nullable=True, comment="first message of the album"),
    sa.Column("state", sa.String(8), nullable=False, comment="queued, sent, failed, unknown, taken, note"),
    sa.Column("outbox_id", ID, nullable=True, index=True),
    sa.Column("edit_id", ID, nullable=True, index=True),
    sa.Column("edit_failed", sa.Boolean, nullable=False),
    sa.Column("told", sa.Boolean, nullable=False, comment="the clerk knows that it failed"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("sent_at", Moment, nullable=True),
    sa.Column("text", sa.Text, nullable=True),
    sa.Column("author", sa.String(64), nullable=False),
    sa.Column("spoken", sa.Boolean, nullable=False, comment="the text went out, not a copy of the message"),
    sa.UniqueConstraint("number", "side", "message"),
)

case_due = sa.Table(
    "case_due",
    metadata,
    sa.Column("number", sa.Integer, sa.ForeignKey("ticket.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
)

clerk = sa.Table(
    "clerk",
    metadata,
    sa.Column("person_key", sa.String(32), sa.ForeignKey("person.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("hinted", sa.Boolean, nullable=False, comment="was told where to write"),
    sa.Column("away", sa.Boolean, nullable=False),
)

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)


def _partial(name: str, condition: str, *columns: sa.Column[Any], unique: bool = False) -> sa.Index:
    """Describe an index of a few rows; what was handled long ago costs nothing then."""
    some = sa.text(condition)
    return sa.Index(name, *columns, unique=unique, sqlite_where=some, postgresql_where=some)


_partial("ix_inbox_queued", "state = 'queued'", inbox.c.seq)
_partial("ix_inbox_chat_queued", "state = 'queued'", inbox.c.chat_key, inbox.c.seq)
_partial("ix_outbox_queued", "state = 'queued'", outbox.c.priority, outbox.c.id)
_partial("ix_outbox_lane", "state IN ('queued', 'sending')", outbox.c.lane, outbox.c.id)
_partial("ix_faq_version_active", "state = 'active'", faq_version.c.state, unique=True)
_partial("ix_ticket_open", "state <> 'closed'", ticket.c.chat_key, unique=True)
