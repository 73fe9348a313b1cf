"""One service that was told all scenes, for every test that replays them."""

import pytest

from ..line.conftest import house_in
from .scenes import served_by


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    house = house_in(tmp_path_factory.mktemp("house"))
    yield served_by(house)
    house.wiring.stop()
