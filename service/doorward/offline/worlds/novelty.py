"""What is new about sign-ins of a log, measured from the events alone: it knows nothing of how a world is made."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from doorward.facts.agents import UserAgents
from doorward.offline.event import GENUINE

LEVELS = ("ip", "asn", "country", "city", "agent", "browser")

Json = Mapping[str, Any]

# One browser goes by another name on a telephone.
_BROWSERS = {"Chrome Mobile": "Chrome", "Chrome Mobile iOS": "Chrome", "Mobile Safari": "Safari"}


@dataclass
class Level:
    """How often a value of one level was new, of all that had an earlier success.

    *never_seen* counts values that the user had not had before. *unusual* counts those whose Dirichlet log-likelihood
    ratio is at least 0: the user has had them no more often than people in general.
    """

    of_all: Counter[str] = field(default_factory=Counter)
    of_user: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    all_successes: int = 0
    never_seen: int = 0
    unusual: int = 0

    def take(self, user: str, value: str, earlier: int) -> None:
        """Judge one success of a user who had *earlier* ones, and learn it."""
        own = self.of_user[user]
        if earlier:
            self.never_seen += own[value] == 0
            # p_u = (c + βp_g)/(n + β) is at most p_g where c is at most n·p_g, whatever β is.
            common = (self.of_all[value] + 0.5) / (self.all_successes + 0.5 * (len(self.of_all) + 1))
            self.unusual += own[value] <= earlier * common
        own[value] += 1
        self.of_all[value] += 1
        self.all_successes += 1


@dataclass
class Measured:
    """What the genuine sign-ins of a log look like, by user; *of_all* and *passed_of_all* count those of attackers too.

    *judged* are the successes after a user's first. *with_device* presented a device token, *with_known_device* one
    that a success before them had presented.
    """

    of_all: Counter[str] = field(default_factory=Counter)
    passed_of_all: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    successes: Counter[str] = field(default_factory=Counter)
    judged: int = 0
    with_device: int = 0
    with_known_device: int = 0
    levels: dict[str, Level] = field(default_factory=lambda: {name: Level() for name in LEVELS})

    def new(self, level: str) -> float:
        """Return the share of successes after the first whose value was never seen before."""
        return self.levels[level].never_seen / max(1, self.judged)

    def unusual(self, level: str) -> float:
        """Return the share of successes after the first with a log-likelihood ratio of at least 0."""
        return self.levels[level].unusual / max(1, self.judged)


def measure(events: Iterable[Json]) -> Measured:
    """Return what the genuine events among *events*, in the order of time, look like."""
    found = Measured()
    agents = UserAgents()
    devices: set[tuple[str, str]] = set()
    for event in events:
        request = event["request"]
        user = request["subject"]["id"]
        found.of_all[user] += 1
        found.passed_of_all[user] += _passed(request)
        if event.get("label") != GENUINE:
            continue
        found.attempts[user] += 1
        if event.get("verified") is not True:
            continue
        earlier = found.successes[user]
        found.successes[user] += 1
        found.judged += earlier > 0
        token = request.get("client", {}).get("device_token")
        if token is not None:
            found.with_device += 1
            found.with_known_device += (user, token) in devices
            devices.add((user, token))
        for name, value in values(event, agents).items():
            found.levels[name].take(user, value, earlier)
    return found


def values(event: Json, agents: UserAgents) -> dict[str, str]:
    """Return the value of each level; what is not told is a value of its own."""
    client = event["request"].get("client", {})
    network = event["facts"]["network"]
    agent = agents.parse(client.get("user_agent"))
    browser = _BROWSERS.get(agent.browser or "", agent.browser or "")
    return {
        "ip": str(client.get("ip")),
        "asn": str(network.get("asn")),
        "country": str(network.get("country")),
        "city": f"{network.get('country')} {network.get('city')}",
        "agent": f"{browser} {agent.browser_major} {agent.os}",
        "browser": browser,
    }


def _passed(request: Json) -> bool:
    return bool(request.get("credential", {}).get("result") == "passed")
