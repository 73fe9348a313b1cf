"""The part of the wiring that is about subjects: what answers challenges, binds authenticators, and administers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from doorward import wiring_post
from doorward.administration import AdministrationDesk
from doorward.assertions import AssertionDesk
from doorward.attempts import Attempts
from doorward.ceremony import Notifier, Realm, Sender
from doorward.challenge import ChallengeDesk
from doorward.challenge_rows import KeptChallenges
from doorward.devices import DeviceDesk
from doorward.disclosure import DisclosureDesk
from doorward.enrolling import Enrolling
from doorward.enrolment import EnrolmentDesk
from doorward.gather import Sources
from doorward.kept import KeptRecords
from doorward.leaves import Leaves
from doorward.life import LifeDesk
from doorward.passed import PassedChallenges
from doorward.passing import Passing
from doorward.ports import Store
from doorward.realms import Ceremonies
from doorward.settings import Settings
from doorward.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Answering:
    """What stands on the same verifiers and counters."""

    challenges: ChallengeDesk
    authenticators: EnrolmentDesk
    life: LifeDesk
    devices: DeviceDesk
    administration: AdministrationDesk
    disclosure: DisclosureDesk


def answering(
    settings: Settings,
    store: Store,
    sources: Sources,
    assertions: AssertionDesk,
    senders: Mapping[str, Sender],
    notifier: Notifier,
    realm_of: Callable[[str], Realm],
    records: KeptRecords,
    passing: Passing,
) -> Answering:
    """Build everything that challenges and authenticators need."""
    subjects, attempts = Subjects(store, sources.sealer, sources.hasher), Attempts(store)
    post, types = wiring_post.post(settings, store, sources, senders), wiring_post.types(settings)
    ceremonies = Ceremonies(realm_of, codes_from=lambda: store.epoch_info().accepted_at)
    kept, passed = KeptChallenges(store, sources.sealer), PassedChallenges(store, records, passing, notifier)
    leaves, enrolling = Leaves(assertions, store, kept), Enrolling(kept, passed)
    binding = EnrolmentDesk(subjects, types, attempts, ceremonies, post, leaves, enrolling, notifier)
    return Answering(
        ChallengeDesk(kept, subjects, types, attempts, ceremonies, post, passed, enrolling, notifier),
        binding,
        LifeDesk(subjects, attempts, leaves, notifier),
        DeviceDesk(store, subjects, notifier),
        AdministrationDesk(store, subjects, attempts, binding, notifier),
        DisclosureDesk(store, subjects, records, notifier),
    )
