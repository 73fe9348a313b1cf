import pytest

from doorward.stores.sqlite import open_store

from .contract import SharedStoreContract, StoreContract


class TestSqliteFile(SharedStoreContract):
    @pytest.fixture
    def store(self, path):
        store = open_store(path, busy_seconds=20)
        yield store
        store.close()

    @pytest.fixture
    def reopen(self, path, closing):
        return lambda: closing(open_store(path))

    @pytest.fixture
    def opener(self, path):
        return "doorward.stores.sqlite:open_store", path


class TestSqliteMemory(StoreContract):
    @pytest.fixture
    def store(self):
        store = open_store(":memory:", busy_seconds=20)
        yield store
        store.close()

    @pytest.fixture
    def reopen(self, store):
        return lambda: store
