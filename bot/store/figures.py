"""Counts questions and cases where they lie; reads no words but an example of each group."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.figures import CaseTimes, DayCount, EntryCount, Period, Topic
from bot.store.database import Database
from bot.store.review_sums import ITEMS, TEXT
from bot.store.review_tables import cluster, review_item
from bot.store.tables import Moment, question, ticket


class SqlFigures:
    """The figures in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_day(self, period: Period) -> Sequence[DayCount]:
        """Return how many questions of each day came to what; the index holds all that is needed."""
        day = _days(period)
        here = (question.c.at >= day.c.begins) & (question.c.at < day.c.ends)
        alike = (day.c.number, question.c.decision, question.c.feedback)
        query = sa.select(*alike, sa.func.count()).join_from(day, question, here).group_by(*alike)
        return [DayCount(*tuple(row)) for row in self._rows(query)]

    def by_entry(self, period: Period) -> Sequence[EntryCount]:
        """Return how many questions came to which entry."""
        alike = (question.c.entry, question.c.decision, question.c.feedback)
        query = sa.select(*alike, sa.func.count()).where(_within(question.c.at, period)).group_by(*alike)
        return [EntryCount(*tuple(row)) for row in self._rows(query)]

    def cases(self, period: Period) -> Sequence[CaseTimes]:
        """Return the cases opened in the period."""
        columns = (ticket.c.opened_at, ticket.c.first_reply_at, ticket.c.rating, ticket.c.solved)
        query = sa.select(*columns).where(_within(ticket.c.opened_at, period))
        return [CaseTimes(*tuple(row)) for row in self._rows(query)]

    def topics(self, period: Period, most: int) -> Sequence[Topic]:
        """Return the largest groups of open questions that were last asked in the period."""
        seen = _within(cluster.c.last_seen, period) & (cluster.c.open > 0)
        order = (cluster.c.open.desc(), cluster.c.number)
        query = sa.select(cluster).where(seen).order_by(*order).limit(most)
        rows = self._rows(query)
        words = self._words([row.examples[0] for row in rows if row.examples])
        return [_topic(row, words) for row in rows]

    def _words(self, items: Sequence[int]) -> dict[int, str]:
        """Return the words of some items, as far as they are still there."""
        query = sa.select(review_item.c.id, TEXT).select_from(ITEMS).where(review_item.c.id.in_(items))
        return {key: text for key, text in map(tuple, self._rows(query)) if text}

    def _rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return self._database.read(lambda connection: connection.execute(query).all())


def _topic(row: sa.Row[Any], words: Mapping[int, str]) -> Topic:
    example = words.get(row.examples[0], "") if row.examples else ""
    return Topic(row.number, example, row._mapping["count"], row.open, row.last_seen, row.entry)


def _within(moment: sa.ColumnElement[Any], period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(moment >= period.bounds[0], moment < period.bounds[-1])


def _days(period: Period) -> sa.CTE:
    """Return the days as a table: only the program knows the city's zone on both engines."""
    bounds = period.bounds
    rows = [(number, bounds[number], bounds[number + 1]) for number in range(len(bounds) - 1)]
    columns = (sa.column("number", sa.Integer), sa.column("begins", Moment), sa.column("ends", Moment))
    return sa.values(*columns, name="day").data(rows).cte("day")
