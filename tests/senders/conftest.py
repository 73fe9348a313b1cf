import socket

import pytest

from .gateway import gateway_running
from .mail import authority_in, mail_servers


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return authority_in(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def mail_server(authority):
    with mail_servers(authority) as start:
        yield start


@pytest.fixture
def silent_port():
    """A port where somebody listens and never says a word."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(8)
        yield one.getsockname()[1]


@pytest.fixture
def gateway():
    with gateway_running() as server:
        yield server


@pytest.fixture
def secure_gateway(authority):
    with gateway_running(authority.server) as server:
        yield server
