"""The kinds of row that stand together in one hash of their tenant: read from there, and put there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

from doorward.ports import ListEntry, Tally
from doorward.row_kinds import Row
from doorward.stores.redis import layout, scripts
from doorward.stores.redis.calls import Call, Word
from doorward.stores.redis.lists import entry_field, entry_of_plain, list_keys, put_entry
from doorward.stores.redis.places import Place
from doorward.stores.redis.tallies import SUMS, sum_field, sum_keys, tally_of
from doorward.stores.redis.values import STAMP_BYTES

Held = dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Table:
    """*where* is the hash of a row and its field there, *rows* what is read of one, *put* and *drop* change it."""

    where: Callable[[Row], tuple[bytes, bytes]]
    rows: Callable[[Place, Held], list[Row]]
    put: Callable[[Sequence[Row]], list[Call]]
    drop: Callable[[Sequence[Row]], list[Call]]


def _entry_place(row: Row) -> tuple[bytes, bytes]:
    return list_keys(row.of("tenant"))[0], entry_field(row.of("name"), row.of("key"))


def _entries(place: Place, held: Held) -> list[Row]:
    found = [entry_of_plain(raw[STAMP_BYTES:]) for raw in held.values()]
    return [
        Row("list_entries", (place.tenant, each.name, each.key, each.entry, each.until, each.created_at))
        for each in found
    ]


def _put_entries(rows: Sequence[Row]) -> list[Call]:
    return [
        put_entry(tenant, ListEntry(name, key, entry, until, created_at))
        for tenant, name, key, entry, until, created_at in (row.values for row in rows)
    ]


def _drop_entries(rows: Sequence[Row]) -> list[Call]:
    return [
        scripts.LIST_DELETE.call(list_keys(row.of("tenant")), repr(0.0), entry_field(row.of("name"), row.of("key")))
        for row in rows
    ]


def _tally(row: Row) -> Tally:
    return Tally(*row.values[1:])


def _sums(place: Place, held: Held) -> list[Row]:
    found = [tally_of(field, value) for field, value in held.items()]
    return [Row("tallies", (place.tenant, each.level, each.value, each.bucket, each.a, each.b)) for each in found]


def _put_sums(rows: Sequence[Row]) -> list[Call]:
    calls = []
    for tenant in dict.fromkeys(row.of("tenant") for row in rows):
        mine = [_tally(row) for row in rows if row.of("tenant") == tenant]
        words: list[tuple[Word, ...]] = [(sum_field(each), SUMS.pack(each.a, each.b), each.bucket) for each in mine]
        calls.append(
            scripts.PUT_SUMS.call(
                (layout.of_tenant(tenant, "versions"), *sum_keys(tenant)), *chain.from_iterable(words)
            )
        )
    return calls


def _drop_sums(rows: Sequence[Row]) -> list[Call]:
    return [scripts.FORGET.call(sum_keys(row.of("tenant")), sum_field(_tally(row)), b"") for row in rows]


def _versions(place: Place, held: Held) -> list[Row]:
    return [Row("versions", (place.tenant, int(held.get(b"lists", 0)), int(held.get(b"tallies", 0))))]


def _put_versions(rows: Sequence[Row]) -> list[Call]:
    return [
        scripts.RAISE.call((layout.of_tenant(tenant, "versions"),), "lists", lists, "tallies", tallies)
        for tenant, lists, tallies in (row.values for row in rows)
    ]


TABLES = {
    "list_entries": Table(_entry_place, _entries, _put_entries, _drop_entries),
    "tallies": Table(
        lambda row: (sum_keys(row.of("tenant"))[0], sum_field(_tally(row))),
        _sums,
        _put_sums,
        _drop_sums,
    ),
    # Versions only rise, and stay when nothing else does.
    "versions": Table(
        lambda row: (layout.of_tenant(row.of("tenant"), "versions"), b"lists"),
        _versions,
        _put_versions,
        lambda _: [],
    ),
}
