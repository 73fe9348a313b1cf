import pytest

from doorward.stores.redis import open_store

from .contract import SharedStoreContract
from .redis_servers import taken_into_use


@pytest.fixture
def url(server):
    server.ask("FLUSHALL")
    return taken_into_use(f"redis://{server.address}/0")


@pytest.fixture
def store(url):
    store = open_store(url, connect_seconds=5, command_seconds=5)
    yield store
    store.close()


class TestRedis(SharedStoreContract):
    @pytest.fixture
    def reopen(self, url, closing):
        return lambda: closing(open_store(url, command_seconds=5))

    @pytest.fixture
    def opener(self, url):
        return "doorward.stores.redis:open_store", url
