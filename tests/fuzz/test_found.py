"""What fuzzing has found once, each input as short as it was found; it stays answered."""

import struct
import zlib

import pytest

from doorward.backup_file import Header, UnusableBackup, open_backup, write
from doorward.core.errors import StoreUnavailable, Unreadable
from doorward.core.history.codec import VERSION, decode
from doorward.core.history.export import export
from doorward.offline.importers.fields import instant_of_ms
from doorward.offline.importers.outcomes import Unfit
from doorward.offline.json_values import objects_of_text
from doorward.offline.record_file import RecordFile
from doorward.records_export import SCALE
from doorward.row_kinds import Row
from doorward.sealing import load_keys
from doorward.stores.redis.values import columns_of

from ..line.conftest import house_in
from .growing import worst_growth
from .of_redis import imitation
from .targets import TARGETS

_HEADER = struct.Struct(">6IHHBBB")
_PLACE = struct.pack(">5I2shhHBB", 1, 2, 3, 4, 5, b"NO", 599, 107, 20, 1, 0)
_CLIENT = struct.pack(">5III", *range(1, 8))


def sign_in(place: int = 0, client: int = 0) -> bytes:
    return struct.pack(">QIHIBBB", 1, 2, 1000, 7, 0, place, client)


def history(
    zones: bytes = b"", devices: bytes = b"", place: bytes = b"", client: bytes = b"", entry: bytes = b""
) -> bytes:
    """Return a history whose checksum is right, whatever it holds: anybody who may write to the store can make one."""
    sizes = (len(zones), len(devices), bool(place), bool(client), bool(entry))
    body = _HEADER.pack(1, 2, 3, 4, 5, 6, *sizes) + zones + devices + place + client + entry
    return struct.pack(">BI", VERSION, zlib.crc32(body, VERSION)) + body


def of_version_three(zones: bytes = b"", devices: bytes = b"") -> bytes:
    """Return the same as it was kept before."""
    small = zlib.compress(struct.pack(">6IHHB", 1, 2, 3, 4, 5, 6, len(zones), len(devices), 0) + zones + devices)
    return struct.pack(">BI", 3, zlib.crc32(small)) + small


MADE_UP = {
    "a torn device": history(devices=b"dev_"),
    "a device without a name": history(devices=struct.pack(">QIIIIB", 1, 2, 3, 4, 5, 2) + b"\xe8\0"),
    "a zone without a name": history(zones=b"Europe\xd5"),
    "a zone without a name, of before": of_version_three(zones=b"Europe\xd5"),
    "a torn device, of before": of_version_three(devices=b"dev_"),
    "a place that is not there": history(place=_PLACE, client=_CLIENT, entry=sign_in(place=1)),
    "a client that is not there": history(place=_PLACE, client=_CLIENT, entry=sign_in(client=9)),
    "no place at all": history(client=_CLIENT, entry=sign_in()),
    "a zone that is not there": history(place=_PLACE[:-1] + b"\1", client=_CLIENT, entry=sign_in()),
    "a kind that there is not": history(place=_PLACE[:-2] + b"\7\0", client=_CLIENT, entry=sign_in()),
    "a country of no letters": history(place=_PLACE[:20] + b"\xd5\xd5" + _PLACE[22:], client=_CLIENT, entry=sign_in()),
}


def test_a_history_whose_parts_fit_is_read():
    assert len(export(history(place=_PLACE, client=_CLIENT, entry=sign_in()), 5.0)["sign_ins"]) == 1


@pytest.mark.parametrize("profile", MADE_UP.values(), ids=MADE_UP.keys())
@pytest.mark.parametrize("read", [decode, lambda profile: export(profile, 5.0)])
def test_a_history_whose_parts_do_not_fit_is_unreadable(profile, read):
    with pytest.raises(Unreadable):
        read(profile)


@pytest.mark.parametrize("profile", MADE_UP.values(), ids=MADE_UP.keys())
def test_a_history_that_the_store_has_made_up_degrades_a_decision_and_does_not_break_it(tmp_path, profile):
    house = house_in(tmp_path)
    house.decide()
    (kept,) = house.wiring.store.export(["profiles"], house.now[0])
    values = (*kept.values[:-1], profile)
    house.wiring.store.load([Row("profiles", values)], house.now[0])

    decision = house.decide()

    assert decision["degraded"] in (["history"], ["record"])
    house.wiring.stop()


