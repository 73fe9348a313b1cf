"""Everything that is kept of one subject, forgotten: what its tag holds, and what leads there from outside."""

from collections.abc import Iterable
from typing import Any

from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import Call, at, call
from doorward.stores.redis.part import Part
from doorward.stores.redis.records import day_of

# Short enough for the time that a call may take; a store of ten million keys is gone through in seconds.
SCAN_COUNT = 1000


class Erasing(Part):
    """Looks through every key: notes and challenges have no index, and an erasure is rare."""

    def erase_subject(self, tenant: str, subject: bytes, now: float) -> None:  # noqa: ARG002 (the port's)
        pattern = layout.subject(tenant, subject, "*")
        for address in self._exchange.topology.masters():
            cursor = b"0"
            while True:
                cursor, keys = self._exchange.one(at(address, "SCAN", cursor, "MATCH", pattern, "COUNT", SCAN_COUNT))
                if keys:
                    self._erase_found(tenant, subject, keys)
                if cursor == b"0":
                    break

    def _erase_found(self, tenant: str, subject: bytes, keys: list[bytes]) -> None:
        """Delete *keys*, and before them what names them elsewhere: whoever is interrupted begins again."""
        prefix = len(layout.subject(tenant, subject, ""))
        records = [key for key in keys if key[prefix:].startswith(b"r:")]
        challenges = [key for key in keys if key[prefix:].startswith(b"c:")]
        outside: list[Call] = []
        for columns in self._heads_of(records):
            record_id, at_ = str(columns[0]), float(columns[3])
            index = layout.day(tenant, day_of(at_), layout.shard_of(record_id))
            outside.append(call("ZREM", index, record_id.encode() + b"\0" + subject))
            outside.append(call("DEL", layout.owner(tenant, record_id)))
        for columns in self._heads_of(challenges):
            outside += [call("DEL", layout.owner(tenant, str(name))) for name in (columns[0], columns[3])]
        self._exchange.run([*outside, *(call("DEL", key) for key in keys)])

    def _heads_of(self, keys: list[bytes]) -> Iterable[list[Any]]:
        raws = self._exchange.run([call("GET", key) for key in keys]) if keys else []
        return [values.columns_of(raw[values.STAMP_BYTES :])[0] for raw in raws if raw]
