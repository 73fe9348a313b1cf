"""The two worlds: `realistic`, and `rba_like` with the countries and the activity that the RBA data set publishes.

Where a number is not explained, it is the specification's; docs/world.md lists what was chosen where that is silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.offline.worlds.traits import Traits

HOME = "NO"

# The length and the size of the world that the volumes of attacks are written down for.
REFERENCE_DAYS = 240
_NAMED = ("NO", "SE", "DK", "FI", "DE", "US", "PL", "GB", "FR", "NL", "ES", "IT", "UA", "RU", "BR", "IN", "AU", "CA")
CODES = (*_NAMED, "JP", "ID")


@dataclass(frozen=True, slots=True)
class Profile:
    """*homes* are the shares of users by country.

    *reference_users* have about 122 000 genuine successes in `REFERENCE_DAYS`; attacks are scaled to that.
    *frequency_classes* is whether users come as often as their class says; else by the number of attempts that the
    RBA data set has, whatever the length of the world is.
    """

    name: str
    homes: Mapping[str, float]
    reference_users: int
    frequency_classes: bool
    traits: Traits = field(default_factory=Traits)

    def scale(self, users: int, days: int) -> float:
        """Return by how much the volume of attacks differs from the specification's."""
        return users / self.reference_users * (days / REFERENCE_DAYS if self.frequency_classes else 1.0)

    def most_common(self, number: int) -> list[str]:
        """Return the countries with the most users; equal ones in the order of the table."""
        return sorted(self.homes, key=lambda code: -self.homes[code])[:number]


def _with_rest(named: dict[str, float]) -> dict[str, float]:
    rest = [code for code in CODES if code not in named]
    return named | dict.fromkeys(rest, (1.0 - sum(named.values())) / len(rest))


REALISTIC = Profile(
    name="realistic",
    homes=_with_rest({"NO": 0.78, "SE": 0.05, "DK": 0.03, "FI": 0.03, "DE": 0.02, "US": 0.03, "PL": 0.02}),
    reference_users=6_000,
    frequency_classes=True,
)
RBA_LIKE = Profile(
    name="rba_like",
    homes=_with_rest(
        {
            "NO": 0.423,
            "US": 0.278,
            "RU": 0.054,
            "BR": 0.038,
            "PL": 0.030,
            "DE": 0.029,
            "IN": 0.015,
            "UA": 0.014,
            "AU": 0.014,
            "GB": 0.014,
            "ID": 0.010,
        }
    ),
    reference_users=40_000,
    frequency_classes=False,
)
# Where another service is at home: for worlds that are to differ.
ABROAD = _with_rest({"US": 0.55, "GB": 0.08, "IN": 0.08, "CA": 0.06, "BR": 0.05, "AU": 0.04})
PROFILES = {profile.name: profile for profile in (REALISTIC, RBA_LIKE)}
