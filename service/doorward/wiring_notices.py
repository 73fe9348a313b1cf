"""The part of the wiring that is about notices: what tells owners and operators, and the links that ask them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from doorward.budgets import SendBudgets
from doorward.ceremony import Hook, Notice, Notifier, Sender
from doorward.core.send_limits import NOTICE_LIMITS
from doorward.deliveries import Deliveries
from doorward.gather import Sources
from doorward.kept import KeptRecords
from doorward.notifying import Notifying
from doorward.owner_mail import OwnerMail
from doorward.ports import Store
from doorward.realms import RealmOf
from doorward.reports import ReportDesk
from doorward.senders import open_senders
from doorward.senders.events import EventHook
from doorward.settings import Settings
from doorward.subjects import Subjects
from doorward.was_this_you import Links, WasThisYouDesk

ALARMS, CHANGES = "alarms", "changes"


@dataclass(frozen=True, slots=True)
class Both:
    """Tells one notifier, then another."""

    first: Notifier
    second: Notifier

    def tell(self, notice: Notice) -> None:
        self.first.tell(notice)
        self.second.tell(notice)


@dataclass(frozen=True, slots=True)
class Notices:
    """What tells, what carries it in the background, and what takes in the answers."""

    notifier: Notifying
    deliveries: Deliveries
    store: Store
    links: Links
    records: KeptRecords
    subjects: Subjects
    realm_of: RealmOf

    def was_this_you(self, reports: ReportDesk) -> WasThisYouDesk:
        return WasThisYouDesk(
            self.store, self.links, self.records, reports, self.subjects, self.realm_of, self.notifier
        )


def notices(
    settings: Settings,
    store: Store,
    sources: Sources,
    senders: Mapping[str, Sender],
    hook: Hook | None,
    realm_of: RealmOf,
    clock: Callable[[], float],
) -> Notices:
    """Return what tells owners and operators; it delivers once its deliveries are started."""
    records = KeptRecords(store, sources.sealer)
    subjects = Subjects(store, sources.sealer, sources.hasher)
    links, deliveries = Links(sources.sealer), Deliveries(clock, sources.meter)
    alarms = SendBudgets(store, sources.hasher, NOTICE_LIMITS, note=ALARMS)
    changes = SendBudgets(store, sources.hasher, NOTICE_LIMITS, note=CHANGES)
    mail = OwnerMail({**_configured(settings), **senders}, alarms, changes, sources.meter)
    notifier = Notifying(
        store, records, subjects, realm_of, mail, hook or EventHook(), links, deliveries, sources.meter
    )
    return Notices(notifier, deliveries, store, links, records, subjects, realm_of)


def _configured(settings: Settings) -> Mapping[str, Sender]:
    """Return senders of their own: a notice that is on its way must not take the place of a code."""
    return open_senders(
        {"email": settings.smtp_url, "sms": settings.sms_url},
        mail_from=settings.mail_from,
        webhook_keys=settings.webhook_secret,
        most=1,
    )
