"""The tables of what citizens are told later: answers they wait for, corrections of wrong ones."""

import sqlalchemy as sa

from bot.store.tables import ID, Moment, metadata, question

# Answers that were opened without words: from a menu, a button or a link. They go with the chat.
opening = sa.Table(
    "opening",
    metadata,
    sa.Column("id", ID, sa.Identity(), primary_key=True),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("entry", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index(None, "entry", "at"),
)

# No words stand here: the question's own row has them, and takes the notice with it.
notice = sa.Table(
    "notice",
    metadata,
    sa.Column("question_id", question.c.id.type, sa.ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("at", Moment, nullable=False, comment="when the citizen wished for it"),
    sa.Column("entry", sa.String(64), nullable=True, comment="that was sent; None: the citizen waits"),
    sa.Column("told_at", Moment, nullable=True, comment="when it was handed to the outbox"),
)

correction = sa.Table(
    "correction",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True, comment="of the form it was written in: it is sent once"),
    sa.Column("entry", sa.String(64), nullable=False, comment="whose answer was wrong"),
    sa.Column("since", Moment, nullable=False),
    sa.Column("text", sa.Text, nullable=False, comment="the editor's words"),
    sa.Column("author", sa.String(128), nullable=False),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("chats", sa.Integer, nullable=False, comment="that get it"),
)

# Who still gets a correction; a row goes when the message is in the outbox.
correction_due = sa.Table(
    "correction_due",
    metadata,
    sa.Column("correction", sa.String(32), sa.ForeignKey("correction.key", ondelete="CASCADE"), primary_key=True),
    sa.Column("chat_key", sa.String(32), sa.ForeignKey("chat.key", ondelete="CASCADE"), primary_key=True),
)
