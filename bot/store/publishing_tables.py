"""The tables of publishing: the shared draft, what its check found, the history, blocked entries, mirrored files."""

import sqlalchemy as sa

from bot.store.tables import ID, Moment, metadata

faq_draft = sa.Table(
    "faq_draft",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False, comment="always 1: there is one draft"),
    sa.Column("base", sa.String(64), nullable=False, comment="hash of the form that it changes"),
    sa.Column("yaml", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("editors", sa.JSON, nullable=False),
    sa.Column("releases", sa.JSON, nullable=False, comment="blocked entries that it releases"),
    sa.Column("version", sa.BigInteger, nullable=False, comment="for compare-and-set; never used twice"),
    sa.Column("at", Moment, nullable=False),
)

faq_waiting = sa.Table(
    "faq_waiting",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False, comment="always 1: the latest one counts"),
    sa.Column("hash", sa.String(64), nullable=False, comment="of a form that somebody wrote beside the draft"),
    sa.Column("base", sa.String(64), nullable=False, comment="hash of the form that it was made of"),
    sa.Column("at", Moment, nullable=False),
)

faq_gate = sa.Table(
    "faq_gate",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="of the draft, its base and its releases"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("result", sa.JSON, nullable=False, comment="ids of questions, never their words"),
)

faq_publication = sa.Table(
    "faq_publication",
    metadata,
    sa.Column("number", ID, sa.Identity(), primary_key=True),
    sa.Column("hash", sa.String(64), sa.ForeignKey("faq_version.hash"), nullable=False),
    sa.Column("replaced", sa.String(64), nullable=True, comment="hash of what was live before"),
    sa.Column("author", sa.String(128), nullable=False, comment="who published it"),
    sa.Column("editors", sa.JSON, nullable=False, comment="who wrote it"),
    sa.Column("releases", sa.JSON, nullable=False, comment="blocked entries that it released"),
    sa.Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

blocked_entry = sa.Table(
    "blocked_entry",
    metadata,
    sa.Column("entry", sa.String(64), primary_key=True),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
)

faq_file = sa.Table(
    "faq_file",
    metadata,
    sa.Column("place", sa.String(400), primary_key=True, comment="machine and path"),
    sa.Column("hashes", sa.JSON, nullable=False, comment="what the program left there, or took from there"),
)
