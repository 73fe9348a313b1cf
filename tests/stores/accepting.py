"""What the tests of emptied and rolled-back stores share."""

import pytest

from doorward.core.errors import StoreNotAccepted

from .samples import NOW

# Longer in all than what may be missing.
SECONDS = (3, 6, 9, 12, 15)


def serve(store, seconds=SECONDS):
    for second in seconds:
        store.look()
        store.beat(NOW + second)


def refused(call):
    with pytest.raises(StoreNotAccepted) as refusal:
        call()
    return str(refusal.value)
