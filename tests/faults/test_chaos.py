"""A short form of `make chaos`: each fault once, and nothing that must not have been."""

from pathlib import Path

import pytest

from .chaos import happen, shortly
from .places import Start

# Those that no other test of this folder shows; one service for each line.
FAULTS = (
    ("Redis slow", "Redis full", "Redis read-only (a replica"),
    ("Redis restarted empty",),
    ("SQLite's disk full",),
    ("geo file truncated", "mail server down", "clock an hour ahead", "clock an hour behind"),
)


@pytest.mark.parametrize("names", FAULTS, ids=lambda names: names[0])
def test_nothing_is_lost_good_twice_or_against_the_contract(
    names: tuple[str, ...], start: Start, tmp_path: Path
) -> None:
    ground, faults = shortly(names)
    try:
        rows = happen(ground, faults, start, tmp_path / "ground")
    except PermissionError as refused:
        pytest.skip(str(refused))

    print(*rows, sep="\n")
    assert {row.fault: row.wrong for row in rows if row.wrong} == {}
    assert [row.spent for row in rows if "; 0 were good twice" not in row.spent] == []
