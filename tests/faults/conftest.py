"""What the tests of faults share: running programs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..ops.conftest import Start, start_for_all, starting

__all__ = ["start_for_all"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start
