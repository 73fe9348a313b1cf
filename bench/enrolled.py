"""People who have an authenticator's app, and the challenges that they are to answer, written into a store.

Each has one app with codes of fifteen seconds, so that a run can use several of them: a code is good once.
"""

import base64
import json
import random
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import pyotp

from doorward import wiring
from doorward.api.requests import to_request
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.core.identifiers import new_id
from doorward.settings import load
from doorward.subjects import Subjects
from past import TENANT
from people import Person, action, login

PERIOD = 15
# How many of a hundred challenges are of a sign-in, of an action, of one that is confirmed by itself.
SHARES = {"login": 60, "account.change_email": 25, "payments.transfer": 15}


class Enrolled:
    """The people of one store, through the service's own objects; *tokens* are the browsers they come with."""

    def __init__(self, environ: Mapping[str, str], people: list[Person], tokens: Mapping[str, bytes], now: float):
        self._wired = wiring.build(load(environ))
        self._tokens = tokens
        self._draw = random.Random("enrolled")
        self._names = {person.id: new_id("fac") for person in people}
        self._last = {person.id: int(now // PERIOD) for person in people}
        services = self._wired.services
        subjects = Subjects(self._wired.store, services.sealer, services.decisions._sources.hasher)
        for person in people:
            state = {"secret": seed(person), "algorithm": "SHA1", "digits": 6, "period": PERIOD}
            one = Authenticator(
                self._names[person.id],
                "totp",
                state | {"last_step": self._last[person.id], "drift": 0},
                "phone",
                status=ACTIVE,
                created_at=now,
                confirmed_at=now,
                aal=2,
            )
            subjects.change(TENANT, subjects.key(TENANT, person.id), lambda held, one=one: held.with_(one), now)

    def close(self) -> None:
        self._wired.store.close()

    def challenges(self, people: Iterable[Person], now: float) -> dict[Person, str]:
        """Open a challenge for each of *people*, as decisions do, and return their ids."""
        found = {}
        for person in people:
            decision = self._wired.services.decisions.decide(TENANT, to_request(self._asks(person)), now)
            if decision["challenge"] is None:
                sys.exit(f"somebody was not challenged: {decision['outcome']} by {decision['policy']['rule']}")
            found[person] = decision["challenge"]["id"]
        return found

    def answers(self, port: int, key: str, challenges: Mapping[Person, str], now: float) -> list[bytes]:
        """Return a request with the right code for each of *challenges*, in a mixed order."""
        made = [self._answer(port, key, person, challenge, now) for person, challenge in challenges.items()]
        self._draw.shuffle(made)
        return made

    def _asks(self, person: Person) -> dict[str, Any]:
        address, agent = person.usual(self._draw)
        kind = self._draw.choices(list(SHARES), list(SHARES.values()))[0]
        body = login(person, address, agent, passed=True) if kind == "login" else action(person, address, agent, kind)
        body["subject"]["groups"] = ["admins"]
        body["session"] = {"id": f"s-{self._draw.getrandbits(64)}", "amr": ["pwd"]}
        body["client"]["device_token"] = json.loads(self._tokens[person.id])
        return body

    def _answer(self, port: int, key: str, person: Person, challenge: str, now: float) -> bytes:
        # The next code is good already; the present one may be older than the store, which then refuses it.
        step = self._last[person.id] = max(self._last[person.id], int(now // PERIOD)) + 1
        code = pyotp.TOTP(seed(person), interval=PERIOD).generate_otp(step)
        body = json.dumps({"authenticator": self._names[person.id], "response": {"code": code}}).encode()
        return (
            f"POST /v1/challenges/{challenge}/verify HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def seed(person: Person) -> str:
    return base64.b32encode(random.Random(f"{person.id}/seed").randbytes(20)).decode()
