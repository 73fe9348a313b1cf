"""What a person's device asks and answers, signed by its own key: paired, the waiting pushes, approved or not.

A device shows no API key. Whatever it is refused for, an authenticator that is not known reads and takes like a
signature that is wrong.
"""

from typing import Any

from doorward.attempts import Attempts
from doorward.ceremony import DeviceKeys, DevicePairing
from doorward.challenge import ChallengeDesk
from doorward.challenge_rows import Kept, KeptChallenges
from doorward.core.canonical import canonical_json
from doorward.core.challenges import PENDING, Challenge
from doorward.core.enrolment import ACTIVE, DISABLED, Authenticator
from doorward.core.errors import (
    BadInput,
    BadSignature,
    Conflict,
    Mistake,
    NotAllowed,
    NotFound,
    Refusal,
    Refused,
    WrongCode,
)
from doorward.core.facts import Facts
from doorward.core.push import APPROVED, Push
from doorward.core.times import rfc3339
from doorward.device_places import LIFE_SECONDS, DevicePlaces, Place
from doorward.enrolment import EnrolmentDesk
from doorward.kept import KeptRecords
from doorward.passed import PassedChallenges
from doorward.services import PushAnswer, Signed
from doorward.subjects import Subjects

Json = dict[str, Any]

# How far the device's clock may be off, and for how long a request to look could be repeated by who saw it.
CLOCK_SKEW_SECONDS = 60

NOBODY = Place("", "", 0.0)


