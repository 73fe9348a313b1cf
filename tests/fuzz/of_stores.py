"""What comes back from a store or a backup: bytes that somebody else could have written."""

import json
import struct
import zlib
from collections.abc import Callable

from doorward.backup_file import Header, UnusableBackup, open_backup, write
from doorward.core.context import Sight
from doorward.core.errors import Unreadable
from doorward.core.facts import LEVELS
from doorward.core.history.answers import answers
from doorward.core.history.codec import VERSION, Device, Profile, decode, encode
from doorward.core.history.devices import used_devices
from doorward.core.history.entries import Entries, Entry
from doorward.core.history.export import export
from doorward.core.packing import Packing
from doorward.core.ring import append, entries, flags_of
from doorward.offline.record_file import RecordFile
from doorward.records_export import HEADER, POLICY, SCALE
from doorward.row_kinds import Row
from doorward.sealing import AesGcmSealer
from doorward.stores.redis.values import columns, columns_of

from .of_callers import house
from .of_files import _in_file
from .target import Target, json_of, seeds_of

_KEY = b"k" * 32
_SEALER = AesGcmSealer({"k1": _KEY})


def _profile() -> bytes:
    entry = Entry(1, 2, 1000, 0, (1,) * len(LEVELS), b"NO", 599, 107, 20, 1, "Europe/Oslo", 5, 6, 7)
    device = Device(1, 2, 3, 4, 5, "dev_AAAAAAAAAAAAAAAAAAAAAA")
    return encode(Profile(1, 2, (3, 4, 5, 6), (device,), Entries.of((entry, entry._replace(event=9, zone="")))))


def _inside(read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Return *read* of a history whose checksum is right, whatever is in it: a store could write one."""

    def with_front(body: bytes) -> object:
        return read(struct.pack(">BI", VERSION, zlib.crc32(body, VERSION)) + body)

    return with_front


def _backup(path: object) -> object:
    with open_backup(path, _KEY) as backup:  # type: ignore[arg-type]
        return list(backup.rows())


def _a_backup() -> bytes:
    from .of_files import folder

    file = folder() / "made.backup"
    file.unlink(missing_ok=True)
    rows = [Row("secrets", ("default", "n", b"\1\2")), Row("versions", ("default", 1, 2))]
    write(file, Header(1.0, "sqlite", ("secrets", "versions")), rows, _KEY)
    return file.read_bytes()


def _ring() -> bytes:
    return append(append(b"", at=1.0, other=2, attempt=3, country="NO", limit=4), at=2.0, other=4, limit=4)


def _record() -> dict[str, object]:
    served = house()
    decision = served.decide("u-1")
    desk = served.wiring.services.records
    return json.loads(json.dumps(desk._kept.read("default", decision["id"], served.now[0]).to_json()))


def _records(line: object) -> object:
    told: list[str] = []
    return list(RecordFile([line], folder=None, complain=told.append).records()), told


_PROFILE = _profile()
_PACKING = Packing(b"some words")
_SIGHT = Sight(dict.fromkeys(LEVELS, 1), "NO", 59.9, 10.7, 20.0, "mobile", False, "Europe/Oslo", 5, "dev_AAAAAAAA")
_COLUMNS = columns(["n", "default", 1.5, b"\1"], b"body")

STORES = (
    Target(
        "sealed value",
        lambda raw: _SEALER.open(raw, "record"),
        (Unreadable,),
        [_SEALER.seal(b"x", "record")],
        [b"k1", b"\1\2"],
    ),
    Target("history", decode, (Unreadable,), [_PROFILE]),
    Target(
        "history with a right checksum",
        _inside(decode),
        (Unreadable,),
        [_PROFILE[5:]],
        tries=300,
    ),
    Target(
        "answers of a history",
        _inside(lambda raw: (answers(raw, _SIGHT, 5.0), export(raw, 5.0), used_devices(raw, 5.0))),
        (Unreadable,),
        [_PROFILE[5:]],
        tries=300,
    ),
    Target(
        "packed bytes",
        lambda raw: _PACKING.unpacked(raw, at_most=1000),
        (Unreadable,),
        [_PACKING.packed(b"x" * 900), _PACKING.packed(b"x" * 100_000), zlib.compress(b"y" * 900)],
    ),
    Target("ring", lambda raw: (list(entries(raw)), flags_of(raw, 3)), seeds=[_ring()]),
    Target("columns in Redis", columns_of, (Unreadable,), [_COLUMNS]),
    Target(
        "backup",
        _in_file("fuzz.backup", _backup),
        (UnusableBackup,),
        [_a_backup()],
        tries=300,
        words=[b'["secrets",', b'{"b":"', b'{"rows":', b'{"format":"', b'"created_at":'],
    ),
    Target("record of a decision", json_of(_records), seeds=seeds_of(_record()), most=32_768, tries=200),
    Target(
        "line of an export",
        json_of(_records),
        words=[HEADER.encode(), POLICY.encode(), SCALE.encode()],
        seeds=seeds_of(
            {HEADER: 1},
            {POLICY: "d", "text": "version: 1"},
            {SCALE: ["m", "v"], "scale": {"version": "v", "counts": {"1": 2.0}}},
        ),
    ),
)
