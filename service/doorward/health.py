"""Whether the service can do its work, and what an operator should look at though it can."""

from collections.abc import Callable
from typing import Any

from doorward.core.errors import StoreNotAccepted, StoreUnavailable
from doorward.core.standing import Standing
from doorward.core.times import rfc3339
from doorward.own_scales import OwnScales
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
        scales: OwnScales,
    ) -> None:
        self._store = store
        self._away_seconds = away_seconds
        self._policies = policies
        self._tenants = tenants
        self._geo = geo
        self._scales = scales

    def ready(self, now: float) -> tuple[bool, Json]:
        """Answer whether decisions can be made in full; a missing geo database or a refused policy only warns."""
        store = self._store_state()
        accepted = bool(store["accepted"])
        policies = [self._policy(tenant, now) for tenant in self._policies.loaded()]
        geo = self._geo.state()
        return accepted, {
            "status": "ready" if accepted else "degraded",
            "store": store | {"away_since": self._away_since(now)},
            "policies": policies,
            "tenants": [_tenant(name, loaded) for name, loaded in self._tenants.loaded(now).items()],
            "model": self._scales.model,
            "own_scales": [_scale(each) for each in self._scales.standings()],
            "geo": geo,
        }

    def _away_since(self, now: float) -> str | None:
        """Return since when this worker does without the store; None while it asks it."""
        seconds = self._away_seconds()
        return None if seconds is None else rfc3339(now - seconds)

    def _store_state(self) -> Json:
        """Return what is known of the store; whether one that does not answer would be accepted is not known."""
        try:
            self._store.ping()
            warnings = self._store.warnings()
        except StoreNotAccepted as refusal:
            return {"reachable": True, "accepted": False, "reason": str(refusal), "warnings": [str(refusal)]}
        except StoreUnavailable as refusal:
            return {"reachable": False, "accepted": None, "reason": str(refusal), "warnings": [str(refusal)]}
        return {"reachable": True, "accepted": True, "reason": None, "warnings": warnings}

    def _policy(self, tenant: str, now: float) -> Json:
        loaded = self._policies.current(tenant, now)
        return {
            "tenant": tenant,
            "digest": loaded.policy.digest,
            "loaded_at": rfc3339(loaded.loaded_at),
            "reload": "refused" if loaded.error else "ok",
        }


def _scale(standing: Standing) -> Json:
    return {
        "tenant": standing.tenant,
        "version": standing.version or None,
        "n": standing.n,
        "held": list(standing.held),
        "held_since": rfc3339(standing.held_since) if standing.held else None,
    }


def _tenant(name: str, loaded: LoadedTenant) -> Json:
    return {
        "tenant": name,
        "loaded_at": rfc3339(loaded.loaded_at),
        "reload": "refused" if loaded.error else "ok",
    }
