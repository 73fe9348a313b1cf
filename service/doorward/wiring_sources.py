"""The part of the wiring that is about where facts come from."""

from doorward.core.keyed import KeyedHash
from doorward.facts.agents import UserAgents
from doorward.gather import Sources
from doorward.meter import Meter
from doorward.ports import Locator, ProofReader, Sealer, Store
from doorward.sealing import derive
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
    return Sources(
        store=store,
        locator=locator,
        agents=UserAgents(),
        hasher=KeyedHash(derive(secret, "keyed-hash")),
        tallies=Tallies(store),
        sealer=sealer,
        proofs=proofs,
        meter=meter,
        device_key=derive(secret, "device-token"),
        zone=settings.default_timezone,
    )
