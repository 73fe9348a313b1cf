"""People who answer challenges and redeem what that proves while something is away, and try all of it once more."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..challenges.callers import EXPORT, Caller, Person

Answer = tuple[int, Any]

PATIENCE_SECONDS = 15.0
# A guess that met 503 was counted all the same: those within one's patience are no more than nobody waits for.
GUESS_PAUSE_SECONDS = 4.0
# What became of a code or a proof; whatever else was answered stands for itself.
TAKEN, REFUSED, MISSED, BROKE = "taken", "refused by name", "met 503", "met a connection that broke"
# Whoever was enrolled is no longer.
GONE = "gone"
_CODE_REFUSALS = ("replayed_code", "wrong_code", "expired_code")
_CHALLENGE_OVER = "urn:doorward:problem:challenge-expired"
_PROOF_REFUSAL = "urn:doorward:problem:invalid-assertion"
_TORN = 599


@dataclass(slots=True)
class Spend:
    """What one person was answered, by when; *proof* is empty where there was none to redeem."""

    person: Person
    ended: float = 0.0
    code: str = ""
    proof: str = ""
    assertion: str = ""

    @property
    def unexpected(self) -> list[str]:
        """Return the answers that nobody should get, whatever fails."""
        given = (("code", self.code), ("proof", self.proof))
        return [f"{what}: {said}" for what, said in given if said not in ("", TAKEN, REFUSED, MISSED)]


@dataclass(frozen=True, slots=True)
class Again:
    """What became of *what*, which was acknowledged as used, where it was tried once more."""

    what: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.what} once more: {self.verdict}"


@dataclass(slots=True)
class Spenders:
    """One after the other, each with a code and a challenge that were made before."""

    caller: Caller
    number: int
    # Others may have been at work on the same store.
    _name: str = field(default_factory=lambda: f"spender-{secrets.token_hex(4)}")
    spends: list[Spend] = field(default_factory=list)
    _ready: list[tuple[Person, str]] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Enrol everybody, with codes of a time that has not come: only the store tells that they were used."""
        for number in range(self.number):
            person = Person(f"{self._name}-{number}").enrol(self.caller)
            self._ready.append((person, person.challenged(self.caller)))

    def start(self, pause: float) -> None:
        self._thread = threading.Thread(target=self._run, args=(pause,))
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _run(self, pause: float) -> None:
        for person, challenge in self._ready:
            if self._ended.is_set():
                return
            self.spends.append(self._spend(person, challenge))
            self._ended.wait(pause)

    def _spend(self, person: Person, challenge: str) -> Spend:
        spend = Spend(person)
        answer = _asked(lambda: person.answer(self.caller, challenge))
        spend.code = _of_a_code(answer)
        if spend.code == TAKEN:
            spend.assertion = answer[1]["assertion"]
            spend.proof = _of_a_proof(_asked(lambda: self._redeem(spend)))
        spend.ended = time.monotonic()
        return spend

    def _redeem(self, spend: Spend) -> Answer:
        return self.caller.post("/v1/assertions/redeem", {"assertion": spend.assertion})

    def again(self) -> list[Again]:
        """Try everything that was acknowledged once more: each must be refused, by a name."""
        found = []
        for spend in self.spends:
            who = spend.person.id
            if spend.code == TAKEN:
                found.append(Again(f"{who}: code", self._code_again(spend.person)))
            if spend.proof == TAKEN:
                found.append(Again(f"{who}: proof", _of_a_proof(_patiently(lambda spend=spend: self._redeem(spend)))))
        return found

    def _code_again(self, person: Person) -> str:
        status, told = _patiently(lambda: self.caller.post("/v1/decisions", person.asks(EXPORT, "s-again")))
        if status != 200 or told["degraded"]:
            return f"no full decision: {status} {told}"
        asked = told["challenge"]
        if asked is None or not asked["authenticators"]:
            return GONE
        return _of_a_code(_patiently(lambda: person.answer(self.caller, asked["id"]), pause=GUESS_PAUSE_SECONDS))

    def newcomer_passes(self) -> bool:
        """Answer whether somebody who has just come can answer a challenge."""
        person = Person(f"{self._name}-{secrets.token_hex(4)}").enrol(self.caller)
        return bool(person.answer(self.caller, person.challenged(self.caller))[1].get("status") == "passed")


def _of_a_code(answer: Answer) -> str:
    status, told = answer
    if status == 200 and told["status"] == "passed":
        return TAKEN
    if status == 410 and told["type"] == _CHALLENGE_OVER:
        return REFUSED
    is_named = status == 200 and told.get("error") in _CODE_REFUSALS
    return REFUSED if is_named else _of_none(answer)


def _of_a_proof(answer: Answer) -> str:
    status, told = answer
    if status == 200:
        return TAKEN
    return REFUSED if status == 422 and told["type"] == _PROOF_REFUSAL else _of_none(answer)


def _of_none(answer: Answer) -> str:
    return {503: MISSED, _TORN: BROKE}.get(answer[0], f"{answer[0]} {answer[1]}")


def _patiently(ask: Callable[[], Answer], *, pause: float = 0.5) -> Answer:
    """Return the first answer that is one: not «later», and no decision that something was missing for.

    Asks again after *pause* seconds.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        status, told = answer = _asked(ask)
        is_late = status in (429, 503, _TORN) or (status == 200 and bool(told.get("degraded")))
        if not is_late or time.monotonic() > until:
            return answer
        time.sleep(pause)


def _asked(ask: Callable[[], Answer]) -> Answer:
    """Return what was answered, or what stands for a connection that broke."""
    try:
        status, told = ask()
    except OSError:
        return _TORN, None
    return int(status), told
