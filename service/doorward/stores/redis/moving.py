"""All rows of Redis, handed out and taken in; `shapes` and `hashes` say how each kind stands there."""

from collections.abc import Iterator, Sequence

from doorward.row_kinds import Row, by_kind
from doorward.stores.redis import layout
from doorward.stores.redis.calls import Address, Call, at, call
from doorward.stores.redis.hashes import TABLES
from doorward.stores.redis.part import Part
from doorward.stores.redis.places import Place, place_of
from doorward.stores.redis.shapes import SHAPES

PORTION = 200


class Moving(Part):
    """A scan of every master; hashes are read in portions too, so that nothing large is held at once.

    What a scan meets twice is handed out twice.
    """

    def export(self, kinds: Sequence[str], now: float) -> Iterator[Row]:
        for master in self._exchange.topology.masters():
            for keys in self._scan(master):
                places = [place for place in map(place_of, keys) if place and place.kind in kinds]
                yield from (row for row in self._rows(places) if row.lives(now))

    def absent(self, asked: Sequence[Row]) -> list[Row]:
        found = self._exchange.run([_exists(row) for row in asked]) if asked else []
        return [row for row, there in zip(asked, found, strict=True) if not there]

    def load(self, given: Sequence[Row], now: float) -> None:
        for start in range(0, len(given), PORTION):
            calls: list[Call] = []
            for kind, portion in by_kind(given[start : start + PORTION]).items():
                if kind in TABLES:
                    calls += TABLES[kind].put(portion)
                else:
                    calls += [each for row in portion for each in SHAPES[kind].put(row, now)]
            self._exchange.run(calls)

    def drop(self, given: Sequence[Row], now: float) -> None:  # noqa: ARG002 (the port's)
        for start in range(0, len(given), PORTION):
            calls: list[Call] = []
            for kind, portion in by_kind(given[start : start + PORTION]).items():
                calls += (
                    TABLES[kind].drop(portion) if kind in TABLES else [each for row in portion for each in _gone(row)]
                )
            if calls:
                self._exchange.run(calls)

    def _scan(self, master: Address) -> Iterator[list[bytes]]:
        cursor = b""
        while cursor != b"0":
            asked = at(master, "SCAN", cursor or b"0", "MATCH", layout.PREFIX + b"*", "COUNT", PORTION)
            cursor, keys = self._exchange.one(asked)
            yield keys

    def _rows(self, places: Sequence[Place]) -> Iterator[Row]:
        single = [place for place in places if place.kind in SHAPES]
        found = self._exchange.run([call("GET", place.key) for place in single]) if single else []
        for place, raw in zip(single, found, strict=True):
            if raw:
                yield Row(place.kind, SHAPES[place.kind].values(place, raw))
        for place in places:
            if place.kind in TABLES:
                yield from self._table(place)

    def _table(self, place: Place) -> Iterator[Row]:
        cursor = b""
        while cursor != b"0":
            cursor, held = self._exchange.one(call("HSCAN", place.key, cursor or b"0", "COUNT", PORTION))
            yield from TABLES[place.kind].rows(place, dict(zip(held[::2], held[1::2], strict=True)))


def _exists(row: Row) -> Call:
    if row.kind in TABLES:
        return call("HEXISTS", *TABLES[row.kind].where(row))
    return call("EXISTS", SHAPES[row.kind].key(row))


def _gone(row: Row) -> list[Call]:
    shape = SHAPES[row.kind]
    index = [call("HDEL", layout.KEY_IDS, row.of("id"))] if row.kind == "api_keys" else []
    return [call("UNLINK", key) for key in (*shape.beside(row), shape.key(row))] + index
