"""What the tests of the tools beside the service share: a service whose store is a file, and commands on it."""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from doorward.cli import main

from ..line.conftest import ROOT, House, house_in, settings_for

POLICY = """\
version: 1
id: live
requirements: {mfa: {any_of: [totp, passkey]}}
unenrolled: {login: enrol, login_high_risk: enrol, action: deny}
rules:
  - {id: tor, when: network.kind == "tor", on_unknown: skip, then: deny}
  - {id: watch-abroad, shadow: true, when: geo.country != "NO", on_unknown: skip, then: {challenge: mfa}}
  - {id: rest, when: "true", then: allow}
"""
CANDIDATE = """\
version: 1
id: next
requirements: {mfa: {any_of: [totp, passkey]}}
unenrolled: {login: enrol, login_high_risk: enrol, action: deny}
rules:
  - {id: america, when: geo.country == "US", on_unknown: skip, then: {challenge: mfa}}
  - {id: rest, when: "true", then: allow}
"""


def put(path: Path, text: str) -> None:
    """Swap the file for another, as a deployment does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".new").write_text(text)
    os.replace(path.with_suffix(".new"), path)


@dataclass
class Desk:
    """An operator's desk: the folder of rules, a service that runs beside it, and `doorward` on the same store."""

    folder: Path
    house: House
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def rules(self) -> Path:
        return self.folder / "rules" / "default"

    def run(self, *arguments: str, **more: Any) -> Result:
        return CliRunner().invoke(main, arguments, env=self.environ, **more)

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--format", "json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = f"sqlite:///{tmp_path / 'store.db'}"
    # The commands have the machine's clock: what the house's clock leaves must not have ended by that one.
    made = house_in(tmp_path, change=lambda settings: replace(settings, store=store, record_days=36_500))
    desk = Desk(tmp_path, made, _environ(tmp_path, store))
    (desk.rules / "policy_test.yaml").unlink()
    put(desk.rules / "policy.yaml", POLICY)
    put(desk.rules / "candidate.yaml", CANDIDATE)
    made.wait(10)
    yield desk
    made.wiring.stop()


def _environ(folder: Path, store: str) -> dict[str, str]:
    settings = settings_for(folder)
    return {
        "DOORWARD_STATE_DIR": str(folder),
        "DOORWARD_STORE": store,
        "DOORWARD_RULES_DIR": str(folder / "rules"),
        "DOORWARD_MODEL": str(ROOT / "models" / "default.json"),
        "DOORWARD_SECRET": base64.b64encode(settings.secret).decode(),
        "DOORWARD_ENCRYPTION_KEYS": settings.encryption_keys,
    }
