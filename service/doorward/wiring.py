"""The one place that builds the objects of the service, and the only owner of the clock."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from doorward import wiring_notices, wiring_post, wiring_sources
from doorward.api_keys import ApiKeyRing
from doorward.assertions import AssertionDesk
from doorward.ceremony import Hook, Notifier, Sender, SilentNotifier
from doorward.challenge_rows import KeptChallenges
from doorward.consequences import Keeping, Lives
from doorward.contacts import Contacts
from doorward.core.errors import DoorwardError, StoreUnavailable
from doorward.core.quotas import Quotas, quota
from doorward.decide import DecisionDesk
from doorward.deliveries import Deliveries
from doorward.explaining import Explainer
from doorward.facts.networks import GeoProvider
from doorward.gather import Sources
from doorward.health import HealthDesk
from doorward.kept import KeptRecords
from doorward.last_good import LastGood
from doorward.meter import Meter, NullMeter
from doorward.outcomes import OutcomeDesk
from doorward.own_scales import OwnScales
from doorward.owners import Owners
from doorward.passing import Passing
from doorward.policies import Policies
from doorward.policy_desk import PolicyDesk
from doorward.policy_texts import PolicyTexts
from doorward.ports import GeoState, Locator, Sealer, Store
from doorward.quotas import QuotaDesk
from doorward.realms import RealmOf
from doorward.records import RecordDesk
from doorward.reports import ReportDesk
from doorward.risk.model_file import load_scorecard
from doorward.risk.scorecard import Scorecard
from doorward.runtime_lists import ListDesk, ListedValues
from doorward.sealing import AesGcmSealer, load_keys
from doorward.services import Services
from doorward.settings import MEMORY, Settings
from doorward.store_opening import key_marks, opened, protected
from doorward.stores.guarded import GuardedStore
from doorward.subjects import Subjects
from doorward.tallies import Tallies
from doorward.tenants import Tenants
from doorward.watching import ScaleWatch, StoreWatch, Watch
from doorward.wiring_answers import answering, assertions_of

DAY = 86_400.0
TICK_SECONDS = 1.0
TICKS_TO_PRUNE = 60
SWEEP_BATCH = 200
MOST_BATCHES = 20
LAST_DELIVERIES_SECONDS = 3.0

log = structlog.get_logger()

Clock = Callable[[], float]


@dataclass(slots=True)
class Wiring:
    """A process's objects. `start` and `stop` bound the life of its background thread."""

    services: Services
    store: GuardedStore
    tallies: Tallies
    policies: Policies
    locator: Locator
    meter: Meter
    clock: Clock
    geo: GeoProvider
    watch: Watch
    store_watch: StoreWatch
    scale_watch: ScaleWatch
    deliveries: Deliveries
    explainer: Explainer
    _geo_failures: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Deliver, flush the shared sums and sweep about once a second, and prune once a minute, until `stop`.

        The tenants' own scales are taken up first, so that no decision is made without them.
        """
        self.scale_watch.look(self.clock())
        self.deliveries.start()
        self._thread = threading.Thread(target=self._keep_up, name="doorward-keep-up", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Deliver and write what is still gathered, and close the store."""
        self.deliveries.stop(LAST_DELIVERIES_SECONDS)
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self.meter.flush()
        self.tallies.flush(self.clock())
        self.store.close()

    def tick(self) -> None:
        """Do what is due every second: flush, look at files that may have changed, and tell what was seen."""
        now = self.clock()
        self.meter.flush()
        self.store_watch.look(now)
        self.tallies.flush(now)
        self.meter.tallies_dropped(self.tallies.take_dropped())
        self.geo.refresh(now)
        for _ in range(self.geo.failures - self._geo_failures):
            self.meter.look_up_failed()
        self._geo_failures = self.geo.failures
        self.watch.look(now)

    def sweep(self, now: float) -> None:
        """Delete what has outlived its use, in small batches; a store that is away is asked again next time."""
        try:
            for _ in range(MOST_BATCHES):
                if self.store.sweep(now, SWEEP_BATCH) < SWEEP_BATCH:
                    break
        except StoreUnavailable:
            self.meter.store_failed("sweep")

    def prune(self, now: float) -> None:
        """Drop the shared sums that no window reaches, and the rarest beyond the bound."""
        try:
            for tenant in self.store.tenants():
                self.tallies.prune(tenant, now)
        except StoreUnavailable:
            self.meter.store_failed("prune")

    def _keep_up(self) -> None:
        ticks = 0
        while not self._ended.wait(TICK_SECONDS):
            ticks += 1
            try:
                self.tick()
                self.sweep(self.clock())
                if ticks % TICKS_TO_PRUNE == 0:
                    self.prune(self.clock())
                    self.scale_watch.look(self.clock())
            except DoorwardError:
                # Whatever is wrong may be right in a second; the thread must be there then.
                self.meter.store_failed("keep_up")


@dataclass(frozen=True, slots=True)
class Outside:
    """What the service reaches beyond its store; a test or the sandbox hands in its own.

    *senders* carry messages, by channel, and *hook* events to operators. *notifier* hears of everything besides the
    owners and operators. *realm_of* is asked in place of the tenants' files.
    """

    locator: Locator | None = None
    senders: Mapping[str, Sender] = field(default_factory=dict)
    notifier: Notifier = field(default_factory=SilentNotifier)
    realm_of: RealmOf | None = None
    hook: Hook | None = None


