"""All tables together: whoever needs every table imports `metadata` from here."""

from bot.store import review_tables, staff_tables
from bot.store.tables import metadata

__all__ = ["metadata", "review_tables", "staff_tables"]
