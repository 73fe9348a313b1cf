"""Tells the operator, once, of each change in the files that decide: what is in force, and what was refused."""

from dataclasses import dataclass, field

import structlog

from doorward.meter import Meter
from doorward.policies import Loaded, Policies
from doorward.policy.findings import Finding
from doorward.tenants import LoadedTenant, Tenants

MOST_FINDINGS = 10

log = structlog.get_logger()

Seen = tuple[object, tuple[Finding, ...]]


@dataclass(slots=True)
class Watch:
    """Looks at the files of all tenants; what stood there at the first look is no change."""

    policies: Policies
    tenants: Tenants
    meter: Meter
    _told: dict[tuple[str, str], Seen] = field(default_factory=dict)

    def look(self, now: float) -> None:
        """Take up what has changed, and log it; the metrics hear how each policy stands every time."""
        for tenant in self.policies.loaded():
            self._policy(tenant, self.policies.current(tenant, now))
        for tenant, loaded in self.tenants.loaded(now).items():
            self._tenant(tenant, loaded)

    def _policy(self, tenant: str, loaded: Loaded) -> None:
        if loaded.error:
            self.meter.policy_refused(tenant)
        else:
            self.meter.policy_loaded(tenant, loaded.loaded_at)
        if not self._is_news("policy", tenant, (loaded.policy.digest, loaded.error)):
            return
        if loaded.error:
            log.warning("policy_refused", tenant=tenant, findings=_lines(loaded.error))
        else:
            log.info("policy_loaded", tenant=tenant, digest=loaded.policy.digest)

    def _tenant(self, tenant: str, loaded: LoadedTenant) -> None:
        if not self._is_news("tenant", tenant, (loaded.realm, loaded.error)):
            return
        if loaded.error:
            log.warning("tenant_refused", tenant=tenant, findings=_lines(loaded.error))
        else:
            log.info("tenant_loaded", tenant=tenant)

    def _is_news(self, what: str, tenant: str, seen: Seen) -> bool:
        before = self._told.get((what, tenant))
        self._told[what, tenant] = seen
        return before is not None and before != seen


def _lines(findings: tuple[Finding, ...]) -> list[str]:
    return [str(each) for each in findings[:MOST_FINDINGS]]
