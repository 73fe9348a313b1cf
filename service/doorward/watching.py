"""Tells the operator, once, of each change in what decides: files and store, in force or refused."""

from dataclasses import dataclass, field

import structlog

from doorward.core.errors import StoreNotAccepted, StoreUnavailable
from doorward.core.standing import Standing
from doorward.meter import Meter
from doorward.own_scales import OwnScales
from doorward.policies import Loaded, Policies
from doorward.policy.findings import Finding
from doorward.ports import Store
from doorward.tenants import LoadedTenant, Tenants

MOST_FINDINGS = 10

log = structlog.get_logger()

Seen = tuple[object, tuple[Finding, ...]]


@dataclass(slots=True)
class Watch:
    """Looks at the files of all tenants; what stood there at the first look is no change, but a refusal is told."""

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
        refused = bool(seen[1])
        return refused if before is None else before != seen


@dataclass(slots=True)
class StoreWatch:
    """Looks whether the store is still the one that was accepted, and leaves a moment in it."""

    store: Store
    meter: Meter
    _refused: str = ""

    def look(self, now: float) -> None:
        """Leave *now* in the store; log where it was refused, and where it no longer is."""
        refused = ""
        try:
            self.store.look()
            self.store.beat(now)
        except StoreNotAccepted as refusal:
            refused = str(refusal)
        except StoreUnavailable:
            # The breaker tells of it; nothing was found out.
            return
        self.meter.store_accepted(not refused)
        if refused and refused != self._refused:
            log.error("store_refused", reason=refused)
        elif self._refused and not refused:
            log.warning("store_accepted")
        self._refused = refused


@dataclass(slots=True)
class ScaleWatch:
    """Looks after the tenants' own scales, and tells which follow their sign-ins and which are held."""

    scales: OwnScales
    store: Store
    meter: Meter
    _told: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def look(self, now: float) -> None:
        """Make and take up what is due for every tenant; log what is new in force, and what has begun to be held."""
        if self.scales.dated_at is not None:
            self.meter.model_dated(self.scales.model, self.scales.dated_at)
        try:
            for standing in self.scales.look(self.store.tenants(), now):
                self._tell(standing)
        except StoreUnavailable:
            # What is in force stays; the next look comes in a minute.
            self.meter.store_failed("own_scale")

    def _tell(self, standing: Standing) -> None:
        self.meter.own_scale(standing)
        version, held = self._told.get(standing.tenant, ("", ()))
        self._told[standing.tenant] = (standing.version, standing.held)
        if standing.version != version:
            log.info("own_scale_in_force", tenant=standing.tenant, version=standing.version, n=standing.n)
        if standing.held and standing.held != held:
            log.warning("own_scale_held", tenant=standing.tenant, reasons=list(standing.held))
        elif held and not standing.held:
            log.info("own_scale_follows", tenant=standing.tenant)


def _lines(findings: tuple[Finding, ...]) -> list[str]:
    return [str(each) for each in findings[:MOST_FINDINGS]]
