"""Two versions side by side on one Redis: what each of them writes the other reads."""

import os
import subprocess
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from ..challenges.callers import Caller, Person
from ..ops.conftest import ROOT
from .places import Alone, Service, Start, accept, kept_in, shared_secrets

# Where there is no release yet, what was there so many commits ago.
BACK = 10
# What came last of the last break of docs/reliability.md, «Rolling updates».
READS_PROOFS = "service/doorward/session_proofs.py"

Check = Callable[[Caller, Caller], bool]


def earlier() -> str:
    """Return the commit of the last release, or of some time ago; empty where there is no history.

    Of those from before READS_PROOFS none reads what is written now, so the first that does stands for them.
    """
    for asked in (["describe", "--tags", "--abbrev=0"], ["rev-parse", "--short", f"HEAD~{BACK}"]):
        commit = _git(*asked)
        if commit and _git("cat-file", "-t", f"{commit}:{READS_PROOFS}"):
            return commit
        if commit:
            return _git("log", "--diff-filter=A", "--format=%h", "--", READS_PROOFS)
    return ""


def _git(*asked: str) -> str:
    """Return what git tells; empty where it has nothing to tell."""
    told = subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip() if told.returncode == 0 else ""


def unpacked(commit: str, folder: Path) -> Path:
    """Return a folder with everything as it was in *commit*."""
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    folder.mkdir()
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def challenge_is_answered(here: Caller, there: Caller) -> bool:
    person = _someone(here)
    challenge = person.challenged(here)
    return bool(person.answer(there, challenge)[1].get("status") == "passed")


def code_is_used_up(here: Caller, there: Caller) -> bool:
    person = _someone(here)
    first, second = person.challenged(here), person.challenged(there, session="s-2")
    passed = person.answer(here, first)[1].get("status") == "passed"
    return passed and person.answer(there, second)[1].get("status") != "passed"


def proof_is_redeemed_once(here: Caller, there: Caller) -> bool:
    person = _someone(here)
    _, told = person.answer(here, person.challenged(here))
    asked = {"assertion": told["assertion"]}
    return [each.post("/v1/assertions/redeem", asked)[0] == 200 for each in (there, here)] == [True, False]


def record_is_read(here: Caller, there: Caller) -> bool:
    made = here.made("/v1/decisions", _login(_name()))
    status, record = there.ask("GET", f"/v1/decisions/{made['id']}")
    return bool(status == 200 and record["decision"]["outcome"] == made["outcome"])


def history_is_known(here: Caller, there: Caller) -> bool:
    """Answer whether a sign-in that one has learned is a familiar one to the other."""
    name = _name()
    first = here.made("/v1/decisions", _login(name))
    told = here.made(f"/v1/decisions/{first['id']}/outcome", {"result": "completed"})
    token = (first["device"] or told["device"])["token"]
    second = there.made("/v1/decisions", _login(name, token))
    facts = there.ask("GET", f"/v1/decisions/{second['id']}")[1]["facts"]
    return bool(facts["device"]["seen"] and facts["history"]["events"] == 1)


CHECKS: dict[str, Check] = {
    "a challenge of one is answered at the other": challenge_is_answered,
    "a code that one has taken is used up at the other": code_is_used_up,
    "a proof of one is redeemed once, wherever": proof_is_redeemed_once,
    "a record of one is read by the other": record_is_read,
    "a sign-in and a browser that one has learned are known to the other": history_is_known,
}


def side_by_side(commit: str, start: Start, folder: Path) -> list[str]:
    """Return what the version of *commit* and this one do not understand of each other."""
    tree = unpacked(commit, folder / "earlier")
    with kept_in(Alone, folder / "store") as place:
        accept(place)
        told = {"DOORWARD_STORE": place.url, "DOORWARD_WORKERS": "1"} | shared_secrets()
        new = Service(start("-m", "doorward", "serve", **told))
        state = {"DOORWARD_STATE_DIR": str(folder / "earlier-state"), "PYTHONPATH": str(tree / "service")}
        old = Service(start("-m", "doorward", "serve", **told | state), new.key)
        callers = {"the new": Caller(new.url, new.key), "the earlier": Caller(old.url, old.key)}
        wrong = []
        for here, there in (("the new", "the earlier"), ("the earlier", "the new")):
            failed = [name for name, check in CHECKS.items() if not _holds(check, callers[here], callers[there])]
            wrong += [f"{name}: {here}, then {there}" for name in failed]
    return wrong


def _holds(check: Check, here: Caller, there: Caller) -> bool:
    try:
        return check(here, there)
    except (AssertionError, KeyError, TypeError):
        # An answer that is not what it should be, or a refusal.
        return False


def _someone(caller: Caller) -> Person:
    return Person(_name()).enrol(caller)


def _name() -> str:
    return f"v-{os.urandom(6).hex()}"


def _login(name: str, token: str | None = None) -> dict[str, object]:
    client = {"ip": "84.208.20.11", "user_agent": "Mozilla/5.0 Firefox/140.0", "device_token": token}
    return {"kind": "login", "subject": {"id": name}, "client": client, "credential": {"result": "passed"}}
