import pytest

from doorward.stores.redis import open_store

from .contract import SharedStoreContract
from .redis_servers import start_cluster


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    servers = start_cluster(tmp_path_factory.mktemp("cluster"))
    yield servers
    for server in servers:
        server.kill()


@pytest.fixture
def url(servers):
    for server in servers:
        server.ask("FLUSHALL")
    return "redis+cluster://" + ",".join(server.address for server in servers[:2])


@pytest.fixture
def store(url):
    store = open_store(url, connect_seconds=5, command_seconds=5)
    yield store
    store.close()


class TestRedisCluster(SharedStoreContract):
    @pytest.fixture
    def reopen(self, url, closing):
        return lambda: closing(open_store(url, command_seconds=5))

    @pytest.fixture
    def opener(self, url):
        return "doorward.stores.redis:open_store", url
