"""The review list, groups of similar questions, and long jobs with their progress."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TABLES = ("review_step", "review_change", "cluster", "review_item", "case_draft", "job")


def upgrade() -> None:
    """Add the tables, and a column to the log."""
    op.add_column("question", sa.Column("lemmas", sa.Text(), nullable=True))
    _create_jobs()
    _create_drafts()
    _create_items()
    _create_clusters()
    _create_changes()


def downgrade() -> None:
    """Drop them."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("question", "lemmas")


def _create_jobs() -> None:
    op.create_table(
        "job",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_job"),
    )
    op.create_index("ix_job_kind_started_at", "job", ["kind", "started_at"])
    running = sa.text("state = 'running'")
    op.create_index("ix_job_running", "job", ["kind"], unique=True, sqlite_where=running, postgresql_where=running)


def _create_drafts() -> None:
    op.create_table(
        "case_draft",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=True),
        sa.Column("encoder", sa.String(64), nullable=True),
        sa.Column("lemmas", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["ticket.number"], name="fk_case_draft_number", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name="pk_case_draft"),
    )


def _create_items() -> None:
    asked, drafted = "fk_review_item_question_id", "fk_review_item_draft"
    op.create_table(
        "review_item",
        sa.Column("id", _ID, sa.Identity(), nullable=False),
        sa.Column("question_id", _ID, nullable=True),
        sa.Column("draft", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("cluster", sa.Integer(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=asked, ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["draft"], ["case_draft.number"], name=drafted, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_review_item"),
        sa.UniqueConstraint("question_id", name="uq_review_item_question_id"),
        sa.UniqueConstraint("draft", name="uq_review_item_draft"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_review_item_cluster_at", "review_item", ["cluster", "at"])
    op.create_index("ix_review_item_why_cluster", "review_item", ["why", "cluster"])


def _create_clusters() -> None:
    op.create_table(
        "cluster",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.Column("earlier", sa.Integer(), nullable=False),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=False),
        sa.Column("entry", sa.String(64), nullable=True),
        sa.Column("nearest", sa.JSON(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("changed_at", Moment(), nullable=True),
        sa.Column("changed_by", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_cluster"),
    )
    op.create_index("ix_cluster_last_seen", "cluster", ["last_seen"])
    op.create_index("ix_cluster_entry", "cluster", ["entry"])


def _create_changes() -> None:
    op.create_table(
        "review_change",
        sa.Column("id", _ID, sa.Identity(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("entry", sa.String(64), nullable=True),
        sa.Column("undone_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_review_change"),
        sqlite_autoincrement=True,
    )
    changes, items = "fk_review_step_change_id", "fk_review_step_item_id"
    op.create_table(
        "review_step",
        sa.Column("change_id", _ID, autoincrement=False, nullable=False),
        sa.Column("item_id", _ID, autoincrement=False, nullable=False),
        sa.Column("cluster", sa.Integer(), nullable=True),
        sa.Column("before", sa.String(8), nullable=False),
        sa.Column("after", sa.String(8), nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["review_change.id"], name=changes, ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.id"], name=items, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("change_id", "item_id", name="pk_review_step"),
    )
    op.create_index("ix_review_step_item_id", "review_step", ["item_id"])
    op.create_index("ix_review_step_cluster", "review_step", ["cluster"])
