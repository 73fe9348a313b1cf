"""Keyed hashes: a store that was filled by an earlier version is searched by the same ones."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.keyed import KeyedHash

SECRETS = st.binary(min_size=16, max_size=100)
TEXTS = st.text(max_size=200)


def plainly(secret: bytes, tenant: str, kind: str, value: str, size: int) -> bytes:
    text = f"{tenant}\x1f{kind}\x1f{value}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=size, key=secret[:64]).digest()


@given(SECRETS, TEXTS, st.lists(TEXTS, min_size=1, max_size=3))
def test_each_value_is_hashed_by_itself_under_the_secret(secret, tenant, values):
    hasher = KeyedHash(secret)

    for value in values:
        assert hasher.key(tenant, "ip", value) == plainly(secret, tenant, "ip", value, 16)
        assert hasher.value(tenant, "ip", value) == int.from_bytes(plainly(secret, tenant, "ip", value, 4), "big")


def test_half_of_a_surrogate_pair_is_a_value_too():
    assert KeyedHash(b"k" * 32).key("t", "subject", "\ud800") == plainly(b"k" * 32, "t", "subject", "\ud800", 16)


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="at least 16 bytes"):
        KeyedHash(b"k" * 15)
