"""People who answer challenges and redeem what that proves while something is away, and try all of it once more."""

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from ..challenges.callers import EXPORT, Caller, Person

Answer = tuple[int, Any]


@dataclass(slots=True)
class Spend:
    """What one person was answered; a status of 0 is none, for it was not asked."""

    person: Person
    verified: int = 0
    passed: bool = False
    redeemed: int = 0
    assertion: str = ""

    @property
    def refused(self) -> bool:
        """Answer whether the store was missed."""
        return 503 in (self.verified, self.redeemed)


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
        spend.verified, told = _asked(lambda: person.answer(self.caller, challenge))
        spend.passed = spend.verified == 200 and told["status"] == "passed"
        if spend.passed:
            spend.assertion = told["assertion"]
            spend.redeemed, _ = _asked(lambda: self._redeem(spend))
        return spend

    def _redeem(self, spend: Spend) -> Answer:
        return self.caller.post("/v1/assertions/redeem", {"assertion": spend.assertion})

    def good_twice(self) -> list[str]:
        """Try everything that was acknowledged once more, and return whose was taken."""
        found = []
        for spend in self.spends:
            who = spend.person.id
            if spend.passed and self._passes_again(spend.person):
                found.append(f"{who}: code")
            if spend.redeemed == 200:
                found += [f"{who}: proof"] if self._redeem(spend)[0] == 200 else []
        return found

    def _passes_again(self, person: Person) -> bool:
        asked = self.caller.made("/v1/decisions", person.asks(EXPORT, "s-again"))["challenge"]
        if asked is None or not asked["authenticators"]:
            # The store has lost what they had enrolled: nothing of theirs is good.
            return False
        return bool(person.answer(self.caller, asked["id"])[1].get("status") == "passed")

    def newcomer_passes(self) -> bool:
        """Answer whether somebody who has just come can answer a challenge."""
        person = Person(f"{self._name}-{secrets.token_hex(4)}").enrol(self.caller)
        return bool(person.answer(self.caller, person.challenged(self.caller))[1].get("status") == "passed")


def _asked(ask: Any) -> Answer:
    """Return what was answered; a connection that broke is a status of 599."""
    try:
        status, told = ask()
    except OSError:
        return 599, None
    return int(status), told
