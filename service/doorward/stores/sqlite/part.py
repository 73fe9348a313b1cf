"""What every port of the store stands on."""

from typing import Any

import apsw

from doorward.stores.sqlite.connection import Database


class Part:
    """One port's methods on a database that all of them share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row of a read by itself, None where there is none."""
        with self._database.reading() as db:
            return row(db, sql, *values)

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._database.reading() as db:
            return rows(db, sql, *values)

    def _write(self, sql: str, *values: Any) -> int:
        """Run one statement in a transaction of its own, and return how many rows it changed."""
        with self._database.writing() as db:
            db.execute(sql, values)
            return db.changes()


def row(db: apsw.Connection, sql: str, *values: Any) -> tuple[Any, ...] | None:
    """Return the first row, None where there is none."""
    found: tuple[Any, ...] | None = db.execute(sql, values).fetchone()
    return found


def rows(db: apsw.Connection, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return every row, and leave no statement open."""
    return db.execute(sql, values).fetchall()
