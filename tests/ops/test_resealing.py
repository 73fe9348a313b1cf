"""`doorward keys reseal` on a service that goes on: the encryption key is changed, and the old one taken away."""

import base64
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from doorward import subjects
from doorward.cli import main
from doorward.sealing import AesGcmSealer
from doorward.settings import load
from doorward.store_opening import opened, refuse_other_secrets

from ..challenges.callers import Caller, Person

Environ = dict[str, str]
Start = Callable[..., Any]

BLOCKED = "/v1/lists/blocked_subjects/u-blocked"


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def shared(tmp_path: Path) -> Environ:
    return {
        "DOORWARD_STATE_DIR": str(tmp_path / "var"),
        "DOORWARD_STORE": f"sqlite:///{tmp_path}/one.db",
        "DOORWARD_SECRET": new_key(),
        "DOORWARD_WORKERS": "1",
    }


def reseal(environ: Environ, *arguments: str) -> Result:
    unset = {name: None for name in os.environ if name.startswith("DOORWARD_")}
    return CliRunner().invoke(main, ("keys", "reseal", *arguments), env=unset | environ)


def served(start: Start, environ: Environ, key: str = "") -> tuple[Any, Caller]:
    program = start("-m", "doorward", "serve", **environ)
    return program, Caller(program.url(), key or program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1])


def test_the_old_key_can_be_taken_away_while_the_service_goes_on(start: Start, shared: Environ) -> None:
    old, new = f"old:{new_key()}", f"new:{new_key()}"
    program, caller = served(start, shared | {"DOORWARD_ENCRYPTION_KEYS": old})
    person = Person("u-1").enrol(caller)
    challenge, decision = person.challenged(caller), caller.made("/v1/decisions", person.asks({"name": "x"}, "s-2"))
    other = Person("u-3").enrol(caller)
    assert other.answer(caller, other.challenged(caller))[1]["status"] == "passed"
    assert caller.ask("PUT", BLOCKED, {"reason": "fraud"})[0] == 200
    jwks = caller.ask("GET", "/.well-known/jwks.json?tenant=default")
    program.stop()

    program, caller = served(start, shared | {"DOORWARD_ENCRYPTION_KEYS": f"{new},{old}"}, caller.key)
    result, statuses = while_asked(caller, lambda: reseal(shared | {"DOORWARD_ENCRYPTION_KEYS": f"{new},{old}"}))
    program.stop()

    assert (result.exit_code, set(statuses)) == (0, {200}), result.output
    assert "authenticators" in result.stdout
    assert result.stdout.endswith("Everything is sealed under 'new'.\n")
    program, caller = served(start, shared | {"DOORWARD_ENCRYPTION_KEYS": new}, caller.key)
    code = person.code
    assert person.answer(caller, challenge, code)[1]["status"] == "passed"
    assert caller.ask("GET", f"/v1/decisions/{decision['id']}")[0] == 200
    assert caller.ask("GET", BLOCKED)[1]["reason"] == "fraud"
    assert caller.ask("GET", "/.well-known/jwks.json?tenant=default") == jwks


def while_asked(caller: Caller, act: Callable[[], Result]) -> tuple[Result, list[int]]:
    """Return what *act* gives, and the statuses of decisions that were asked for meanwhile."""
    statuses: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            status, body = caller.post("/v1/decisions", Person("u-2").asks({"name": "x"}, "s-1"))
            statuses.append(status if body.get("degraded") == [] else 0)

    thread = threading.Thread(target=ask)
    thread.start()
    result = act()
    done.set()
    thread.join()
    return result, statuses


def begun(environ: Environ) -> Environ:
    """Do what a service does with its keys when it starts, and return *environ*."""
    settings = load(environ)
    with closing(opened(settings)) as store:
        refuse_other_secrets(store, settings)
    return environ


def test_a_key_that_no_service_has_is_refused(shared: Environ) -> None:
    old = f"old:{new_key()}"
    begun(shared | {"DOORWARD_ENCRYPTION_KEYS": old})

    result = reseal(shared | {"DOORWARD_ENCRYPTION_KEYS": f"new:{new_key()},{old}"})

    assert result.exit_code != 0
    assert "no service has started with the key 'new' yet" in result.stderr


def test_another_key_of_the_same_name_is_refused(shared: Environ) -> None:
    begun(shared | {"DOORWARD_ENCRYPTION_KEYS": f"old:{new_key()}"})

    result = reseal(shared | {"DOORWARD_ENCRYPTION_KEYS": f"old:{new_key()}"})

    assert result.exit_code != 0
    assert "another key 'old'" in result.stderr


def test_what_is_left_is_told_and_is_the_exit_status(shared: Environ) -> None:
    both = begun(shared | {"DOORWARD_ENCRYPTION_KEYS": f"new:{new_key()},old:{new_key()}"})
    lost = AesGcmSealer({"lost": b"l" * 32}).seal(b"{}", subjects.purpose_of("default", b"s" * 16))
    with closing(opened(load(both))) as store:
        store.rewrite_authenticators("default", b"s" * 16, lambda _: lost, time.time())

    result = reseal(both, "--format", "json")

    told = {"left": {"lost": {"authenticators": 1}}, "unreadable": {"authenticators": 1}}
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"key": "new", "done": {}} | told)
