"""Drafts of the FAQ, their history, and blocked entries."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_HISTORY = """INSERT INTO faq_publication (hash, replaced, author, editors, releases, at)
    SELECT hash, NULL, author, '[]', '[]', at FROM faq_version WHERE state IN ('active', 'retired') ORDER BY at"""


def upgrade() -> None:
    """Add the tables; what was live so far becomes the beginning of the history."""
    op.create_table(
        "faq_draft",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("yaml", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("releases", sa.JSON(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_faq_draft"),
    )
    op.create_table(
        "faq_waiting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_faq_waiting"),
    )
    op.create_table(
        "faq_gate",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_faq_gate"),
    )
    op.create_table(
        "faq_publication",
        sa.Column("number", _ID, sa.Identity(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("replaced", sa.String(64), nullable=True),
        sa.Column("author", sa.String(128), nullable=False),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("releases", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["faq_version.hash"], name="fk_faq_publication_hash"),
        sa.PrimaryKeyConstraint("number", name="pk_faq_publication"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "blocked_entry",
        sa.Column("entry", sa.String(64), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_blocked_entry"),
    )
    op.create_table(
        "faq_file",
        sa.Column("place", sa.String(400), nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_faq_file"),
    )
    op.execute(_HISTORY)


def downgrade() -> None:
    """Drop them."""
    for table in ("faq_file", "blocked_entry", "faq_publication", "faq_gate", "faq_waiting", "faq_draft"):
        op.drop_table(table)
