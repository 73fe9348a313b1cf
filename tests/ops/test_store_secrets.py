from collections.abc import Iterator

import pytest

from doorward.ports import Store
from doorward.sealing import AesGcmSealer
from doorward.store_secrets import OtherSecrets, check_secrets
from doorward.stores.sqlite import open_store

MARK = b"m" * 32
OLD = {"k1": AesGcmSealer({"k1": b"o" * 32})}
NEW = {"k2": AesGcmSealer({"k2": b"n" * 32})}
OTHER = {"k1": AesGcmSealer({"k1": b"x" * 32})}


@pytest.fixture
def store() -> Iterator[Store]:
    made = open_store(":memory:")
    check_secrets(made, mark=MARK, sealers=OLD)
    yield made
    made.close()


def test_another_hashing_secret_than_the_store_was_made_with_is_refused(store: Store) -> None:
    with pytest.raises(OtherSecrets, match="DOORWARD_SECRET"):
        check_secrets(store, mark=b"t" * 32, sealers=OLD)


@pytest.mark.parametrize("sealers", [OTHER, NEW | OTHER], ids=["alone", "behind-a-new-one"])
def test_another_key_under_a_known_id_is_refused(store: Store, sealers: dict[str, AesGcmSealer]) -> None:
    with pytest.raises(OtherSecrets, match="'k1' in DOORWARD_ENCRYPTION_KEYS"):
        check_secrets(store, mark=MARK, sealers=sealers)


@pytest.mark.parametrize("sealers", [OLD, NEW | OLD, OLD | NEW, NEW], ids=["same", "new-first", "new-last", "new-only"])
def test_the_same_secrets_and_new_keys_beside_them_are_taken(store: Store, sealers: dict[str, AesGcmSealer]) -> None:
    check_secrets(store, mark=MARK, sealers=sealers)

    check_secrets(store, mark=MARK, sealers=sealers)
