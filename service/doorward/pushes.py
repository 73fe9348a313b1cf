"""Pushes going out: counted, put where the device looks for them, the device woken."""

import json
from math import ceil
from typing import Any

from doorward.ceremony import Message, Sender
from doorward.challenge_rows import Kept
from doorward.core.enrolment import Authenticator
from doorward.core.errors import SenderUnavailable, Throttled
from doorward.core.ring import PUSH_SENT
from doorward.core.velocity import DAY, unanswered_pushes
from doorward.device_places import DevicePlaces
from doorward.meter import Meter
from doorward.ports import DecisionStore, Keys, Observation

CHANNEL = "push"

# SP 800-63B-4, section 3.1.3.2, and ASVS 6.6.4: so many pushes within a day without a success, and no more. The
# default policy offers something else from the sixth on, so that few people meet this end of it.
MOST_UNANSWERED = 6


class Pushes:
    """Tells devices that somebody waits for them; *waker* reaches a gateway that can wake them, None for none."""

    def __init__(self, store: DecisionStore, places: DevicePlaces, waker: Sender | None, meter: Meter) -> None:
        self._store = store
        self._places = places
        self._waker = waker
        self._meter = meter

    def tell(self, tenant: str, kept: Kept, held: Authenticator, now: float) -> dict[str, Any]:
        """Let the device of *held* find the challenge, and wake it; Throttled where too many went unanswered.

        Whether it was *woken* is told and no more: a device looks by itself whenever it is open.
        """
        self._count(tenant, kept.row.subject, now)
        challenge = (kept.row.id, kept.challenge.expires_at)
        self._places.wait(tenant, kept.challenge.subject_id, held.id, challenge, now)
        return {"woken": self._wake(held.id, kept.row.id, now)}

    def _count(self, tenant: str, subject: bytes, now: float) -> None:
        """Count one push; read before, so that what is refused does not fill the ring, and after, for the race."""
        keys = Keys(tenant, subject)
        _check_unanswered(self._store.begin(keys, None, now).subject_ring, MOST_UNANSWERED - 1, now)
        counted = self._store.begin(keys, Observation(0, PUSH_SENT, 0), now)
        _check_unanswered(counted.subject_ring, MOST_UNANSWERED, now)

    def _wake(self, authenticator_id: str, challenge_id: str, now: float) -> bool:
        if self._waker is None:
            return False
        body = {"type": "push.waiting", "authenticator": authenticator_id, "challenge": challenge_id}
        try:
            self._waker.send(Message(CHANNEL, authenticator_id, "", json.dumps(body), now))
        except SenderUnavailable:
            self._meter.sent(CHANNEL, "unavailable")
            return False
        self._meter.sent(CHANNEL, "sent")
        return True


def _check_unanswered(ring: bytes, most: int, now: float) -> None:
    sent = unanswered_pushes(ring, now)
    if len(sent) > most:
        left = max(1, ceil(sent[len(sent) - most - 1] + DAY - now))
        raise Throttled("too many pushes were not answered; use another authenticator", retry_after_seconds=left)
