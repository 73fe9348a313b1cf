import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import Unreadable
from doorward.core.packing import packed, unpacked


@given(st.binary(max_size=2000))
def test_what_was_packed_comes_back(plain):
    assert unpacked(packed(plain), at_most=2000) == plain


@given(st.binary(max_size=200))
def test_anything_else_is_unreadable_and_nothing_worse(noise):
    try:
        plain = unpacked(noise, at_most=2000)
    except Unreadable:
        return
    assert len(plain) <= 2000


def test_what_would_grow_past_the_bound_is_unreadable():
    with pytest.raises(Unreadable):
        unpacked(packed(bytes(1_000_000)), at_most=1000)


def test_what_was_cut_is_unreadable():
    with pytest.raises(Unreadable):
        unpacked(packed(b"history" * 50)[:-3], at_most=1000)
