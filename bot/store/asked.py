"""What was really asked, for the gate."""

from collections.abc import Iterable

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables import question as questions


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
