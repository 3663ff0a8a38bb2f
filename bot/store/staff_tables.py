"""The tables of staff accounts, their sessions, and the record of who did what."""

import sqlalchemy as sa

from bot.store.tables import ID, Moment, metadata

staff_user = sa.Table(
    "staff_user",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True, comment="random"),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("login", sa.String(200), nullable=False, unique=True, comment="the name, without upper and lower case"),
    sa.Column("role", sa.Integer, nullable=False, comment="1 to 4"),
    sa.Column("password", sa.String(200), nullable=True, comment="Argon2; None: none works"),
    sa.Column("first_until", Moment, nullable=True, comment="the password is to be changed, and works until then"),
    sa.Column("locked", sa.Boolean, nullable=False),
    sa.Column("subject", sa.String(400), nullable=True, unique=True, comment="who it is in single sign-on"),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("login_at", Moment, nullable=True, comment="the last one"),
)

staff_session = sa.Table(
    "staff_session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(32), nullable=False, unique=True, comment="random; names the session in pages"),
    sa.Column("user_key", sa.String(32), sa.ForeignKey("staff_user.key", ondelete="CASCADE"), nullable=False),
    sa.Column("browser", sa.String(200), nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("notice", sa.JSON(none_as_null=True), nullable=True, comment="shown once, on the next page"),
    sa.Index(None, "user_key"),
)

login_attempt = sa.Table(
    "login_attempt",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="hash of a name or an address"),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("since", Moment, nullable=False, index=True),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sqlite_autoincrement=True,
)
