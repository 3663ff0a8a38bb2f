"""Inserting a row unless it is there, which each engine has in words of its own."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert_new(connection: Connection, table: sa.Table, values: dict[str, Any], *unique: str) -> bool:
    """Insert a row unless one with the same unique columns is there; return whether it was inserted."""
    statement = _insertion(connection.dialect.name, table, unique)
    return connection.execute(statement, values, execution_options={"preserve_rowcount": True}).rowcount == 1


def insert_all_new(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]], *unique: str) -> None:
    """Insert those rows of which none with the same unique columns is there."""
    if rows:
        connection.execute(_insertion(connection.dialect.name, table, unique), rows)


@cache
def _insertion(dialect: str, table: sa.Table, unique: tuple[str, ...]) -> sa.Insert:
    """Return the statement, which each engine has in words of its own."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=unique)
