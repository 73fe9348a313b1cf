"""All rows of the file, handed out and taken in: a kind is a table of the same name and columns."""

from collections.abc import Iterator, Sequence

import apsw

from doorward.row_kinds import KIND_OF, Kind, Row, by_kind
from doorward.stores.sqlite.part import Part, rows

# Few enough that nobody waits long for a turn to write, and that no snapshot is held for long.
PORTION = 200
_RAISE = """
INSERT INTO versions (tenant, {raised}) VALUES (?, 1)
ON CONFLICT (tenant) DO UPDATE SET {raised} = {raised} + 1 RETURNING {raised}
"""


class Moving(Part):
    def export(self, kinds: Sequence[str], now: float) -> Iterator[Row]:
        for kind in (KIND_OF[name] for name in kinds):
            found = self._rows(_page(kind, after=False), PORTION)
            while found:
                yield from (row for row in (Row(kind.name, columns) for columns in found) if row.lives(now))
                found = self._rows(_page(kind, after=True), *found[-1][: len(kind.key)], PORTION)

    def absent(self, asked: Sequence[Row]) -> list[Row]:
        with self._database.reading() as db:
            return [row for row in asked if not rows(db, _find(KIND_OF[row.kind]), *row.key)]

    def load(self, given: Sequence[Row], now: float) -> None:  # noqa: ARG002 (the port's)
        for start in range(0, len(given), PORTION):
            with self._database.writing() as db:
                for name, portion in by_kind(given[start : start + PORTION]).items():
                    _put(db, KIND_OF[name], portion)

    def drop(self, given: Sequence[Row], now: float) -> None:  # noqa: ARG002 (the port's)
        for start in range(0, len(given), PORTION):
            with self._database.writing() as db:
                for name, portion in by_kind(given[start : start + PORTION]).items():
                    kind = KIND_OF[name]
                    db.executemany(f"DELETE FROM {name} WHERE {_same(kind)}", [row.key for row in portion])  # noqa: S608
                    _raise_versions(db, kind, portion)


def _put(db: apsw.Connection, kind: Kind, portion: Sequence[Row]) -> None:
    raised = _raise_versions(db, kind, portion)
    columns, values = kind.columns, [row.values for row in portion]
    if kind.name == "tallies":
        # A sum carries the version of its last change, by which the others find it.
        columns, values = (*columns, "version"), [(*row.values, raised[row.of("tenant")]) for row in portion]
    marks = ", ".join("?" * len(columns))
    setting = ", ".join(_set(kind, column) for column in columns if column not in kind.key)
    db.executemany(
        f"INSERT INTO {kind.name} ({', '.join(columns)}) VALUES ({marks}) "  # noqa: S608 (names of our own)
        f"ON CONFLICT ({', '.join(kind.key)}) DO UPDATE SET {setting}",
        values,
    )


def _set(kind: Kind, column: str) -> str:
    # Versions only rise: one that came back would hide a change from who remembers it.
    return (
        f"{column} = max({column}, excluded.{column})" if kind.name == "versions" else f"{column} = excluded.{column}"
    )


def _raise_versions(db: apsw.Connection, kind: Kind, portion: Sequence[Row]) -> dict[str, int]:
    """Raise what a change of *portion* raises, and return the new version of each tenant."""
    if not kind.raises:
        return {}
    tenants = {row.of("tenant") for row in portion}
    found = {tenant: rows(db, _RAISE.format(raised=kind.raises), tenant) for tenant in tenants}
    return {tenant: version for tenant, ((version,),) in found.items()}


def _page(kind: Kind, *, after: bool) -> str:
    key = ", ".join(kind.key)
    where = f"WHERE ({key}) > ({', '.join('?' * len(kind.key))})" if after else ""
    return f"SELECT {', '.join(kind.columns)} FROM {kind.name} {where} ORDER BY {key} LIMIT ?"  # noqa: S608


def _find(kind: Kind) -> str:
    return f"SELECT 1 FROM {kind.name} WHERE {_same(kind)}"  # noqa: S608


def _same(kind: Kind) -> str:
    return " AND ".join(f"{column} = ?" for column in kind.key)
