"""The real service without a port, and how a request that fits meets something that is there."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..challenges.conftest import ADMIN, bound_totp, code_of
from ..line.conftest import ROOT, House, house_in, login

# The time of the document's examples, so that they stand neither in the future nor a day back.
EXAMPLES_NOW = 1_795_341_600.0  # 2026-11-22T10:00:00Z

# `make fuzz` asks for many more, and for others each time.
FUZZ_EXAMPLES = int(os.environ.get("DOORWARD_FUZZ_EXAMPLES", "0"))

ENROLLED = ("u-1", "u-2", "u-123")
POLICY = (ROOT / "rules" / "default" / "policy.yaml").read_text(encoding="utf-8")

# What half of the valid requests say at a place where free text would find nothing.
WORDS: Mapping[str, tuple[str, ...]] = {
    "body.subject.id": ENROLLED,
    "body.request.subject.id": ENROLLED,
    "body.text": (POLICY,),
    "query.tenant": ("default",),
}

# Quick to read, for walks that each begin with a service of their own; most of them shall meet a challenge.
SHORT_POLICY = """
version: 1
id: short
lists:
  blocked_subjects: {runtime: subject}
requirements:
  mfa: {any_of: [totp], aal: 2}
unenrolled: {login: enrol, login_high_risk: deny, action: deny}
rules:
  - id: blocked
    when: subject.id in lists.blocked_subjects
    on_unknown: skip
    then: deny
  - id: everything
    when: "true"
    then: {challenge: mfa, max_age: 5m}
"""

# Where walks begin: requests that go well, from which the links of the document lead on.
STARTS: Mapping[str, Sequence[dict[str, Any]]] = {
    "decide": [{"body": login("u-1")}, {"body": login("u-9", token="dvt_x")}],
    "list_decisions": [{"query": {"limit": 1}}],
    "put_list_entry": [{"path_parameters": {"name": "blocked_subjects", "entry": "u-1"}, "body": {}}],
    "make_authenticator": [{"path_parameters": {"subject_id": "u-7"}, "body": {"type": "totp", **ADMIN}}],
    "list_authenticators": [{"path_parameters": {"subject_id": "u-1"}}],
    "list_devices": [{"path_parameters": {"subject_id": "u-1"}}],
}


class Place:
    """A WSGI application: the real service of this process.

    It is made at the first request, since collecting tests should cost nothing.
    """

    def __init__(self) -> None:
        self._policy = ""
        self._house: House | None = None
        self._folder = Path()
        self._bound: dict[str, Any] = {}
        self._bodies: dict[str, str] = {}

    def begin_anew(self, policy: str = "") -> None:
        """Put a service without a past here, with the default policy or another."""
        self.end()
        self._policy, self._bodies = policy, {}

    def end(self) -> None:
        """Leave nothing of the service behind."""
        if self._house is not None:
            self._house.wiring.stop()
            shutil.rmtree(self._folder)
        self._house = None

    def house(self) -> House:
        """Return the service that requests go to; ENROLLED have an app that shows codes, and one decision each."""
        if self._house is None:
            self._folder = Path(tempfile.mkdtemp(prefix="doorward-contract-"))
            self._house = house_in(self._folder, change=self._with_policy)
            self._house.now[0] = EXAMPLES_NOW
            for subject in ENROLLED:
                self._bound[subject] = bound_totp(self._house, subject)
                self._house.decide(subject)
        return self._house

    def _with_policy(self, settings: Any) -> Any:
        if self._policy:
            (self._folder / "rules" / "default" / "policy.yaml").write_text(self._policy, encoding="utf-8")
        return settings

    def factor(self, subject: str = "u-1") -> str:
        """Return the id of what *subject* authenticates with."""
        self.house()
        return str(self._bound[subject]["id"])

    def code(self) -> str:
        """Return a code of u-1 that was not used yet."""
        self.house().wait(30)
        return code_of(self.house(), self._bound["u-1"])

    def used_before(self, key: str, request: Any) -> bool:
        """Answer whether an idempotency key came with another request before, and remember the first one."""
        text = json.dumps(request, sort_keys=True, default=str)
        return bool(key) and self._bodies.setdefault(key, text) != text

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.house().client.application(environ, start_response)


PLACE = Place()


def a_decision() -> str:
    """Return the id of a decision that nothing was told of yet."""
    return str(PLACE.house().decide("u-77")["id"])


def a_challenge() -> str:
    """Return the id of a challenge that waits for u-1."""
    decision = PLACE.house().decide("u-1", action={"name": "account.export"}, kind="action", session={"id": "s-1"})
    return str(decision["challenge"]["id"])


# What stands in a path and only the service can give: a row for each parameter's name.
GIVEN: Mapping[str, Callable[[], str]] = {
    "decision_id": a_decision,
    "challenge_id": a_challenge,
    # Not the subject of the challenges: whoever revokes an authenticator here must leave them theirs.
    "subject_id": lambda: "u-2",
    "authenticator_id": lambda: PLACE.factor("u-2"),
    "name": lambda: "blocked_subjects",
}
# The same for what stands in a body.
GIVEN_IN_BODY: Mapping[str, Callable[[], str]] = {"authenticator": PLACE.factor}

# What an operation is sent where a link leads to it: a row for each that needs more than the link
# says, given the answer that led there.
BODIES: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "report_outcome": lambda _: {"result": "completed", "amr": ["otp"]},
    "give_feedback": lambda _: {"label": "fraud", "source": "user"},
    "begin_challenge": lambda _: {"authenticator": PLACE.factor()},
    "verify_challenge": lambda _: {"authenticator": PLACE.factor(), "response": {"code": PLACE.code()}},
    "cancel_challenge": lambda _: {"reason": "not_me"},
    "confirm_authenticator": lambda made: {"code": code_of(PLACE.house(), made)},
    "revoke_authenticator": lambda _: dict(ADMIN),
}
