import pytest

from doorward.core.errors import StoreNotAccepted
from doorward.stores.admission import admitted
from doorward.stores.sqlite import open_store

from .samples import DAY, KEYS, NOW


class Secrets:
    """Stands for the check of the secrets: refuses while it is told to, and counts."""

    def __init__(self):
        self.refuse = False
        self.asked = 0

    def __call__(self, _store):
        self.asked += 1
        if self.refuse:
            raise StoreNotAccepted("the store was made with another secret")


@pytest.fixture
def secrets():
    return Secrets()


@pytest.fixture
def raw(path, closing):
    return closing(open_store(path))


@pytest.fixture
def store(raw, secrets):
    return admitted(raw, secrets)


def refused(call):
    with pytest.raises(StoreNotAccepted):
        call()


def test_nothing_is_asked_of_a_store_with_other_secrets(store, secrets):
    secrets.refuse = True

    refused(lambda: store.begin(KEYS, None, NOW))
    refused(store.ping)
    refused(store.epoch_info)


def test_a_store_is_checked_once_while_it_stays_the_same(store, secrets):
    for _ in range(3):
        store.begin(KEYS, None, NOW)
        store.look()

    assert secrets.asked == 1


def test_what_was_accepted_anew_is_checked_anew(store, raw, secrets):
    store.look()
    secrets.refuse = True
    raw.accept(NOW + DAY)

    refused(store.look)
    refused(lambda: store.begin(KEYS, None, NOW))


def test_a_store_that_was_refused_is_used_again_once_it_is_accepted(store, secrets):
    secrets.refuse = True
    refused(lambda: store.begin(KEYS, None, NOW))
    secrets.refuse = False

    assert store.begin(KEYS, None, NOW).profile is None


def test_whoever_may_not_use_a_store_may_still_look_at_it_and_accept_it(store, secrets):
    secrets.refuse = True

    assert store.sighting().refusal == ""
    assert store.accept(NOW).accepted_at == NOW
    assert isinstance(store.warnings(), list)
