"""Chats that blocked the bot, and when an update came."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create a table and add a column to the inbox."""
    op.create_table(
        "blocked",
        sa.Column("chat_key", sa.String(32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["chat_key"], ["chat.key"], name="fk_blocked_chat_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_key", name="pk_blocked"),
    )
    with op.batch_alter_table("inbox") as batch:
        batch.add_column(sa.Column("at", Moment(), nullable=True))


def downgrade() -> None:
    """Drop both."""
    with op.batch_alter_table("inbox") as batch:
        batch.drop_column("at")
    op.drop_table("blocked")
