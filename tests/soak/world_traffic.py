"""What a busy site's callers send: sign-ins of a simulated world, attackers included, and what follows from them."""

from collections.abc import Iterator
from typing import Any

from doorward.offline.worlds.world import Asked, World

from ..faults.traffic import Sent, Traffic

# Of a hundred requests so many are sign-ins of the world; the others report, read and block.
SIGN_INS = 80
OTHERS = {"action": 5, "outcome": 6, "event": 3, "record": 4, "page": 1, "list": 1}
DAYS = 30
# A little less than what there is for each person in a world of that length, attacks included.
ATTEMPTS_EACH = 3.2


class WorldTraffic(Traffic):
    """What one connection sends: the events of its people in their order, and its own requests between them."""

    def __init__(self, seed: int, events: Iterator[dict[str, Any]]) -> None:
        super().__init__(seed)
        self._events = events
        self._browsers: dict[tuple[str, str], str] = {}

    def next(self) -> Sent:
        """Return the next sign-in, or what somebody asks between them; once the world has ended only that."""
        self._number += 1
        if self._draw.random() * 100 < SIGN_INS:
            event = next(self._events, None)
            if event is not None:
                return self._sign_in(event["request"])
        kind = self._draw.choices(list(OTHERS), list(OTHERS.values()))[0]
        if kind in ("record", "outcome") and not (self._decisions if kind == "record" else self._unreported):
            kind = "action"
        return self._decision(kind) if kind == "action" else self._other(kind)

    def learn(self, sent: Sent, status: int, body: Any) -> None:
        """Keep what a caller keeps; a browser's token is its subject's, whoever is next."""
        if sent.kind == "returning" and status == 200 and body["device"] and sent.body:
            self._browsers[_browser(sent.body)] = body["device"]["token"]
        super().learn(sent, status, body)

    def _sign_in(self, request: dict[str, Any]) -> Sent:
        client = dict(request["client"])
        if client["device_token"] is not None:
            client["device_token"] = self._browsers.get(_browser(request))
        return Sent("returning", "POST", "/v1/decisions", {**request, "client": client})


def _browser(request: dict[str, Any]) -> tuple[str, str]:
    return request["subject"]["id"], request["client"]["user_agent"] or ""


def traffics(seed: int, *, requests: int, connections: int) -> list[WorldTraffic]:
    """Return what each of *connections* sends: a world that suffices for *requests*, each person on one connection."""
    people = max(2 * connections, int(requests * SIGN_INS / 100 / ATTEMPTS_EACH))
    shares: list[list[dict[str, Any]]] = [[] for _ in range(connections)]
    turn: dict[str, int] = {}
    for event in World(Asked(seed=seed, users=people, days=DAYS)).events():
        subject = event["request"]["subject"]["id"]
        shares[turn.setdefault(subject, len(turn) % connections)].append(event)
    return [WorldTraffic(number, iter(share)) for number, share in enumerate(shares)]
