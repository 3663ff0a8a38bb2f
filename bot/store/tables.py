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


_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
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
    sa.Column("id", _ID, sa.Identity(), primary_key=True),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False, comment="of its chat, from 1"),
    sa.Column("at", Moment, nullable=False, index=True),
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
    sa.UniqueConstraint("chat_key", "number"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("seq", _ID, sa.Identity(), primary_key=True, comment="the order of arrival"),
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
    sa.Column("id", _ID, sa.Identity(), primary_key=True, comment="the order within a lane"),
    sa.Column("lane", sa.String(64), nullable=False),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), nullable=False),
    sa.Column("priority", sa.Integer, nullable=False, comment="smaller goes first"),
    sa.Column("depends_on", _ID, sa.ForeignKey("outbox.id", ondelete="SET NULL"), nullable=True, index=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("payload", sa.JSON(none_as_null=True), nullable=True, comment="None when sent or failed"),
    sa.Column("not_before", Moment, nullable=True, comment="None: at once; at the end: when that was"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="that may have arrived"),
    sa.Column("state", sa.String(8), nullable=False, comment="queued, sending, sent, failed, unknown"),
    sa.Column("message_id", sa.BigInteger, nullable=True),
    sa.Column("answers", sa.BigInteger, nullable=True, comment="the channel's id of the citizen's message"),
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


def _partial(name: str, condition: str, *columns: sa.Column[Any], unique: bool = False) -> sa.Index:
    """Describe an index of a few rows; what was handled long ago costs nothing then."""
    some = sa.text(condition)
    return sa.Index(name, *columns, unique=unique, sqlite_where=some, postgresql_where=some)


_partial("ix_inbox_queued", "state = 'queued'", inbox.c.seq)
_partial("ix_inbox_chat_queued", "state = 'queued'", inbox.c.chat_key, inbox.c.seq)
_partial("ix_outbox_queued", "state = 'queued'", outbox.c.priority, outbox.c.id)
_partial("ix_outbox_lane", "state IN ('queued', 'sending')", outbox.c.lane, outbox.c.id)
_partial("ix_faq_version_active", "state = 'active'", faq_version.c.state, unique=True)
