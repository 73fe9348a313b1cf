"""The contract that any store must pass.

A test class takes `StoreContract` and gives the fixtures `store` (a new, empty one) and `reopen` (a function that
opens another on the same data, to be closed by the fixture). Where several processes can share the store, it takes
`SharedStoreContract` and gives `opener` as well: how another process opens it.
"""

from .contract_accepting import Accepting
from .contract_binding import Binding
from .contract_changes import ChangingChallenges, KeepingNotes
from .contract_decisions import Beginning, Committing
from .contract_erasing import Erasing
from .contract_moving import Moving
from .contract_processes import Processes
from .contract_races import Races
from .contract_resealing import Resealing
from .contract_rings import Rings
from .contract_rows import KeepingAuthenticators, KeepingChallenges, KeepingDevices, KeepingProofs, Recording, Spending
from .contract_shared import Adding, KeepingKeys, KeepingLists, KeepingSecrets, Repeating
from .contract_whole import Whole


class StoreContract(
    Beginning,
    Rings,
    Committing,
    Recording,
    KeepingDevices,
    KeepingProofs,
    Spending,
    KeepingChallenges,
    ChangingChallenges,
    KeepingNotes,
    KeepingAuthenticators,
    KeepingKeys,
    KeepingLists,
    Repeating,
    Adding,
    KeepingSecrets,
    Erasing,
    Whole,
    Accepting,
    Moving,
    Resealing,
    Binding,
    Races,
):
    """Every method, its refusals and its races between threads."""


class SharedStoreContract(StoreContract, Processes):
    """And its races between processes, one of which may die."""
