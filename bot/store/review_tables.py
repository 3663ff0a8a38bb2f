"""The tables of the review: what is looked through, its groups, what was done, and long jobs."""

import sqlalchemy as sa

from bot.store.tables import Moment, metadata

job = sa.Table(
    "job",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True, comment="random"),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("subject", sa.String(128), nullable=False, comment="what it is about"),
    sa.Column("state", sa.String(8), nullable=False, comment="running, done, failed"),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer, nullable=False, comment="0: not known yet"),
    sa.Column("error", sa.Text, nullable=True),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False, comment="when it last said that it is alive"),
    sa.Column("ended_at", Moment, nullable=True),
    sa.Index("ix_job_kind_started_at", "kind", "started_at"),
    sa.Index(
        "ix_job_running",
        "kind",
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    ),
)
