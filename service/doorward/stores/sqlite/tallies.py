"""Sums that all workers add to; each carries the version of the tenant's tallies at its last change."""

from collections.abc import Sequence

from doorward.ports import Tally
from doorward.stores.sqlite.part import Part, row, rows

_RAISE = """
INSERT INTO versions (tenant, tallies) VALUES (?, 1)
ON CONFLICT (tenant) DO UPDATE SET tallies = tallies + 1 RETURNING tallies
"""
_ADD = """
INSERT INTO tallies (tenant, level, value, bucket, a, b, version) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (tenant, level, value, bucket) DO UPDATE SET a = a + excluded.a, b = b + excluded.b,
  version = excluded.version
"""
_SINCE = "SELECT level, value, bucket, a, b FROM tallies WHERE tenant = ? AND version > ? ORDER BY version"
_DROP_MINUTES = "DELETE FROM tallies WHERE tenant = ? AND bucket > 0 AND bucket < ?"
_HAS_OLD = "SELECT 1 FROM tallies WHERE tenant = ? AND bucket > 0 AND bucket < ? LIMIT 1"
_LARGE = "SELECT level FROM tallies WHERE tenant = ? AND bucket = 0 GROUP BY level HAVING count(*) > ?"
_DROP_SMALL = """
DELETE FROM tallies WHERE tenant = :tenant AND level = :level AND bucket = 0 AND value IN (
  SELECT value FROM tallies WHERE tenant = :tenant AND level = :level AND bucket = 0
  ORDER BY a DESC, value LIMIT -1 OFFSET :keep
)
"""


class Tallies(Part):
    def add_tallies(self, tenant: str, tallies: Sequence[Tally], now: float) -> None:  # noqa: ARG002 (the port's)
        if not tallies:
            return
        with self._database.writing() as db:
            ((version,),) = rows(db, _RAISE, tenant)
            added = [(tenant, each.level, each.value, each.bucket, each.a, each.b, version) for each in tallies]
            db.executemany(_ADD, added)

    def tallies_since(self, tenant: str, version: int) -> tuple[int, list[Tally]]:
        with self._database.reading() as db:
            # The version first: a sum that changes between the two is then read again, never missed.
            present = row(db, "SELECT tallies FROM versions WHERE tenant = ?", tenant)
            found = rows(db, _SINCE, tenant, version)
        return present[0] if present else 0, [Tally(*columns) for columns in found]

    def prune_tallies(self, tenant: str, *, before_bucket: int, keep: int, above: int) -> None:
        with self._database.reading() as db:
            # Nobody writes while another does: what there is to do is found out without that.
            has_old = row(db, _HAS_OLD, tenant, before_bucket)
            large = rows(db, _LARGE, tenant, above)
        if not has_old and not large:
            return
        with self._database.writing() as db:
            db.execute(_DROP_MINUTES, (tenant, before_bucket))
            for (level,) in large:
                db.execute(_DROP_SMALL, {"tenant": tenant, "level": level, "keep": keep})
