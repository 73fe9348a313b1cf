"""Facts made of what a store, or a replay of a log, holds of one attempt: pure, and one code for both."""

from typing import NamedTuple

from doorward.core import velocity
from doorward.core.facts import DeviceFacts, VelocityFacts
from doorward.core.history import device_use
from doorward.core.population import Population
from doorward.device_tokens import Presented


class Rings(NamedTuple):
    """The velocity rings that this attempt is counted in already; None where it has no such party."""

    subject: bytes
    address: bytes | None
    prefix: bytes | None
    device: bytes | None


def velocity_facts(rings: Rings, population: Population, asn_mark: int, now: float) -> VelocityFacts:
    """Return every count of the windows that end at *now*, and the shares of failures that *population* holds."""
    ratio, attempts = population.tenant_failure_ratio(now)
    return VelocityFacts(
        counts=velocity.count(*rings, now),
        asn_failure_ratio_1h=population.asn_failure_ratio(asn_mark, now),
        tenant_failure_ratio_10m=ratio,
        tenant_attempts_10m=attempts,
    )


def device_facts(collected: bool, token: Presented, profile: bytes | None, now: float) -> DeviceFacts:
    """Return what the token says, and how the subject of *profile* stands to its device."""
    if not collected:
        return DeviceFacts(reason="no device token was collected")
    if token.state != "valid":
        copied = "a token of this device that was replaced long ago" if token.is_copy else ""
        return DeviceFacts(token_state=token.state, known=False, remembered=False, reason=copied)
    use = device_use(profile, token.device_id, now)
    return DeviceFacts(
        token_state=token.state,
        device_id=token.device_id,
        seen=use.seen,
        known=use.known,
        remembered=use.remembered,
        first_used_at=use.first_used_at,
    )
