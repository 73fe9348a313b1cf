"""The part of the wiring that is about subjects: what answers challenges, binds authenticators, and administers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from doorward import wiring_post
from doorward.administration import AdministrationDesk
from doorward.assertions import AssertionDesk
from doorward.attempts import Attempts
from doorward.authenticators.device_keys import DeviceKeys
from doorward.ceremony import Notifier, Realm, Sender
from doorward.challenge import ChallengeDesk
from doorward.challenge_rows import KeptChallenges
from doorward.core.keyed import KeyedHash
from doorward.device_places import DevicePlaces
from doorward.devices import DeviceDesk
from doorward.disclosure import DisclosureDesk
from doorward.enrolling import Enrolling
from doorward.enrolment import EnrolmentDesk
from doorward.gather import Sources
from doorward.kept import KeptRecords
from doorward.leaves import Leaves
from doorward.life import LifeDesk
from doorward.page_desk import PageDesk
from doorward.passed import PassedChallenges
from doorward.passing import Passing
from doorward.ports import Sealer, Store
from doorward.push_desk import PushDesk
from doorward.pushes import CHANNEL as PUSH
from doorward.pushes import Pushes
from doorward.realms import Ceremonies
from doorward.settings import Settings
from doorward.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Answering:
    """What stands on the same verifiers and counters."""

    challenges: ChallengeDesk
    page: PageDesk
    authenticators: EnrolmentDesk
    life: LifeDesk
    devices: DeviceDesk
    pushes: PushDesk
    administration: AdministrationDesk
    disclosure: DisclosureDesk


def assertions_of(settings: Settings, store: Store, sealer: Sealer, hasher: KeyedHash) -> AssertionDesk:
    """Build what signs, checks and spends proofs."""
    subjects = Subjects(store, sealer, hasher)

    def counted_from(tenant: str, subject_id: str, now: float) -> float:
        return subjects.read(tenant, subjects.key(tenant, subject_id), now).proofs_from

    return AssertionDesk(
        store,
        store,
        sealer,
        settings.issuer,
        algorithm=settings.signing_algorithm,
        codes_from=lambda: store.epoch_info().codes_from,
        proofs_from=counted_from,
    )


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
    places, carriers = DevicePlaces(store, sources.sealer, sources.hasher), wiring_post.senders(settings, senders)
    post, types = wiring_post.post(settings, store, sources, carriers), wiring_post.types(settings)
    pushes = Pushes(store, places, carriers.get(PUSH), sources.meter)
    ceremonies = Ceremonies(realm_of, codes_from=lambda: store.epoch_info().codes_from)
    kept, passed = KeptChallenges(store, sources.sealer), PassedChallenges(store, records, passing, notifier)
    leaves, enrolling = Leaves(assertions, kept), Enrolling(kept, passed)
    binding = EnrolmentDesk(subjects, types, attempts, ceremonies, post, places, leaves, enrolling, notifier)
    challenges = ChallengeDesk(kept, subjects, types, attempts, ceremonies, post, pushes, passed, enrolling, notifier)
    return Answering(
        challenges,
        PageDesk(kept, challenges, binding, passed, subjects, realm_of),
        binding,
        LifeDesk(subjects, attempts, places, leaves, notifier),
        DeviceDesk(store, subjects, notifier),
        PushDesk(kept, records, subjects, places, DeviceKeys(), attempts, passed, challenges, binding),
        AdministrationDesk(store, subjects, attempts, places, binding, notifier),
        DisclosureDesk(store, subjects, places, records, notifier),
    )
