"""Which message a question stood in and a message answers, so that a rewritten one changes its answer."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column to the log and one to the outbox."""
    with op.batch_alter_table("question") as batch:
        batch.add_column(sa.Column("message", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("answers", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("answers")
    with op.batch_alter_table("question") as batch:
        batch.drop_column("message")
