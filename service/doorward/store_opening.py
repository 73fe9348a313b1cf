"""Opens the store of the settings, and puts before it what keeps callers from one that cannot be used."""

from collections.abc import Callable

import structlog

from doorward.api_keys import ApiKeyRing
from doorward.core.keyed import KeyedHash
from doorward.meter import Meter
from doorward.ports import Store
from doorward.sealing import AesGcmSealer, derive, load_keys
from doorward.settings import Settings
from doorward.store_secrets import check_secrets
from doorward.stores import open_store
from doorward.stores.admission import admitted
from doorward.stores.guarded import GuardedStore, guarded

BUSY_SECONDS = 0.5

log = structlog.get_logger()


def opened(settings: Settings) -> Store:
    """Return the store of *settings* as it is: nobody has looked yet whether it may be used."""
    return open_store(
        settings.store,
        state_dir=settings.state_dir,
        busy_seconds=BUSY_SECONDS,
        connect_seconds=settings.store_connect_ms / 1000,
        command_seconds=settings.store_command_ms / 1000,
        replicas=settings.store_replicas,
    )


def refuse_other_secrets(store: Store, settings: Settings) -> None:
    """Refuse a store that was made with other secrets than those of *settings*."""
    keys = load_keys(settings.encryption_keys or "")
    sealers = {key_id: AesGcmSealer({key_id: key}) for key_id, key in keys.items()}
    check_secrets(store, mark=derive(settings.secret or b"", "store-check"), sealers=sealers)


def ring_of(store: Store, settings: Settings) -> ApiKeyRing:
    """Return what makes and proves the API keys of *store*; it counts no use."""
    return ApiKeyRing(store, key_marks(settings.secret))


def key_marks(secret: bytes | None) -> KeyedHash:
    """Return what proves that a row of an API key was made by a service with *secret*."""
    return KeyedHash(derive(secret or b"", "api-key-row"))


def protected(store: Store, settings: Settings, monotonic: Callable[[], float], meter: Meter) -> GuardedStore:
    """Return *store* behind a circuit breaker; it is used only where it was accepted and made with our secrets."""
    return guarded(admitted(store, lambda found: refuse_other_secrets(found, settings)), monotonic, _teller(meter))


def _teller(meter: Meter) -> Callable[[bool], None]:
    """Return what hears of a store that goes and comes back."""
    meter.store_available(True)

    def tell(away: bool) -> None:
        meter.store_available(not away)
        if away:
            log.error("store_away", effect="decisions are degraded until it is back")
        else:
            log.warning("store_back")

    return tell
