"""Cases that people handle: tickets, what was carried between both sides, what is due, clerks."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables, and a column each in chat and outbox."""
    op.add_column("chat", sa.Column("named_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_chat_named_id", "chat", ["named_id"])
    op.add_column("outbox", sa.Column("topic_of", sa.Integer(), nullable=True))
    _create_tickets()
    _create_links()
    _create_the_rest()


def downgrade() -> None:
    """Drop them."""
    for table in ("counter", "clerk", "case_due", "msg_link", "ticket"):
        op.drop_table(table)
    op.drop_column("outbox", "topic_of")
    op.drop_index("ix_chat_named_id", "chat")
    op.drop_column("chat", "named_id")


def _create_tickets() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("chat_key", sa.String(32), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("topic", sa.String(8), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("topic_gen", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.Column("assignee", sa.String(32), nullable=True),
        sa.Column("clerk", sa.String(64), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("first_reply_at", Moment(), nullable=True),
        sa.Column("delivered_at", Moment(), nullable=True),
        sa.Column("promised_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("theme", sa.String(64), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("close_reason", sa.String(200), nullable=False),
        sa.Column("closed_by", sa.String(8), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("barred", sa.Boolean(), nullable=False),
        sa.Column("hinted", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chat_key"], ["chat.key"], name="fk_ticket_chat_key", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["assignee"], ["person.key"], name="fk_ticket_assignee", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("number", name="pk_ticket"),
        sa.UniqueConstraint("key", name="uq_ticket_key"),
    )
    op.create_index("ix_ticket_thread_id", "ticket", ["thread_id"])
    some = sa.text("state <> 'closed'")
    op.create_index("ix_ticket_open", "ticket", ["chat_key"], unique=True, sqlite_where=some, postgresql_where=some)


def _create_links() -> None:
    op.create_table(
        "msg_link",
        sa.Column("id", _ID, sa.Identity(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=False),
        sa.Column("copy", sa.BigInteger(), nullable=True),
        sa.Column("album", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("outbox_id", _ID, nullable=True),
        sa.Column("edit_id", _ID, nullable=True),
        sa.Column("edit_failed", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("spoken", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["ticket.number"], name="fk_msg_link_number", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_msg_link"),
        sa.UniqueConstraint("number", "side", "message", name="uq_msg_link_number_side_message"),
    )
    op.create_index("ix_msg_link_outbox_id", "msg_link", ["outbox_id"])
    op.create_index("ix_msg_link_edit_id", "msg_link", ["edit_id"])


def _create_the_rest() -> None:
    op.create_table(
        "case_due",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["ticket.number"], name="fk_case_due_number", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", "kind", name="pk_case_due"),
    )
    op.create_index("ix_case_due_at", "case_due", ["at"])
    op.create_table(
        "clerk",
        sa.Column("person_key", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("hinted", sa.Boolean(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_key"], ["person.key"], name="fk_clerk_person_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_key", name="pk_clerk"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
