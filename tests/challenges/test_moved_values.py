"""Every sealed value opens where it was kept, and nowhere else: not for another subject, tenant, name or status."""

import re

import pytest

from doorward.core.errors import Unreadable
from doorward.core.purposes import purpose_at
from doorward.device_places import DevicePlaces
from doorward.resealing import KINDS
from doorward.row_kinds import KIND_OF, Row

from ..line.conftest import NOW
from .conftest import bound_totp, challenged, code_of, verify

BLOCKED = "/v1/lists/blocked_subjects/u-9"
# What stands in clear beside a sealed value, and decides what becomes of it, is authenticated with it.
BESIDE = {"challenges": ("subject", "decision_id", "status", "created_at", "expires_at"), "list_entries": ("until",)}


def another(value):
    if isinstance(value, float):
        return value + 3600.0
    # Behind its beginning, by which the secrets of each kind are known.
    return value + (b"x" if isinstance(value, bytes) else "x")


@pytest.fixture
def rows(house):
    """One sealed row of each kind, and more, as the service has kept them."""
    made = bound_totp(house)
    assert verify(house, challenged(house), made["id"], code_of(house, made)).status_code == 200
    assert house.call("PUT", BLOCKED, {"reason": "fraud"}).status_code == 200
    services, store, now = house.wiring.services, house.wiring.store, house.now[0]
    hasher = services.decisions._sources.hasher
    DevicePlaces(store, services.sealer, hasher).put("default", "u-1", "fac_1", until=now + 60, now=now)
    return [row for row in store.export(tuple(KINDS), now) if KINDS[row.kind].purpose(row)]


def moves(row):
    """Yield *row* as it would stand in each other place, and with each other word in clear that it is sealed with."""
    for column in (*KIND_OF[row.kind].key, *BESIDE.get(row.kind, ())):
        values = list(row.values)
        values[KIND_OF[row.kind].columns.index(column)] = another(row.of(column))
        yield column, Row(row.kind, tuple(values))


def test_every_sealed_kind_is_met_here(rows):
    assert {row.kind for row in rows} == set(KINDS)
    assert {"policy", "signing-keys"} <= {re.split("[:/]", row.of("name"))[0] for row in rows if row.kind == "secrets"}


def test_every_sealed_value_opens_where_it_was_kept(house, rows):
    for row in rows:
        kind = KINDS[row.kind]
        assert house.wiring.services.sealer.open(row.of(kind.column), kind.purpose(row))


def test_no_sealed_value_opens_at_another_place(house, rows):
    opened = []
    for row in rows:
        for column, moved in moves(row):
            kind = KINDS[row.kind]
            try:
                house.wiring.services.sealer.open(moved.of(kind.column), kind.purpose(moved))
            except Unreadable:
                continue
            opened.append((row.kind, column))

    # A device knows its authenticator's id alone: its place has no tenant and no other name.
    assert sorted(set(opened)) == [("notes", "tenant")]


def test_a_time_is_the_same_place_however_a_store_hands_it_back():
    assert purpose_at("list", "acme", "blocked", b"k", int(NOW)) == purpose_at("list", "acme", "blocked", b"k", NOW)
