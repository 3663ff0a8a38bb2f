"""Figures: counted in the database by the city's days, the same on both engines."""

from datetime import UTC, date, datetime

import sqlalchemy as sa

from bot.figures import CaseTimes, DayCount, EntryCount, Period, Topic
from bot.store.database import Database
from bot.store.figures import SqlFigures
from bot.store.review_tables import cluster, review_item
from bot.store.tables import chat, question, ticket
from tests.fakes import NOW

CHANGE = Period(date(2026, 10, 24), date(2026, 10, 26))
"""Around the end of summer time: its second day has 25 hours."""
ASKED = (
    ("2026-10-23T21:59:59", "answer", None, "a"),  # the day before, in the city
    ("2026-10-23T22:00:00", "answer", None, "a"),
    ("2026-10-24T21:59:59", "answer", None, "a"),
    ("2026-10-24T22:00:00", "answer", "helped", "a"),
    ("2026-10-25T22:59:59", "fallback", None, None),
    ("2026-10-25T23:00:00", "clarify", "picked", "b"),
    ("2026-10-26T22:59:59", "answer", "wrong", "b"),
    ("2026-10-26T23:00:00", "answer", None, "a"),  # the day after
)


def moment(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fill(store: Database) -> None:
    """Log some questions, one of them without its text, and open two cases."""
    here = {"key": "c", "channel": "telegram", "state": {}, "version": 1, "updated_at": NOW}
    same = {"chat_key": "c", "reason": "clear", "confidence": 0.9, "candidates": [], "faq": "f", "model": "m"}
    rows = [
        {**same, "number": n, "at": moment(at), "decision": kind, "feedback": said, "entry": entry, "text": None}
        for n, (at, kind, said, entry) in enumerate(ASKED)
    ]
    blank = dict.fromkeys(("clerk", "theme", "department", "close_reason", "closed_by"), "")
    case = {**blank, "state": "closed", "topic": "none", "topic_gen": 0, "barred": False, "hinted": [], "version": 1}
    early, late = moment("2026-10-24T09:00:00"), moment("2026-10-26T23:00:00")
    cases = [
        {**case, "number": 1, "key": "k1", "opened_at": early, "first_reply_at": NOW, "rating": 3, "solved": True},
        {**case, "number": 2, "key": "k2", "opened_at": late, "first_reply_at": None, "rating": None, "solved": None},
    ]

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(chat).values(**here))
        connection.execute(sa.insert(question), rows)
        connection.execute(sa.insert(ticket), cases)

    store.write(work)


def test_questions_are_counted_by_the_citys_days(store: Database) -> None:
    """From midnight to midnight in the city, also when a day has 25 hours; their texts need not be there."""
    fill(store)
    counts = sorted(SqlFigures(store).by_day(CHANGE), key=str)
    assert counts == [
        DayCount(0, "answer", None, 2),
        DayCount(1, "answer", "helped", 1),
        DayCount(1, "fallback", None, 1),
        DayCount(2, "answer", "wrong", 1),
        DayCount(2, "clarify", "picked", 1),
    ]


def test_questions_are_counted_by_their_entry(store: Database) -> None:
    """In the same period."""
    fill(store)
    counts = sorted(SqlFigures(store).by_entry(CHANGE), key=str)
    assert counts == [
        EntryCount("a", "answer", "helped", 1),
        EntryCount("a", "answer", None, 2),
        EntryCount("b", "answer", "wrong", 1),
        EntryCount("b", "clarify", "picked", 1),
        EntryCount(None, "fallback", None, 1),
    ]


def test_groups_of_open_questions_are_told_with_a_wording(store: Database) -> None:
    """The largest first; one that nobody asked in the period, or that is done with, is not among them."""
    fill(store)
    same = {"recent": 0, "earlier": 0, "first_seen": NOW, "nearest": [], "encoder": "e", "state": "new"}
    last = moment("2026-10-25T12:00:00")
    rows = [
        {**same, "number": 1, "count": 4, "open": 1, "last_seen": last, "entry": None, "examples": []},
        {**same, "number": 2, "count": 3, "open": 2, "last_seen": last, "entry": "b", "examples": [7]},
        {**same, "number": 3, "count": 9, "open": 9, "last_seen": NOW, "entry": None, "examples": []},
        {**same, "number": 4, "count": 9, "open": 0, "last_seen": last, "entry": None, "examples": []},
    ]
    item = {"id": 7, "question_id": 1, "why": "unanswered", "state": "new", "cluster": 2, "at": last}

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(cluster), rows)
        connection.execute(sa.insert(review_item).values(**item))
        connection.execute(sa.update(question).where(question.c.id == 1).values(text="wo?"))

    store.write(work)
    figures = SqlFigures(store)
    assert list(figures.topics(CHANGE, 9)) == [Topic(2, "wo?", 3, 2, last, "b"), Topic(1, "", 4, 1, last, None)]
    assert len(figures.topics(CHANGE, 1)) == 1


def test_cases_are_those_opened_in_the_period(store: Database) -> None:
    """With what is known of them."""
    fill(store)
    assert list(SqlFigures(store).cases(CHANGE)) == [CaseTimes(moment("2026-10-24T09:00:00"), NOW, 3, True)]


def test_nothing_and_two_years_can_be_counted(store: Database) -> None:
    """An empty log gives no rows; the longest period is no trouble."""
    figures = SqlFigures(store)
    assert (figures.by_day(CHANGE), figures.by_entry(CHANGE), figures.cases(CHANGE)) == ([], [], [])
    fill(store)
    assert sum(one.count for one in figures.by_day(Period(date(2024, 11, 22), date(2026, 11, 22)))) == len(ASKED)
