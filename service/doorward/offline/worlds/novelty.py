"""What is new about sign-ins of a log, measured from the events alone: it knows nothing of how a world is made."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum, sqrt
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

    By user, *never_seen* counts values that the user had not had before. *unusual* counts those whose Dirichlet
    log-likelihood ratio is at least 0: the user has had them no more often than people in general.
    """

    of_all: Counter[str] = field(default_factory=Counter)
    of_user: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    all_successes: int = 0
    never_seen: Counter[str] = field(default_factory=Counter)
    unusual: Counter[str] = field(default_factory=Counter)

    def take(self, user: str, value: str, earlier: int) -> None:
        """Judge one success of a user who had *earlier* ones, and learn it."""
        own = self.of_user[user]
        if earlier:
            self.never_seen[user] += own[value] == 0
            # p_u = (c + βp_g)/(n + β) is at most p_g where c is at most n·p_g, whatever β is.
            common = (self.of_all[value] + 0.5) / (self.all_successes + 0.5 * (len(self.of_all) + 1))
            self.unusual[user] += own[value] <= earlier * common
        own[value] += 1
        self.of_all[value] += 1
        self.all_successes += 1


@dataclass(frozen=True, slots=True)
class Share:
    """*part* of *whole*, both counted by user."""

    part: Mapping[str, int]
    whole: Mapping[str, int]

    @property
    def value(self) -> float:
        return sum(self.part.values()) / max(1, sum(self.whole.values()))

    @property
    def noise(self) -> float:
        """Return the standard error of `value` as that of a ratio of sums over users, who are drawn independently.

        (Cochran, Sampling Techniques, 1977, 6.4.) Sign-ins of one user are not: few make many, and all alike.
        """
        share = self.value
        spread = fsum((self.part.get(user, 0) - share * number) ** 2 for user, number in self.whole.items())
        return sqrt(spread) / max(1, sum(self.whole.values()))


@dataclass
class Measured:
    """What the genuine sign-ins of a log look like, by user; *of_all* and *passed_of_all* count those of attackers too.

    *judged* are the successes after a user's first. *with_device* presented a device token.
    """

    of_all: Counter[str] = field(default_factory=Counter)
    passed_of_all: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    successes: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    with_device: Counter[str] = field(default_factory=Counter)
    levels: dict[str, Level] = field(default_factory=lambda: {name: Level() for name in LEVELS})

    def new(self, level: str) -> Share:
        """Return the share of successes after the first whose value was never seen before."""
        return Share(self.levels[level].never_seen, self.judged)

    def unusual(self, level: str) -> Share:
        """Return the share of successes after the first with a log-likelihood ratio of at least 0."""
        return Share(self.levels[level].unusual, self.judged)


def measure(events: Iterable[Json]) -> Measured:
    """Return what the genuine events among *events*, in the order of time, look like."""
    found = Measured()
    agents = UserAgents()
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
        found.judged[user] += earlier > 0
        found.with_device[user] += request.get("client", {}).get("device_token") is not None
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
