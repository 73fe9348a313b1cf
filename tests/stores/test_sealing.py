import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import Unreadable
from doorward.sealing import AesGcmSealer, derive, load_keys

OLD, NEW = b"o" * 32, b"n" * 32
SEALER = AesGcmSealer({"old": OLD})


def encoded(key):
    return base64.b64encode(key).decode()


def test_what_was_sealed_for_one_purpose_does_not_open_for_another():
    sealed = SEALER.seal(b"a seed", "authenticators")

    with pytest.raises(Unreadable):
        SEALER.open(sealed, "records")


def test_a_key_that_is_not_configured_opens_nothing():
    sealed = SEALER.seal(b"a seed", "authenticators")

    with pytest.raises(Unreadable):
        AesGcmSealer({"new": NEW}).open(sealed, "authenticators")


def test_another_key_of_the_same_name_opens_nothing():
    sealed = SEALER.seal(b"a seed", "authenticators")

    with pytest.raises(Unreadable):
        AesGcmSealer({"old": NEW}).open(sealed, "authenticators")


@given(st.data())
def test_a_changed_bit_is_noticed_wherever_it_is(data):
    sealed = bytearray(SEALER.seal(b"a seed", "authenticators"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8

    with pytest.raises(Unreadable):
        SEALER.open(bytes(sealed), "authenticators")


def test_a_cut_at_any_place_is_noticed():
    sealed = SEALER.seal(b"a seed", "authenticators")

    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            SEALER.open(sealed[:length], "authenticators")


@given(st.binary(max_size=200))
def test_any_other_bytes_are_unreadable(junk):
    with pytest.raises(Unreadable):
        SEALER.open(junk, "authenticators")


def test_a_key_id_cannot_be_exchanged_for_another_of_the_same_key():
    both = AesGcmSealer({"one": OLD, "two": OLD})
    sealed = both.seal(b"a seed", "authenticators")

    with pytest.raises(Unreadable):
        both.open(sealed.replace(b"one", b"two"), "authenticators")


@given(st.binary(max_size=300), st.text(max_size=20))
def test_what_was_sealed_opens(plain, purpose):
    assert SEALER.open(SEALER.seal(plain, purpose), purpose) == plain


def test_sealing_twice_gives_two_ciphertexts():
    assert SEALER.seal(b"a seed", "authenticators") != SEALER.seal(b"a seed", "authenticators")


def test_the_first_key_seals_and_every_key_opens():
    sealed = SEALER.seal(b"a seed", "authenticators")
    rotated = AesGcmSealer({"new": NEW, "old": OLD})

    assert rotated.open(sealed, "authenticators") == b"a seed"
    assert AesGcmSealer({"new": NEW}).open(rotated.seal(b"a seed", "x"), "x") == b"a seed"


@pytest.mark.parametrize("keys", [{}, {"": OLD}, {"a b": OLD}, {"ä": OLD}, {"k" * 33: OLD}, {"k": b"short"}])
def test_a_sealer_needs_named_keys_of_32_bytes(keys):
    with pytest.raises(ValueError, match="sealing key"):
        AesGcmSealer(keys)


def test_keys_are_read_in_order():
    keys = load_keys(f"new:{encoded(NEW)},old:{encoded(OLD)}")

    assert list(keys.items()) == [("new", NEW), ("old", OLD)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old",
        ":" + encoded(OLD),
        encoded(OLD),
        "old:",
        "old:" + encoded(b"short"),
        "old:" + encoded(OLD)[:-1],
        "old:" + encoded(OLD) + "\n",
        "old: " + encoded(OLD),
        "old:" + base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        f"old:{encoded(OLD)},",
        f"old:{encoded(OLD)}, new:{encoded(NEW)}",
        f"old:{encoded(OLD)},old:{encoded(NEW)}",
        ",".join(f"k{number}:{encoded(OLD)}" for number in range(17)),
    ],
)
def test_anything_but_named_keys_is_refused(text):
    with pytest.raises(ValueError, match="sealing key"):
        load_keys(text)


def test_a_refusal_does_not_quote_the_keys():
    with pytest.raises(ValueError, match="sealing key") as refusal:
        load_keys(f"old:{encoded(OLD)},new:{encoded(NEW)[:-2]}!!")

    assert encoded(OLD)[:8] not in repr(refusal.value)
    assert encoded(NEW)[:8] not in repr(refusal.value)


def test_a_derived_key_belongs_to_its_secret_and_label():
    derived = derive(b"s" * 32, "idempotency")

    assert len(derived) == 32
    assert derived == derive(b"s" * 32, "idempotency")
    assert len({derived, derive(b"s" * 32, "records"), derive(b"t" * 32, "idempotency")}) == 3


def test_a_derivation_is_hkdf_of_rfc_5869():
    # Appendix A.3: SHA-256 with no salt and no info; the first 32 of its 42 bytes.
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"

    assert derive(b"\x0b" * 22, "").hex() == expected


def test_a_short_secret_is_not_derived_from():
    with pytest.raises(ValueError, match="16 bytes"):
        derive(b"short", "idempotency")