@pytest.mark.parametrize("raw", [b"", b'\0\0\0\x18"', b"\0\0\0\xef\xbb\xbf", b"\0\0\0\x02{}", b'\0\0\xd9\xa3\0\x18["n'])
def test_columns_that_are_none_of_ours_are_unreadable(raw):
    with pytest.raises(Unreadable):
        columns_of(raw)


def test_a_time_of_a_thousand_digits_in_a_log_is_no_time():
    with pytest.raises(Unfit):
        instant_of_ms(10**1000)


def test_a_sealing_key_that_stands_where_its_id_belongs_is_not_repeated():
    with pytest.raises(ValueError, match="must hold 32 bytes") as refused:
        load_keys("hunter2-Tr0ub4dor:")

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "scale", [{SCALE: ["m", "v"], "scale": {"version": "v", "counts": {"1": 10**400}}}, {"at": 10**400}]
)
def test_a_line_of_an_export_with_a_number_of_no_size_is_left_out(scale):
    told = []

    assert list(RecordFile([scale], folder=None, complain=told.append).records()) == []
    assert len(told) == 1


@pytest.mark.parametrize(
    "line", [b'[["secrets"],"default","n","v"]\n', b"[{}]\n", b"[1]\n"], ids=["a list", "an object", "a number"]
)
def test_a_row_of_a_backup_whose_kind_is_no_word_is_unusable(tmp_path, line):
    file = tmp_path / "backup"
    write(file, Header(1.0, "sqlite", ("secrets",)), [], b"k" * 32)
    head, end = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(head + line + end)

    with pytest.raises(UnusableBackup), open_backup(file, b"k" * 32):
        pass


def test_a_backup_made_at_a_moment_of_no_size_is_unusable(tmp_path):
    file = tmp_path / "backup"
    write(file, Header(1.0, "sqlite", ("secrets",)), [], b"k" * 32)
    file.write_bytes(file.read_bytes().replace(b"1.0", b"9" * 400, 1))

    with pytest.raises(UnusableBackup), open_backup(file, b"k" * 32):
        pass


def test_a_backup_whose_seal_is_no_ascii_is_unusable(tmp_path):
    file = tmp_path / "backup"
    write(file, Header(1.0, "sqlite", ("secrets",)), [], b"k" * 32)
    file.write_bytes(file.read_bytes().replace(b'"hmac":"', '"hmac":"é'.encode(), 1))

    with pytest.raises(UnusableBackup, match="altered"), open_backup(file, b"k" * 32):
        pass


def test_line_breaks_within_a_broken_object_are_read_once():
    """Each was the beginning of a search to the end of all of them: seconds for this, hours for a megabyte."""
    good = b'{"class_uid": 3002}'
    text = "[{broken" + "\n" * 60_000 + "x\n  " + good.decode() + "]"

    found = list(objects_of_text(iter([text]), most=1 << 20))

    assert [each for each in found if isinstance(each, dict)] == [{"class_uid": 3002}]


def test_a_name_that_stands_twice_among_thousands_is_told_as_quickly_as_any():
    """Each name was looked for among all: half a second for 64 KB, where no key is asked for."""
    (body,) = (target for target in TARGETS if target.name == "body")

    assert not worst_growth(body).is_too_much


def test_a_redis_that_answers_a_list_where_a_text_belongs_is_not_accepted():
    server, store = imitation()
    server.answer = b"*2\r\n$3\r\nabc\r\n:1\r\n" * 4

    with pytest.raises(StoreUnavailable):
        store.look()


@pytest.mark.parametrize("told", [b"-MOVED 1 nowhere\r\n", b"-MOVED\r\n", b"-ASK 1 host:port\r\n"])
def test_a_redis_that_moves_a_key_to_no_address_is_away(told):
    server, store = imitation()
    server.answer = told * 4

    with pytest.raises(StoreUnavailable):
        store.look()
