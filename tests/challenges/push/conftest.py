import pytest

from doorward.ceremony import Realm

from ...line.conftest import house_in
from ..devices import Device


@pytest.fixture
def house(tmp_path):
    realm = {"realm_of": lambda tenant: Realm(tenant, base_url="https://auth.example.org")}
    made = house_in(tmp_path, outside=realm)
    yield made
    made.wiring.stop()


@pytest.fixture
def device():
    return Device()
