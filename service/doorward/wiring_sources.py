"""The part of the wiring that is about where facts come from."""

from doorward import wiring_post
from doorward.ceremony import ProofReader
from doorward.core.keyed import KeyedHash
from doorward.facts.agents import UserAgents
from doorward.gather import Sources
from doorward.meter import Meter
from doorward.ports import Locator, Sealer, Store
from doorward.sealing import derive
from doorward.session_proofs import SessionProofs
from doorward.settings import Settings
from doorward.tallies import Tallies


def sources(
    settings: Settings,
    secret: bytes,
    store: Store,
    sealer: Sealer,
    proofs: ProofReader,
    locator: Locator,
    meter: Meter,
) -> Sources:
    """Return what a decision asks: the store, and what places and parses what it is told."""
    return Sources(
        store=store,
        locator=locator,
        agents=UserAgents(),
        hasher=hasher(secret),
        tallies=Tallies(store),
        sealer=sealer,
        proofs=proofs,
        session_proofs=SessionProofs(KeyedHash(derive(secret, "session-proof"))),
        meter=meter,
        device_key=derive(secret, "device-token"),
        types=frozenset(wiring_post.types(settings)),
        zone=settings.default_timezone,
    )


def hasher(secret: bytes) -> KeyedHash:
    """Return what names subjects, addresses and networks in a store that was made with *secret*."""
    return KeyedHash(derive(secret, "keyed-hash"))
