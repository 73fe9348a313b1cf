"""A house that serves on a store, and the command line that brings something into the same one."""

import base64
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from doorward.cli import main
from doorward.senders.outbox import Outbox
from doorward.stores import open_store

from ..challenges.sent import CHANNELS
from ..line.conftest import House, house_in
from ..stores.redis_servers import Server, taken_into_use

TENANT = """\
version: 1
name: Example Shop
passkeys: {rp_id: example.org, origins: [https://example.org]}
"""
# Takes whatever was brought here.
ANY = """
version: 1
id: any
requirements:
  any: {any_of: [totp, hotp, sms, voice, email, passkey], aal: 1}
rules:
  - id: all
    when: "true"
    then: {challenge: any}
"""
SECRET = base64.b64encode(b"s" * 32).decode()


@dataclass
class Place:
    """A service, the folder of its settings, and the messages that it sent. Its clock begins at the real time.

    *changes* are of the operator's environment.
    """

    house: House
    folder: Path
    url: str
    outbox: Outbox
    changes: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run `doorward` as an operator on the same store does."""
        unset = {name: None for name in os.environ if name.startswith("DOORWARD_")}
        return CliRunner().invoke(main, arguments, env=unset | self.environ(), input=stdin)

    def environ(self) -> dict[str, str]:
        return {
            "DOORWARD_STATE_DIR": str(self.folder),
            "DOORWARD_STORE": self.url,
            "DOORWARD_RULES_DIR": str(self.folder / "rules"),
            "DOORWARD_SECRET": SECRET,
            "DOORWARD_ENCRYPTION_KEYS": f"k1:{SECRET}",
            **self.changes,
        }

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return str(path)

    def bring(self, *entries: dict[str, Any], apply: bool = True, more: tuple[str, ...] = ()) -> Result:
        """Bring *entries* as JSON lines."""
        file = self.file("old.jsonl", "\n".join(map(json.dumps, entries)))
        return self.run("import", "authenticators", file, *(["--apply"] if apply else []), *more)

    def held(self, subject: str = "u-1") -> list[dict[str, Any]]:
        return list(self.house.get(f"/v1/subjects/{subject}/authenticators").get_json())

    def past(self, subject: str = "u-1") -> dict[str, Any]:
        return dict(self.house.get(f"/v1/subjects/{subject}/authenticators/history").get_json())


def standing(url: str, folder: Path) -> Place:
    outbox = Outbox()
    store = open_store(url)
    house = house_in(folder, store=store, outside={"senders": dict.fromkeys(CHANNELS, outbox)})
    house.now[0] = time.time()
    (folder / "rules" / "default" / "tenant.yaml").write_text(TENANT, encoding="utf-8")
    findings = house.wiring.policies.replace("default", ANY, house.now[0])
    assert [each for each in findings if each.severity == "error"] == []
    _, key = house.wiring.services.api_keys.create(tenant="default", scopes=("admin",), now=house.now[0])
    # The code of this moment may have been used where the seed comes from.
    house.now[0] += 31
    return Place(replace(house, key=key), folder, url, outbox)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = standing(f"sqlite:///{tmp_path}/one.db", tmp_path)
    yield made
    made.house.wiring.stop()


@pytest.fixture(params=["sqlite", "redis"])
def each_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """The same on a file, and on Redis."""
    server = Server(tmp_path / "redis") if request.param == "redis" else None
    url = f"sqlite:///{tmp_path}/one.db"
    if server is not None:
        server.start()
        url = taken_into_use(f"redis://{server.address}")
    made = standing(url, tmp_path)
    try:
        yield made
    finally:
        made.house.wiring.stop()
        if server is not None:
            server.kill()
