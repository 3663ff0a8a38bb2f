"""Staff accounts, their sessions, and the record of who did what."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_users()
    _create_sessions()
    op.create_table(
        "login_attempt",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_login_attempt"),
    )
    op.create_index("ix_login_attempt_since", "login_attempt", ["since"])
    op.create_table(
        "audit",
        sa.Column("id", _ID, sa.Identity(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("audit", "login_attempt", "staff_session", "staff_user"):
        op.drop_table(table)


def _create_users() -> None:
    op.create_table(
        "staff_user",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("login", sa.String(200), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("password", sa.String(200), nullable=True),
        sa.Column("first_until", Moment(), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(400), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("login_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_staff_user"),
        sa.UniqueConstraint("login", name="uq_staff_user_login"),
        sa.UniqueConstraint("subject", name="uq_staff_user_subject"),
    )


def _create_sessions() -> None:
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("user_key", sa.String(32), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("notice", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["user_key"], ["staff_user.key"], name="fk_staff_session_user_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
        sa.UniqueConstraint("key", name="uq_staff_session_key"),
    )
    op.create_index("ix_staff_session_user_key", "staff_session", ["user_key"])
