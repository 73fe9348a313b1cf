import pytest

pytest.register_assert_rewrite(
    "tests.stores.contract_moving",
    "tests.stores.accepting",
    "tests.stores.contract_accepting",
    "tests.stores.contract_changes",
    "tests.stores.contract_decisions",
    "tests.stores.contract_resealing",
    "tests.stores.contract_rows",
    "tests.stores.contract_shared",
    "tests.stores.contract_whole",
    "tests.stores.contract_races",
    "tests.stores.contract_processes",
)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "doorward.db")


@pytest.fixture
def closing():
    """Close, after the test, every store that was handed to this function."""
    opened = []

    def closing(store):
        opened.append(store)
        return store

    yield closing
    for each in opened:
        each.close()


@pytest.fixture
def other(tmp_path, closing):
    """A second store, to hand rows over to."""
    from doorward.stores.sqlite import open_store

    return closing(open_store(str(tmp_path / "other.db")))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A redis-server of the module's own."""
    from .redis_servers import Server

    server = Server(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def stores(server, closing):
    """Two machines on one Redis, which holds nothing."""
    from doorward.stores.redis import open_store

    from .redis_servers import taken_into_use

    server.ask("FLUSHALL")
    url = taken_into_use(f"redis://{server.address}/0")
    return [closing(open_store(url, connect_seconds=5, command_seconds=5)) for _ in range(2)]
