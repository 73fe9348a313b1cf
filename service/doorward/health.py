"""Whether the service can do its work, and what an operator should look at though it can."""

from collections.abc import Callable
from typing import Any

from doorward.core.errors import StoreUnavailable
from doorward.core.times import rfc3339
from doorward.policies import Policies
from doorward.ports import GeoState, Store
from doorward.tenants import LoadedTenant, Tenants

Json = dict[str, Any]


class HealthDesk:
    """Implements `services.Health`."""

    def __init__(
        self,
        store: Store,
        away_seconds: Callable[[], float | None],
        policies: Policies,
        tenants: Tenants,
        geo: GeoState,
        model: str,
    ) -> None:
        self._store = store
        self._away_seconds = away_seconds
        self._policies = policies
        self._tenants = tenants
        self._geo = geo
        self._model = model

    def ready(self, now: float) -> tuple[bool, Json]:
        """Answer whether decisions can be made in full; a missing geo database or a refused policy only warns."""
        reachable, warnings = self._reach()
        policies = [self._policy(tenant, now) for tenant in self._policies.loaded()]
        geo = self._geo.state()
        return reachable, {
            "status": "ready" if reachable else "degraded",
            "store": {"reachable": reachable, "away_since": self._away_since(now), "warnings": warnings},
            "policies": policies,
            "tenants": [_tenant(name, loaded) for name, loaded in self._tenants.loaded(now).items()],
            "model": self._model,
            "geo": geo,
        }

    def _away_since(self, now: float) -> str | None:
        """Return since when this worker does without the store; None while it asks it."""
        seconds = self._away_seconds()
        return None if seconds is None else rfc3339(now - seconds)

    def _reach(self) -> tuple[bool, list[str]]:
        try:
            self._store.ping()
        except StoreUnavailable as refusal:
            return False, [str(refusal)]
        return True, self._store.warnings()

    def _policy(self, tenant: str, now: float) -> Json:
        loaded = self._policies.current(tenant, now)
        return {
            "tenant": tenant,
            "digest": loaded.policy.digest,
            "loaded_at": rfc3339(loaded.loaded_at),
            "reload": "refused" if loaded.error else "ok",
        }


def _tenant(name: str, loaded: LoadedTenant) -> Json:
    return {
        "tenant": name,
        "loaded_at": rfc3339(loaded.loaded_at),
        "reload": "refused" if loaded.error else "ok",
    }