class PushDesk:
    """Implements `services.Pushes`."""

    def __init__(
        self,
        kept: KeptChallenges,
        records: KeptRecords,
        subjects: Subjects,
        places: DevicePlaces,
        keys: DeviceKeys,
        attempts: Attempts,
        passed: PassedChallenges,
        challenges: ChallengeDesk,
        enrolment: EnrolmentDesk,
    ) -> None:
        self._kept = kept
        self._records = records
        self._subjects = subjects
        self._places = places
        self._keys = keys
        self._attempts = attempts
        self._passed = passed
        self._challenges = challenges
        self._enrolment = enrolment

    def pair(self, code: str, public_key: Json, signed: Signed, now: float) -> Json:
        """Make a pending authenticator active by the key of whoever was shown its code, and holds that key."""
        key = self._keys.read(public_key)
        self._keys.check(key, canonical_json(signed.body), signed.signature)
        place = self._places.find(signed.authenticator, now) or NOBODY
        pairing = DevicePairing(code, key)
        try:
            made = self._enrolment.pair(place.tenant, place.subject_id, signed.authenticator, pairing, now)
        except (Refusal, Conflict, NotAllowed, NotFound):
            raise BadSignature("the code is not that of a pairing that is waited for") from None
        self._places.keep(signed.authenticator, now)
        return {"authenticator": signed.authenticator, "status": made["status"]}

    def pending(self, at: float, signed: Signed, now: float) -> list[Json]:
        """Return the pushes that wait for the device, the oldest first; never the number, nor one to choose from.

        Who repeats the request within the minute reads the same once more, and cannot answer.
        """
        place, held = self._proven(signed, now)
        if abs(now - at) > CLOCK_SKEW_SECONDS:
            most = f"a time within {CLOCK_SKEW_SECONDS} seconds of {rfc3339(now)} was expected"
            raise BadInput([Mistake(most, "#/at")])
        if place.until < now + LIFE_SECONDS / 2:
            self._places.keep(held.id, now)
        if held.status != ACTIVE:
            return []
        found = (self._waiting(place, held, challenge_id, now) for challenge_id, ends in place.waiting if now < ends)
        return [each for each in found if each is not None]

    def answer(self, challenge_id: str, answer: PushAnswer, signed: Signed, now: float) -> Json:
        """Take the person's answer in: approved with the number, declined, or «not me», which ends the challenge.

        A wrong number ends the push, and costs what any other wrong answer costs.
        """
        place, held = self._proven(signed, now)
        if held.status != ACTIVE:
            raise Conflict(f"the authenticator cannot be used now: it is {held.status}")
        kept = self._kept.read(place.tenant, challenge_id, now)
        if kept.row.subject != self._key(place) or all(each.id != held.id for each in kept.challenge.offered):
            raise NotFound("there is no such challenge")
        kept.challenge.check_open(now)
        _push(kept.challenge, held).check(answer.nonce, now)
        if answer.decision == "approve":
            return {"challenge": challenge_id} | self._approve(place.tenant, kept, held, answer, now)
        if answer.decision == "not_me":
            self._challenges.cancel(place.tenant, challenge_id, "not_me", now)
            return {"challenge": challenge_id, "status": "not_me"}
        self._decline(place.tenant, kept, held, answer.nonce, now)
        return {"challenge": challenge_id, "status": "declined"}

    def _proven(self, signed: Signed, now: float) -> tuple[Place, Authenticator]:
        """Return the authenticator whose device has signed; BadSignature where none has."""
        place = self._places.find(signed.authenticator, now) or NOBODY
        bound = self._subjects.read(place.tenant, self._key(place), now).authenticators
        held = next((each for each in bound if each.id == signed.authenticator), None)
        if held is None and place is not NOBODY:
            self._places.forget(signed.authenticator, now)
        key = held.state.get("key") if held is not None else None
        self._keys.check(key, canonical_json(signed.body), signed.signature)
        if held is None:
            raise BadSignature("the signature is not that of a paired device")
        return place, held

    def _key(self, place: Place) -> bytes:
        return self._subjects.key(place.tenant, place.subject_id)

    def _waiting(self, place: Place, held: Authenticator, challenge_id: str, now: float) -> Json | None:
        """Return what the device is shown of a challenge, None where it waits for nothing any more."""
        try:
            kept = self._kept.read(place.tenant, challenge_id, now)
            record = self._records.read(place.tenant, kept.row.decision_id, now)
        except NotFound:
            return None
        live = kept.challenge.live.get(held.id)
        push = Push.from_json(live) if live is not None and kept.challenge.status_at(now) == PENDING else None
        if push is None or not push.is_waiting(now):
            return None
        asked = kept.challenge.request
        return {
            "challenge": kept.row.id,
            "nonce": push.nonce,
            "application": asked.application_id,
            "kind": asked.kind,
            "action": asked.action.display or asked.action.name,
            "client": client_summary(record.facts),
            "expires_at": rfc3339(push.expires_at),
        }

    def _approve(self, tenant: str, kept: Kept, held: Authenticator, answer: PushAnswer, now: float) -> Json:
        """Check the number after a guess at the authenticator was counted; the attempt is spent in the same step."""
        subject, lane = kept.row.subject, kept.challenge.lane
        typed: list[Push] = []

        def take(challenge: Challenge) -> Challenge:
            spent = challenge.spend(now)
            typed[:] = [_push(spent, held).typed(answer.nonce, answer.number, now)]
            answered = spent.with_live(held.id, typed[0].to_json())
            return answered.give_back() if typed[0].answer == APPROVED else answered.settle_wrong()

        try:
            last = self._attempts.spend(tenant, subject, held.id, lane=lane, now=now)
            kept = self._kept.change(kept, take, now)
        except Refusal as refusal:
            return _refused(self._challenges.refused(tenant, kept, held, refusal, now))
        if typed[0].answer == APPROVED:
            self._attempts.right(tenant, subject, held.id, lane=lane, now=now)
            return {"status": "approved"}
        wrong = WrongCode("another number was typed")
        if last:
            self._challenges.stop(tenant, kept, held, DISABLED, wrong, now)
        return _refused(self._challenges.refused(tenant, kept, held, wrong, now))

    def _decline(self, tenant: str, kept: Kept, held: Authenticator, nonce: str, now: float) -> None:
        def take(challenge: Challenge) -> Challenge:
            challenge.check_open(now)
            return challenge.with_live(held.id, _push(challenge, held).declined(nonce, now).to_json())

        self._passed.note(tenant, self._kept.change(kept, take, now), held, Refused("the person has declined"), now)


def _push(challenge: Challenge, held: Authenticator) -> Push:
    live = challenge.live.get(held.id)
    if live is None:
        raise Conflict("no push is waited for")
    return Push.from_json(live)


def _refused(told: Json) -> Json:
    return {"status": "refused", "error": told["error"]}


def client_summary(facts: Facts) -> str | None:
    """Return in a few words who asks, as far as it is known, for the person to compare: «Firefox on Linux, …»."""
    browser = " on ".join(name for name in (facts.agent.browser, facts.agent.os) if name)
    network = facts.network
    place = network.city or network.region
    where = f"near {place} ({network.country})" if place and network.country else place or network.country
    return ", ".join(part for part in (browser, where) if part) or None
