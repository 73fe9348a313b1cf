"""What the tests of `doorward model` share: a service whose store is a file, with a shadow beside the live model."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.risk.model_file import load_scorecard, write_scorecard
from doorward.risk.stability import Distribution

from ..candidates.conftest import Desk
from ..line.conftest import ROOT, house_in, settings_for

LIVE = ROOT / "models" / "default.json"


@pytest.fixture
def shadow(tmp_path: Path) -> Path:
    """A model that finds everything much riskier."""
    file = tmp_path / "shadow.json"
    file.write_bytes(write_scorecard(replace(load_scorecard(LIVE), name="gloomy", constant=9.0)))
    return file


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """The live model with the distribution of one feature in training: every user agent was a person's."""
    file = tmp_path / "trained.json"
    lay = {"bot": Distribution((0.5,), (0.98, 0.01), missing=0.01)}
    file.write_bytes(write_scorecard(replace(load_scorecard(LIVE), distributions=lay)))
    return file


@pytest.fixture
def untrained(tmp_path: Path) -> Path:
    """The live model without a word on what it was fitted to."""
    file = tmp_path / "untrained.json"
    file.write_bytes(write_scorecard(replace(load_scorecard(LIVE), distributions={})))
    return file


@pytest.fixture
def desk(tmp_path: Path, shadow: Path) -> Iterator[Desk]:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    # The commands have the machine's clock: what the house's clock leaves must not have ended by that one.
    more = {"store": store, "record_days": 36_500, "shadow_model": shadow}
    made = house_in(tmp_path, change=lambda settings: replace(settings, **more))
    settings = settings_for(tmp_path)
    environ = {
        "DOORWARD_STATE_DIR": str(tmp_path),
        "DOORWARD_STORE": store,
        "DOORWARD_RULES_DIR": str(tmp_path / "rules"),
        "DOORWARD_MODEL": str(LIVE),
        "DOORWARD_SECRET": base64.b64encode(settings.secret).decode(),
        "DOORWARD_ENCRYPTION_KEYS": settings.encryption_keys,
    }
    yield Desk(tmp_path, made, environ)
    made.wiring.stop()


@pytest.fixture
def exported(desk: Desk, tmp_path: Path):
    """Write the records of the house to a file, and return it."""

    def export() -> Path:
        file = tmp_path / "records.jsonl"
        result = desk.run("records", "export", "--out", str(file))
        assert result.exit_code == 0, result.output
        assert json.loads(file.read_text().splitlines()[0]) == {"doorward_records": 1}
        return file

    return export
