"""Sign-ins told to a service in one process, with its records, and the same as events of a log."""

from dataclasses import dataclass
from typing import Any

from doorward.core.record import DecisionRecord
from doorward.core.times import rfc3339
from doorward.facts.agents import UserAgents
from doorward.facts.networks import OverriddenLocator, Silence, read_networks
from doorward.kept import KeptRecords
from doorward.offline.past import Past
from doorward.offline.shelf import Shelf

from ..line.conftest import FIREFOX, NETWORKS, NEW_YORK, NOWHERE, OSLO_TWO, TOR, House, enrolled, login

DAY = 86_400

SCENES = [
    (0, login("ada")),
    (DAY, login("ada", ip=OSLO_TWO)),
    (2 * DAY, login("ada", agent=FIREFOX)),
    (60, login("ben", ip=OSLO_TWO, result="failed")),
    (5, login("ben", ip=OSLO_TWO, result="failed", attempt_id="one")),
    (5, login("ben", ip=OSLO_TWO, result="passed", attempt_id="one")),
    (3 * DAY, login("ada", ip=NEW_YORK)),
    (60, login("ada", ip=TOR, result="failed")),
    (10, login("cleo", ip=NOWHERE, agent=None)),
    (10, login("cleo", ip=None, result="pending")),
    (4 * DAY, login("ada")),
    (600, login("ada", ip=NEW_YORK)),
    (DAY, login("cleo")),
    (DAY / 2, login("ada", kind="action", action={"name": "payments.transfer", "binding": {"amount": "5.00"}})),
    (DAY, login("ben")),
]


@dataclass
class Served:
    """What was asked of the service, and what it recorded."""

    requests: list[dict[str, Any]]
    records: list[DecisionRecord]

    def events(self) -> list[dict[str, Any]]:
        """Return the same sign-ins as canonical events; what was verified is what the service had learned from."""
        return [
            {
                "at": rfc3339(record.at),
                "request": request,
                "verified": record.learned,
                "facts": {"enrolment": {"types": list(record.facts.enrolment.types)}},
            }
            for request, record in zip(self.requests, self.records, strict=True)
        ]


def served_by(house: House) -> Served:
    """Tell all SCENES to *house*."""
    kept = KeptRecords(house.wiring.store, house.wiring.services.sealer)
    enrolled(house, "ada")
    records = []
    for wait, request in SCENES:
        house.wait(wait)
        decided = house.post("/v1/decisions", request).get_json()
        records.append(kept.read("default", decided["id"], house.now[0]))
    return Served([request for _, request in SCENES], records)


def past(shelf: Shelf | None = None) -> Past:
    """Return a memory that knows the networks of the house."""
    locator = OverriddenLocator(Silence(), read_networks(NETWORKS))
    return Past(locator=locator, agents=UserAgents(), shelf=shelf or Shelf())
