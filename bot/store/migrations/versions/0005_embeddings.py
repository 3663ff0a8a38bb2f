"""The question log keeps what a question means, as a vector: similar ones are found by it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns to the log."""
    op.add_column("question", sa.Column("embedding", sa.LargeBinary(), nullable=True))
    op.add_column("question", sa.Column("encoder", sa.String(64), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("question") as batch:
        batch.drop_column("encoder")
        batch.drop_column("embedding")
