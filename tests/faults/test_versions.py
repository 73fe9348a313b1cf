"""A rolling update: this version beside an earlier one, on one Redis."""

from pathlib import Path

import pytest

from .places import Start
from .versions import earlier, side_by_side


def test_what_one_version_writes_the_other_understands(start: Start, tmp_path: Path) -> None:
    commit = earlier()
    if not commit:
        pytest.skip("there is no history of commits here, so no earlier version")

    assert side_by_side(commit, start, tmp_path) == []
