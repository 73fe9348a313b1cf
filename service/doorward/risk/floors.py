"""Deterministic findings, which raise the level and never the score: attacks that no history can have seen before.

A finding that rests on a count or ratio which is not known is not made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from doorward.core.facts import Facts

LEVELS = ("low", "medium", "high")
# The level of an attempt that could not be scored, and that no finding raises.
UNSCORED = "unknown"


@dataclass(frozen=True, slots=True)
class Floor:
    """One row of FLOORS: what it is, the level that it raises to, and when it is found."""

    name: str
    doc: str
    level: str
    found: Callable[[Facts], bool]


def floors_of(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return the name and the level of every finding."""
    if not facts.velocity.counts and facts.velocity.tenant_failure_ratio_10m is None:
        return ()
    found = [(floor.name, floor.level) for floor in FLOORS if floor.found(facts)]
    return tuple(found) if found else ()


def level_of(score: float | None, floors: tuple[tuple[str, str], ...], levels: Mapping[str, float]) -> str:
    """Return the highest level that *score* reaches in *levels* or that a floor raises it to.

    Without a score it is `unknown`, unless a floor says more.
    """
    highest = 0
    for _, level in floors:
        highest = max(highest, LEVELS.index(level))
    if score is None:
        return LEVELS[highest] if highest else UNSCORED
    for level, least in levels.items():
        if score >= least and level in LEVELS:
            highest = max(highest, LEVELS.index(level))
    return LEVELS[highest]


def _counted(facts: Facts, name: str) -> int:
    return facts.velocity.counts.get(name, 0)


def _spray(facts: Facts) -> bool:
    """Many subjects from one address, most of them failing: not a company's shared one, where most succeed."""
    if _counted(facts, "ip_subjects_1h") < 10:
        return False
    failures, attempts = _counted(facts, "ip_failures_1h"), _counted(facts, "ip_attempts_1h")
    return failures >= 8 and failures >= 0.6 * attempts


def _stuffing_wave(facts: Facts) -> bool:
    """Most sign-ins of the tenant fail, and this is not a device that its subject is known on."""
    velocity = facts.velocity
    ratio = velocity.tenant_failure_ratio_10m
    return ratio is not None and ratio >= 0.8 and velocity.tenant_attempts_10m >= 50 and not facts.device.known


def _brute_force(facts: Facts) -> bool:
    return _counted(facts, "subject_failures_1h") >= 10


def _device_fan_out(facts: Facts) -> bool:
    """More subjects on one device than a family has."""
    return _counted(facts, "device_subjects_24h") >= 6


FLOORS: tuple[Floor, ...] = (
    Floor("spray", "10 subjects from one address in an hour, most of them failing", "high", _spray),
    Floor("stuffing_wave", "80 % of 50 sign-ins of the tenant fail in ten minutes", "medium", _stuffing_wave),
    Floor("brute_force", "10 failures of one subject in an hour", "medium", _brute_force),
    Floor("device_fan_out", "6 subjects on one device in a day", "medium", _device_fan_out),
)
