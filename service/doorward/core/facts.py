"""What was found out about one attempt: the answers of the look-ups and of the history, never the profile itself.

Facts are recorded with the decision, so that signals, score and ruling can be computed again from them alone.
None means «not known»; the `reason` beside it says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

# The values of an attempt that history compares, from the narrowest network to the widest habit.
LEVELS = ("ip", "prefix", "asn", "country", "city", "agent", "browser", "os", "device_type", "language")


class Recorded:
    """Turns a flat dataclass into JSON without its defaults, and back."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, default in _defaults(type(self)):
            value = getattr(self, name)
            if value != default:
                out[name] = list(value) if isinstance(value, tuple) else value
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from `to_json`; a name that this version does not know is left out."""
        known = {name for name, _ in _defaults(cls)}
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known})


_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {}


def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    if kind not in _DEFAULTS:
        blank = kind()
        _DEFAULTS[kind] = tuple((each.name, getattr(blank, each.name)) for each in fields(kind))
    return _DEFAULTS[kind]


@dataclass(frozen=True, slots=True)
class NetworkFacts(Recorded):
    """What the address says. *address* is canonical (an IPv4-mapped one is unwrapped), *prefix* its /24 or /48.

    *version* is 4 or 6, and 0 where no address was sent. Distances in km, coordinates in degrees.
    *kind* is residential, mobile, corporate, hosting, vpn or tor.
    *location_reason*, *asn_reason*, *kind_reason* say why the group is unknown, and are empty where it is known.
    """

    address: str = ""
    prefix: str = ""
    version: int = 0
    private: bool = False
    country: str | None = None
    region: str | None = None
    city: str | None = None
    timezone: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_km: float | None = None
    asn: int | None = None
    as_org: str | None = None
    kind: str | None = None
    anonymous: bool | None = None
    hosting: bool | None = None
    location_reason: str = ""
    asn_reason: str = ""
    kind_reason: str = ""


@dataclass(frozen=True, slots=True)
class AgentFacts(Recorded):
    """What the user agent says. *type* is desktop, mobile, tablet, bot or other; *reason* says why it is unknown."""

    type: str | None = None
    browser: str | None = None
    browser_major: int | None = None
    os: str | None = None
    bot: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeviceFacts(Recorded):
    """What the device token says.

    *token_state* is none, valid, expired, revoked or foreign, and None where no token was collected.
    *seen* says that this subject has used the device, *known* that it did so in settled history.
    """

    token_state: str | None = None
    device_id: str = ""
    seen: bool = False
    known: bool | None = None
    remembered: bool | None = None
    first_used_at: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HistoryFacts(Recorded):
    """The subject's verified history, asked about this attempt. Weights are decayed to the time of the attempt.

    *reachable* is False where the store could not be read: then nothing here is known.
    *logins* is the decayed weight of the verified sign-ins, *events* their number, *settled* the number that is no
    longer quarantined. *counts[level]* is the weight of sign-ins that share this attempt's value at that level,
    *totals[level]* the weight of those that have a known value there; a level is missing where the attempt has none.
    *hour_share* is the smoothed share of sign-ins around this hour of the week relative to the busiest (0 to 1).
    *nearest_km* is the distance to the nearest place of the history. *last_* describe the last verified sign-in.
    *zone* is the time zone that most verified sign-ins came from, empty where none is known.
    *on_returning* is the weight of the sign-ins on a device that made more than one of them: little where a browser
    keeps no token. None in records of older versions.
    *before_network* is the share (0 to 1) of the sign-ins that were made before the first one from this attempt's
    network: 1 where none came from it. None where the network is not known, and in records of older versions.
    """

    reachable: bool = True
    logins: float = 0.0
    events: int = 0
    settled: int = 0
    first_seen_at: float | None = None
    last_at: float | None = None
    last_country: str | None = None
    last_lat: float | None = None
    last_lon: float | None = None
    last_accuracy_km: float | None = None
    last_kind: str | None = None
    last_anonymous: bool | None = None
    nearest_km: float | None = None
    hour_share: float | None = None
    zone: str = ""
    fingerprint_known: bool | None = None
    on_returning: float | None = None
    before_network: float | None = None
    usual_country: str = ""
    credential_changed_at: float | None = None
    flags: tuple[str, ...] = ()
    counts: Mapping[str, float] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VelocityFacts(Recorded):
    """How often, in the windows that end with this attempt. *counts* holds one entry for each int `velocity.*` signal.

    The ratios are shares of failures in 0 to 1, smoothed; None where nothing was counted yet.
    """

    reachable: bool = True
    counts: Mapping[str, int] = field(default_factory=dict)
    asn_failure_ratio_1h: float | None = None
    tenant_failure_ratio_10m: float | None = None
    tenant_attempts_10m: int = 0


@dataclass(frozen=True, slots=True)
class PopulationFacts(Recorded):
    """How common this attempt's values are in the tenant: decayed counts of the verified sign-ins of all subjects.

    *counts[level]* is C_v, *totals[level]* is N, *distinct[level]* is V of detection 4.1.
    """

    version: int = 0
    counts: Mapping[str, float] = field(default_factory=dict)
    totals: Mapping[str, float] = field(default_factory=dict)
    distinct: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EnrolmentFacts(Recorded):
    """The types of the subject's active authenticators; *readable* is False where the store could not tell.

    *blocked* are the types of those that are bound but suspended or disabled: whoever has such is not «unenrolled».
    """

    readable: bool = True
    types: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything found out about one attempt. *zone* is the tenant's default time zone."""

    network: NetworkFacts = NetworkFacts()
    agent: AgentFacts = AgentFacts()
    device: DeviceFacts = DeviceFacts()
    history: HistoryFacts = HistoryFacts()
    velocity: VelocityFacts = VelocityFacts()
    population: PopulationFacts = PopulationFacts()
    enrolment: EnrolmentFacts = EnrolmentFacts()
    zone: str = "UTC"

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {name: getattr(self, name).to_json() for name in FACT_GROUPS}
        return {name: value for name, value in out.items() if value} | {"zone": self.zone}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        groups: dict[str, Any] = {name: kind.from_json(data.get(name) or {}) for name, kind in FACT_GROUPS.items()}
        return cls(**groups, zone=data.get("zone", "UTC"))


FACT_GROUPS: dict[str, type[Recorded]] = {
    "network": NetworkFacts,
    "agent": AgentFacts,
    "device": DeviceFacts,
    "history": HistoryFacts,
    "velocity": VelocityFacts,
    "population": PopulationFacts,
    "enrolment": EnrolmentFacts,
}
