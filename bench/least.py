"""What HTTP and the two trips to the store cost by themselves: Doorward, served as it is, with decisions that compute
nothing.

Each request goes through the same server, door and checks. Then it is the same trips as those of `bench/trips.py`: a
known person is counted and read, and their record, history and browser are written, whoever was asked about. The
answer is one that was decided when the worker began. What a decision could be at best, if everything between was free.
"""

import itertools
import os
import time
from dataclasses import dataclass, field, replace
from typing import Any

import people
import trips
from doorward import serving
from doorward.cli.common import prepared_settings
from doorward.cli.serve import prepare, welcome, worker
from doorward.ports import Store
from doorward.settings import Settings

Json = dict[str, Any]


@dataclass(slots=True)
class Least:
    """Decides everything as it was decided once, after both trips."""

    store: Store
    answer: Json
    # No two workers write the same record.
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(os.getpid() << 32))
    people: list[trips.Person] = field(init=False)

    def __post_init__(self) -> None:
        now = time.time()
        self.people = [trips.Person.numbered(number, now) for number in range(trips.PEOPLE)]
        for each in self.people:
            self.store.put_device(trips.TENANT, each.device, now)

    def decide(self, _tenant: str, _request: object, now: float) -> Json:
        number = next(self.numbers)
        person = self.people[number % trips.PEOPLE]
        self.store.begin(person.keys, person.observation(number), now)
        self.store.commit(person.changes(number, now), now)
        return self.answer


def built(settings: Settings) -> serving.Built:
    """Build what a worker serves, with decisions that compute nothing."""
    from doorward import wiring
    from doorward.api.requests import to_request

    build = wiring.build

    def least(*arguments: Any, **named: Any) -> wiring.Wiring:
        made = build(*arguments, **named)
        person = people.Person.numbered(1)
        sent = people.login(person, person.addresses[0], person.agents[0], passed=True)
        answer = made.services.decisions.decide(trips.TENANT, to_request(sent), time.time())
        return replace(made, services=replace(made.services, decisions=Least(made.store, answer)))

    wiring.build = least
    return worker(settings)


def main() -> None:
    settings = prepared_settings()
    with serving.counts_folder():
        key = prepare(settings)
        plan = serving.Plan(
            build=lambda: built(settings),
            announce=lambda url: print(welcome(url, key), flush=True),
            check=lambda: prepare(settings),
        )
        serving.run_metered(settings, plan)


if __name__ == "__main__":
    main()
