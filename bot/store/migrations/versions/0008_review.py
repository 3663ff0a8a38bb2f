"""The review list, groups of similar questions, and long jobs with their progress."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    _create_jobs()


def downgrade() -> None:
    """Drop them."""
    op.drop_table("job")


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
