"""All tables together: whoever needs every table imports `metadata` from here."""

from bot.store import publishing_tables, review_tables, staff_tables
from bot.store.tables import metadata

__all__ = ["metadata", "publishing_tables", "review_tables", "staff_tables"]
