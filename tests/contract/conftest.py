"""Every module begins with a service without a past, and leaves nothing behind."""

from collections.abc import Iterator

import pytest

from .place import PLACE


@pytest.fixture(autouse=True, scope="module")
def anew() -> Iterator[None]:
    PLACE.begin_anew()
    yield
    PLACE.end()
