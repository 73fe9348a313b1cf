"""What the tests of the examples share: a house that is served on loopback, and what relies on it."""

import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from werkzeug.serving import make_server

from ..challenges.conftest import bound_totp, challenged, code_of, verify
from ..line.conftest import House, house_in
from ..ops.conftest import start_for_all

__all__ = ["start_for_all"]

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> ModuleType:
    """Return a file of the examples as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify_proof = example("verify_proof")


@dataclass
class Served:
    """A house with a port, and the verifiers of applications that rely on it."""

    house: House
    url: str
    made: dict[str, Any]

    def verifier(self, application: str = "web", **changes: Any) -> Any:
        mine = {"key": self.house.key, "clock": lambda: self.house.now[0]}
        return verify_proof.ProofVerifier(self.url, application=application, **mine | changes)

    def proof(self, **changes: Any) -> str:
        """Return the proof of a challenge that u-1 has just passed for the application web."""
        challenge = challenged(self.house, application={"id": "web"}, **changes)
        passed = verify(self.house, challenge, self.made["id"], code_of(self.house, self.made)).get_json()
        self.house.wait(30)
        return str(passed["assertion"])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    house = house_in(tmp_path)
    server = make_server("127.0.0.1", 0, house.client.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(house, f"http://127.0.0.1:{server.port}", bound_totp(house))
    server.shutdown()
    thread.join()
    server.server_close()
    house.wiring.stop()
