"""All tables together: whoever needs every table imports `metadata` from here."""

from bot.store import notice_tables, publishing_tables, review_tables, staff_tables
from bot.store.tables import metadata

__all__ = ["metadata", "notice_tables", "publishing_tables", "review_tables", "staff_tables"]
