import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import Unreadable
from doorward.core.packing import Packing

WORDS = b'{"outcome":"allow","learning":"applied"}'
packing = Packing(WORDS)


@given(st.binary(max_size=2000))
def test_what_was_packed_comes_back(plain):
    assert packing.unpacked(packing.packed(plain), at_most=2000) == plain


def test_the_same_is_packed_alike_whatever_was_packed_before():
    first = packing.packed(WORDS * 3)
    packing.packed(b"something else")

    assert packing.packed(WORDS * 3) == first


def test_shared_words_take_next_to_no_room():
    assert len(packing.packed(WORDS)) < 16


def test_what_was_packed_without_words_is_read_as_well():
    assert packing.unpacked(zlib.compress(WORDS), at_most=2000) == WORDS


def test_what_was_packed_with_other_words_is_unreadable():
    with pytest.raises(Unreadable):
        packing.unpacked(Packing(b"other words").packed(b"other words"), at_most=2000)


@given(st.binary(max_size=200))
def test_anything_else_is_unreadable_and_nothing_worse(noise):
    try:
        plain = packing.unpacked(noise, at_most=2000)
    except Unreadable:
        return
    assert len(plain) <= 2000


def test_what_would_grow_past_the_bound_is_unreadable():
    with pytest.raises(Unreadable):
        packing.unpacked(packing.packed(bytes(1_000_000)), at_most=1000)


def test_what_was_cut_is_unreadable():
    with pytest.raises(Unreadable):
        packing.unpacked(packing.packed(b"history" * 50)[:-3], at_most=1000)
