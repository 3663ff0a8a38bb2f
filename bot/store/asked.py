"""What was really asked, for the gate and for corrections: by number, and by the entry that answered."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import chat as chats
from bot.store.tables import question as questions

_GIVEN = ("answer", "redirect")


class SqlAsked:
    """Reads the question log; what was erased is not found any more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, most: int) -> list[tuple[int, str]]:
        """Return number and words of the latest questions whose words are still kept."""
        kept = sa.select(questions.c.id, questions.c.text).where(questions.c.text.is_not(None))
        query = kept.order_by(questions.c.id.desc()).limit(most)
        return self._database.read(lambda connection: [(row.id, row.text) for row in connection.execute(query)])

    def words(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the words of questions, as far as they are still kept."""
        kept = questions.c.text.is_not(None) & questions.c.id.in_(list(numbers))
        query = sa.select(questions.c.id, questions.c.text).where(kept)
        return self._database.read(lambda connection: {row.id: row.text for row in connection.execute(query)})

    def receivers(self, entry: str, since: datetime) -> tuple[str, ...]:
        """Return the chats that got an entry as an answer since a moment, and can still be written to."""
        got = (questions.c.entry == entry) & questions.c.decision.in_(_GIVEN) & (questions.c.at >= since)
        joined = questions.join(chats, chats.c.key == questions.c.chat_key)
        reachable = sa.select(chats.c.key).select_from(joined).where(got, chats.c.telegram_id.is_not(None))
        query = reachable.distinct().order_by(chats.c.key)
        return tuple(self._database.read(lambda connection: connection.scalars(query).all()))

    def given(self, entry: str, since: datetime) -> tuple[int, int]:
        """Return how often an entry was given since a moment, and in how many chats."""
        got = (questions.c.entry == entry) & questions.c.decision.in_(_GIVEN) & (questions.c.at >= since)
        counts = sa.select(sa.func.count(), sa.func.count(questions.c.chat_key.distinct())).where(got)
        times, in_chats = self._database.read(lambda connection: connection.execute(counts).one())
        return times, in_chats
