"""Inbox, outbox, persons, versions of the FAQ, and the Telegram id of a chat."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column to the chats and create four tables."""
    with op.batch_alter_table("chat") as batch:
        batch.add_column(sa.Column("telegram_id", sa.BigInteger(), nullable=True))
        batch.create_index("ix_chat_telegram_id", ["telegram_id"], unique=True)
    _create_person()
    _create_inbox()
    _create_outbox()
    _create_faq_version()


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_person"),
    )
    op.create_index("ix_person_telegram_id", "person", ["telegram_id"], unique=True)


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_key", sa.String(32), nullable=False),
        sa.Column("media_group_id", sa.String(64), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["chat_key"], ["chat.key"], name="fk_inbox_chat_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_inbox"),
        sa.UniqueConstraint("bot_id", "update_id", name="uq_inbox_bot_id_update_id"),
        sqlite_autoincrement=True,
    )
    _create_partial("ix_inbox_queued", "inbox", ["seq"], "state = 'queued'")
    _create_partial("ix_inbox_chat_queued", "inbox", ["chat_key", "seq"], "state = 'queued'")


def _create_outbox() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "outbox",
        sa.Column("id", number, sa.Identity(), nullable=False),
        sa.Column("lane", sa.String(64), nullable=False),
        sa.Column("chat_key", sa.String(32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("depends_on", number, nullable=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("not_before", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["chat_key"], ["chat.key"], name="fk_outbox_chat_key", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["depends_on"], ["outbox.id"], name="fk_outbox_depends_on", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_depends_on", "outbox", ["depends_on"])
    _create_partial("ix_outbox_queued", "outbox", ["priority", "id"], "state = 'queued'")
    _create_partial("ix_outbox_lane", "outbox", ["lane", "id"], "state IN ('queued', 'sending')")
    op.create_index("ix_outbox_chat_key", "outbox", ["chat_key"])


def _create_faq_version() -> None:
    op.create_table(
        "faq_version",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("author", sa.String(128), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_faq_version"),
    )
    _create_partial("ix_faq_version_active", "faq_version", ["state"], "state = 'active'", unique=True)


def _create_partial(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    some = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    """Drop them."""
    for table in ("faq_version", "outbox", "inbox", "person"):
        op.drop_table(table)
    with op.batch_alter_table("chat") as batch:
        batch.drop_index("ix_chat_telegram_id")
        batch.drop_column("telegram_id")
