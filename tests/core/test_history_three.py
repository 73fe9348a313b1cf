"""Histories of version 3 are read as if they had been learned by this version."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core import history
from doorward.core.errors import Unreadable
from doorward.core.history.codec import decode

from .test_history_learning import DAY, learned_from, sign_ins, some_sight


def in_version_three(profile):
    """Return *profile* as version 3 wrote it: each sign-in whole, in a row of 77 bytes, and all of it packed."""
    held = decode(profile)
    zones = list(dict.fromkeys(each.zone for each in held.entries if each.zone))
    devices = b"".join(
        struct.pack(">QIIIIB", *device[:5], len(device.name)) + device.name.encode() for device in held.devices
    )
    named = "\n".join(zones).encode()
    times = (held.first_seen_at, held.credential_changed_at, *held.flag_ends)
    header = struct.pack(">6IHHB", *times, len(named), len(devices), len(held.entries))
    rows = b"".join(
        struct.pack(
            ">QIHB10I2shhHBBIII",
            *(each.event, each.at, each.weight, each.state, *each.marks, each.country, each.lat, each.lon),
            *(each.accuracy, each.kind, zones.index(each.zone) + 1 if each.zone else 0),
            *(each.fingerprint, each.device, each.counted),
        )
        for each in held.entries
    )
    body = zlib.compress(header + named + devices + rows, 1)
    return struct.pack(">BI", 3, zlib.crc32(body)) + body


@given(sign_ins)
def test_it_says_the_same(events):
    profile, now = learned_from(events)
    before = in_version_three(profile)

    assert decode(before) == decode(profile)
    assert history.answers(before, some_sight(1), now) == history.answers(profile, some_sight(1), now)
    assert history.used_devices(before, now) == history.used_devices(profile, now)
    assert history.export(before, now) == history.export(profile, now)


@given(sign_ins)
def test_it_becomes_one_of_this_version_as_it_learns(events):
    profile, now = learned_from(events)
    learned = [
        history.learn(each, event_id="e", at=now, sight=some_sight(2), weight=1.0, quarantined=False, now=now).profile
        for each in (profile, in_version_three(profile))
    ]

    assert learned[0] == learned[1]


@given(sign_ins, st.data())
def test_a_changed_byte_is_unreadable(events, data):
    profile, now = learned_from(events)
    before = in_version_three(profile)
    place = data.draw(st.integers(0, len(before) - 1))
    changed = before[:place] + bytes((before[place] ^ data.draw(st.integers(1, 255)),)) + before[place + 1 :]

    with pytest.raises(Unreadable):
        history.answers(changed, some_sight(1), now + DAY)


@pytest.mark.parametrize("body", [b"", b"\0" * 20, b"\0" * 28 + b"\1", b"\0" * 200_000])
def test_packed_bytes_that_are_no_history_are_unreadable(body):
    packed = zlib.compress(body)

    with pytest.raises(Unreadable):
        history.used_devices(struct.pack(">BI", 3, zlib.crc32(packed)) + packed, 0.0)