def build(
    settings: Settings,
    *,
    clock: Clock = time.time,
    store: Store | None = None,
    outside: Outside | None = None,
    meter: Meter | None = None,
) -> Wiring:
    """Build everything that *settings* ask for; errors of policy, model and settings are raised by name."""
    if settings.secret is None or settings.encryption_keys is None:
        raise ValueError("the settings hold no secrets: call secret_files.with_secrets first")
    outside, meter = outside or Outside(), meter or NullMeter()
    store = protected(store or opened(settings), settings, time.monotonic, meter)
    sealer = AesGcmSealer(load_keys(settings.encryption_keys))
    policies = Policies(settings.rules_dir, last_good=last_good(settings))
    policies.load_all(clock())
    tenants = Tenants(settings.rules_dir)
    tenants.load_all(clock())
    geo = GeoProvider(settings.geo)
    assertions = assertions_of(settings, store, sealer, wiring_sources.hasher(settings.secret))
    sources = wiring_sources.sources(
        settings, settings.secret, store, sealer, assertions, outside.locator or geo, meter
    )
    keeping = Keeping(sealer, sources.device_key, _lives(settings), wiring_post.channels(settings, outside.senders))
    realm = outside.realm_of or (lambda tenant: tenants.realm(tenant, clock()))
    scoring = _scoring(settings, store, sealer, sources.tallies)
    told = wiring_notices.notices(settings, store, sources, outside.senders, outside.hook, realm, clock)
    outside = replace(outside, notifier=wiring_notices.Both(told.notifier, outside.notifier))
    parts = Parts(
        settings, clock, store, sources, policies, tenants, *scoring, keeping, assertions, geo, outside, realm, told
    )
    watches = (Watch(policies, tenants, meter), StoreWatch(store, meter), ScaleWatch(parts.scales, store, meter))
    about = (meter, clock, geo, *watches, told.deliveries)
    explainer = Explainer(sources, parts.scales, ListedValues(store, sealer))
    return Wiring(_services(parts), store, sources.tallies, policies, sources.locator, *about, explainer)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the use-cases are built of."""

    settings: Settings
    clock: Clock
    store: GuardedStore
    sources: Sources
    policies: Policies
    tenants: Tenants
    scales: OwnScales
    shadow: Scorecard | None
    keeping: Keeping
    assertions: AssertionDesk
    geo: GeoState
    outside: Outside
    realm: RealmOf
    told: wiring_notices.Notices


def last_good(settings: Settings) -> LastGood:
    """Return what keeps the policies that passed; where state is kept in memory, nothing is left behind."""
    return LastGood(None if settings.store.endswith(f"/{MEMORY}") else settings.state_dir / "policies")


def _scoring(
    settings: Settings, store: GuardedStore, sealer: Sealer, tallies: Tallies
) -> tuple[OwnScales, Scorecard | None]:
    """Return what scores every decision, and what only scores beside it."""
    card = load_scorecard(Path(settings.model))
    shadow = load_scorecard(settings.shadow_model) if settings.shadow_model else None
    return OwnScales(store, sealer, tallies, card, keep_seconds=settings.record_days * DAY), shadow


def _lives(settings: Settings) -> Lives:
    return Lives(
        record=settings.record_days * DAY,
        device=settings.device_days * DAY,
        challenge=float(settings.challenge_ttl),
    )


def _quotas(parts: Parts) -> QuotaDesk:
    """Return what counts requests: a tenant's own file goes before the operator's settings."""
    settings = parts.settings
    tenant, key = (quota(number) if number else None for number in (settings.tenant_quota, settings.key_quota))

    def quotas_of(name: str) -> Quotas:
        own = parts.realm(name).quotas
        return Quotas(tenant=own.tenant or tenant, key=own.key or key)

    return QuotaDesk(parts.store, parts.sources.hasher, quotas_of, parts.sources.meter)


def _services(parts: Parts) -> Services:
    store, sources, keeping, outside = parts.store, parts.sources, parts.keeping, parts.outside
    kept, challenges = KeptRecords(store, keeping.sealer), KeptChallenges(store, keeping.sealer)
    texts = PolicyTexts(store, keeping.sealer)
    lists = ListedValues(store, keeping.sealer)
    contacts = Contacts(Subjects(store, keeping.sealer, sources.hasher), outside.notifier, sources.meter)
    passing = Passing(sources, store, kept, keeping, parts.assertions, contacts)
    owners = Owners(contacts, outside.notifier)
    outcomes = OutcomeDesk(sources, store, kept, challenges, passing)
    answers = answering(
        parts.settings, store, sources, parts.assertions, outside.senders, outside.notifier, parts.realm, kept, passing
    )
    reports = ReportDesk(sources, store, kept, challenges, outcomes, answers.life)
    return Services(
        clock=parts.clock,
        api_keys=ApiKeyRing(store, key_marks(parts.settings.secret), _quotas(parts).count),
        decisions=DecisionDesk(sources, parts.policies, parts.scales, lists, keeping, texts, owners, parts.shadow),
        records=RecordDesk(store, kept, sources.hasher, parts.policies, texts, parts.scales),
        reports=reports,
        lists=ListDesk(store, keeping.sealer, sources.hasher, parts.policies),
        policies=PolicyDesk(parts.policies),
        challenges=answers.challenges,
        page=answers.page,
        authenticators=answers.authenticators,
        life=answers.life,
        devices=answers.devices,
        pushes=answers.pushes,
        administration=answers.administration,
        disclosure=answers.disclosure,
        assertions=parts.assertions,
        was_this_you=parts.told.was_this_you(reports),
        health=HealthDesk(store, store.away_seconds, parts.policies, parts.tenants, parts.geo, parts.scales),
        idempotency=store,
        sealer=keeping.sealer,
        meter=sources.meter,
        begin_request=store.begin_request,
    )
