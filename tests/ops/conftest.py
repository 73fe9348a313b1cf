"""What the tests of operations share: an environment of nothing but a state folder, and a fixed now."""

from pathlib import Path

import pytest

from doorward.settings import Settings, load

NOW = 1_795_000_000.0


@pytest.fixture
def now() -> float:
    return NOW


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"DOORWARD_STATE_DIR": str(tmp_path / "var")}


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    return load(environ)
