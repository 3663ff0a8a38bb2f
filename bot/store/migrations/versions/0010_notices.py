"""Citizens who want to hear when there is an answer, corrections, and an index for the figures."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables; the figures read their index alone, and what the old one was for."""
    op.drop_index("ix_question_at", "question")
    op.create_index("ix_question_at_decision_feedback_entry", "question", ["at", "decision", "feedback", "entry"])
    op.create_table(
        "notice",
        sa.Column("question_id", _ID, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("entry", sa.String(64), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_notice_question_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("question_id", name="pk_notice"),
    )
    op.create_table(
        "correction",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("entry", sa.String(64), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(128), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("chats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_correction"),
    )
    op.create_index("ix_correction_at", "correction", ["at"])
    op.create_table(
        "correction_due",
        sa.Column("correction", sa.String(32), nullable=False),
        sa.Column("chat_key", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction"], ["correction.key"], name="fk_correction_due_correction", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["chat_key"], ["chat.key"], name="fk_correction_due_chat_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("correction", "chat_key", name="pk_correction_due"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("correction_due", "correction", "notice"):
        op.drop_table(table)
    op.drop_index("ix_question_at_decision_feedback_entry", "question")
    op.create_index("ix_question_at", "question", ["at"])
