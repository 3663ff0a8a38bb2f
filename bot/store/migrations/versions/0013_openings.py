"""Answers that were opened from a menu, a button or a link."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "opening",
        sa.Column("id", _ID, sa.Identity(), nullable=False),
        sa.Column("chat_key", sa.String(32), nullable=False),
        sa.Column("entry", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["chat_key"], ["chat.key"], name="fk_opening_chat_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
    )
    op.create_index("ix_opening_entry_at", "opening", ["entry", "at"])
    op.create_index("ix_opening_chat_key", "opening", ["chat_key"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("opening")
