"""How often, as `core.velocity` counted it."""

from collections.abc import Callable

from doorward.core.signals.base import Attempt, Unknown
from doorward.core.signals.reasons import UNREACHABLE

_NOT_COUNTED = {
    "ip": Unknown("no address was sent"),
    "prefix": Unknown("no address was sent"),
    "device": Unknown("no device to count by"),
}
_NOTHING_COUNTED = Unknown("nothing was counted")


def counted(name: str) -> Callable[[Attempt], int | Unknown]:
    """Return the function of the signal `velocity.` *name*."""
    missing = _NOT_COUNTED.get(name.split("_")[0], _NOTHING_COUNTED)

    def signal(attempt: Attempt) -> int | Unknown:
        velocity = attempt.facts.velocity
        return velocity.counts.get(name, missing) if velocity.reachable else UNREACHABLE

    return signal


def asn_failure_ratio_1h(attempt: Attempt) -> float | Unknown:
    return _ratio(attempt, attempt.facts.velocity.asn_failure_ratio_1h)


def tenant_failure_ratio_10m(attempt: Attempt) -> float | Unknown:
    return _ratio(attempt, attempt.facts.velocity.tenant_failure_ratio_10m)


def _ratio(attempt: Attempt, value: float | None) -> float | Unknown:
    """The ratios are gathered in each worker: they outlive an unreachable store for as long as they are known."""
    if value is not None:
        return float(value)
    return _NOTHING_COUNTED if attempt.facts.velocity.reachable else UNREACHABLE
