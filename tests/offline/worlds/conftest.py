"""One small world with its attackers, and the same one without, for every test that looks at a world."""

import pytest

from doorward.offline.worlds.world import Asked, World

ASKED = {"seed": 7, "users": 300, "days": 60}


@pytest.fixture(scope="session")
def events():
    return list(World(Asked(**ASKED)).events())


@pytest.fixture(scope="session")
def base_events():
    return list(World(Asked(**ASKED, attackers=False)).events())
