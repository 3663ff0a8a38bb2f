"""The tables of the review: what is looked through, its groups, what was done, and long jobs."""

import sqlalchemy as sa

from bot.store.tables import ID, Moment, metadata

# The words stand in the question log and in case_draft alone: an item goes with them.
review_item = sa.Table(
    "review_item",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("question_id", ID, sa.ForeignKey("question.id", ondelete="CASCADE"), nullable=True, unique=True),
    sa.Column("draft", sa.Integer, sa.ForeignKey("case_draft.number", ondelete="CASCADE"), nullable=True, unique=True),
    sa.Column("why", sa.String(16), nullable=False),
    sa.Column("state", sa.String(8), nullable=False, comment="new, working, done, ignored"),
    sa.Column("cluster", sa.Integer, nullable=True, comment="None: not grouped yet"),
    sa.Column("at", Moment, nullable=False, comment="when it was asked"),
    sa.Index(None, "cluster", "at"),
    sa.Index(None, "why", "cluster"),
    sqlite_autoincrement=True,
)

case_draft = sa.Table(
    "case_draft",
    metadata,
    sa.Column("number", sa.Integer, sa.ForeignKey("ticket.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("question", sa.Text, nullable=False, comment="redacted"),
    sa.Column("answer", sa.Text, nullable=False, comment="redacted"),
    sa.Column("at", Moment, nullable=False),
    sa.Column("embedding", sa.LargeBinary, nullable=True),
    sa.Column("encoder", sa.String(64), nullable=True),
    sa.Column("lemmas", sa.Text, nullable=True),
)

# Sums over the items, so that the list needs no look at them.
cluster = sa.Table(
    "cluster",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, comment="never given again"),
    sa.Column("state", sa.String(8), nullable=False, comment="of the item that most needs somebody"),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("open", sa.Integer, nullable=False, comment="new and working"),
    sa.Column("recent", sa.Integer, nullable=False, comment="of the last seven days"),
    sa.Column("earlier", sa.Integer, nullable=False, comment="of the seven days before"),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("last_seen", Moment, nullable=False, index=True),
    sa.Column("entry", sa.String(64), nullable=True, index=True, comment="the nearest"),
    sa.Column("nearest", sa.JSON, nullable=False, comment="ids and probabilities, best first"),
    sa.Column("examples", sa.JSON, nullable=False, comment="ids of items"),
    sa.Column("encoder", sa.String(64), nullable=False, comment="whose vectors it was grouped by"),
    sa.Column("changed_at", Moment, nullable=True),
    sa.Column("changed_by", sa.String(64), nullable=True),
)

review_change = sa.Table(
    "review_change",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("entry", sa.String(64), nullable=True),
    sa.Column("undone_at", Moment, nullable=True),
    sqlite_autoincrement=True,
)

review_step = sa.Table(
    "review_step",
    metadata,
    sa.Column(
        "change_id", ID, sa.ForeignKey("review_change.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column(
        "item_id", ID, sa.ForeignKey("review_item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column("cluster", sa.Integer, nullable=True),
    sa.Column("before", sa.String(8), nullable=False),
    sa.Column("after", sa.String(8), nullable=False),
    sa.Column("added", sa.Boolean, nullable=False, comment="the entry did not have its words before"),
    sa.Column(
        "moved", sa.Boolean, nullable=False, server_default=sa.false(), comment="they stood as the opposite before"
    ),
    sa.Index(None, "item_id"),
    sa.Index(None, "cluster"),
)

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
