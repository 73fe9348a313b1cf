"""Telling owners and operators of what happened, apart from the request in which it did.

`tell` only puts it down. All the rest is done in the background: finding out where to tell it, how often it was told
already, and handing it over. What cannot be read or sent now is tried again.
"""

import secrets
from dataclasses import dataclass, replace
from functools import partial

import structlog

from doorward.ceremony import Hook, Json, Notice, Realm, Subscription
from doorward.core.enrolment import Holdings
from doorward.core.errors import NotFound, Unreadable
from doorward.core.notice_limit import QUIET_SECONDS, Told, take, take_counted
from doorward.core.notice_texts import Scene, browser_of, place_of
from doorward.core.notices import BY_NAME, Event, bound_at, told_of
from doorward.core.record import DecisionRecord
from doorward.core.request import Contact
from doorward.core.times import rfc3339
from doorward.deliveries import Deliveries
from doorward.kept import KeptRecords
from doorward.meter import Meter
from doorward.owner_mail import OwnerMail
from doorward.ports import NoteStore, Rewrite
from doorward.realms import RealmOf
from doorward.subjects import Subjects
from doorward.was_this_you import Links

NOTE = "told"
PATH = "/was-this-you/"
HOOK_CHANNEL = "webhook"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Known:
    """A notice with what can be found out about it: its decision's record, where there is one, and its subject."""

    notice: Notice
    event: Event
    realm: Realm
    subject: bytes
    record: DecisionRecord | None


class Notifying:
    """Implements `ceremony.Notifier`."""

    def __init__(
        self,
        notes: NoteStore,
        records: KeptRecords,
        subjects: Subjects,
        realm_of: RealmOf,
        mail: OwnerMail,
        hook: Hook,
        links: Links,
        deliveries: Deliveries,
        meter: Meter,
    ) -> None:
        self._notes = notes
        self._records = records
        self._subjects = subjects
        self._realm_of = realm_of
        self._mail = mail
        self._hook = hook
        self._links = links
        self._deliveries = deliveries
        self._meter = meter

    def tell(self, notice: Notice) -> None:
        """Put *notice* down to be told; nothing is read or sent here."""
        if notice.event not in BY_NAME:
            log.error("unknown_notice", name=notice.event)
            return
        name = f"msg_{secrets.token_hex(16)}"
        self._deliveries.put("notices", "any", partial(self._find_out, notice, name))

    def _find_out(self, notice: Notice, name: str, now: float) -> None:
        """Find out whom to tell, and put down one message for each; until then nothing has been put down."""
        known = self._known(notice, now)
        contacts = self._contacts(known, now)
        told = self._taken(known, now) if contacts else Told(False)
        for hook in known.realm.webhooks:
            if known.event.operators and hook.takes(notice.event):
                work = partial(self._post, hook, name, event_json(known))
                self._deliveries.put(f"webhook {hook.url.target}", HOOK_CHANNEL, work)
        if told.now:
            self._write(known, contacts, told)
        elif told.at_end is not None:
            self._deliveries.put("counted", "any", partial(self._tell_counted, notice), due=told.at_end)

    def _tell_counted(self, notice: Notice, now: float) -> None:
        """Tell of what was only counted, once the quiet time is over; another worker may have done so."""
        known = self._known(notice, now)
        contacts = self._contacts(known, now)
        told: list[Told] = []

        def rewrite(kept: bytes | None) -> bytes | None:
            changed, one = take_counted(kept, notice.event, now)
            told[:] = [one]
            return changed

        self._rewrite(known, rewrite, now)
        if told[0].now:
            self._write(known, contacts, told[0])

    def _known(self, notice: Notice, now: float) -> Known:
        subject = self._subjects.key(notice.tenant, notice.subject_id)
        record: DecisionRecord | None = None
        if notice.decision_id:
            try:
                record = self._records.read(notice.tenant, notice.decision_id, now)
            except (NotFound, Unreadable):
                record = None  # erased meanwhile, or lost; what happened is told all the same
        return Known(notice, BY_NAME[notice.event], self._realm_of(notice.tenant), subject, record)

    def _contacts(self, known: Known, now: float) -> tuple[Contact, ...]:
        """Return where to tell the owner; nowhere where the event is none of his."""
        if not known.event.subject or (known.event.after_password and _has_wrong_password(known.record)):
            return ()
        try:
            held = self._subjects.read(known.notice.tenant, known.subject, now)
        except Unreadable:
            held = Holdings()  # the decision may know where to tell it
        stated = known.record.request.subject.contacts if known.record else ()
        former = [Contact(each.channel, each.address) for each in held.former if each.until > now]
        bound = (*bound_at(held.active), *known.notice.contacts)
        return self._mail.addresses((stated, held.contacts, former), bound)

    def _taken(self, known: Known, now: float) -> Told:
        """Count the event for its subject, and answer whether it is told now."""
        if not known.event.by_anyone:
            return Told(True)
        told: list[Told] = []

        def rewrite(kept: bytes | None) -> bytes:
            changed, one = take(kept, known.notice.event, now)
            told[:] = [one]
            return changed

        self._rewrite(known, rewrite, now)
        if not told[0].now:
            self._meter.noticed("any", "counted")
        return told[0]

    def _rewrite(self, known: Known, rewrite: Rewrite, now: float) -> None:
        ends = now + 2 * QUIET_SECONDS
        self._notes.rewrite_note(known.notice.tenant, known.subject, NOTE, rewrite, expires_at=ends, now=now)

    def _write(self, known: Known, contacts: tuple[Contact, ...], told: Told) -> None:
        scene = replace(_scene(known), more=told.more, since=told.since)
        for to in contacts:
            self._deliveries.put(to.channel, to.channel, partial(self._send, known, to, scene))

    def _send(self, known: Known, to: Contact, scene: Scene, now: float) -> None:
        tenant, realm = known.notice.tenant, known.realm
        link = ""
        if known.record is not None and realm.base_url and known.event.name != "decision.not_me":
            link = realm.base_url + PATH + self._links.token(tenant, known.record.id, known.subject, now)
        alarm = known.event.by_anyone
        self._mail.send(tenant, known.subject, to, scene, realm.name, link, now, alarm=alarm)

    def _post(self, hook: Subscription, name: str, event: Json, now: float) -> None:
        self._hook.post(hook, name, event, now)
        self._meter.noticed(HOOK_CHANNEL, "sent")


def event_json(known: Known) -> Json:
    """Return what a web-hook says of a notice: words, names and times, and nothing that reaches a person."""
    notice = known.notice
    about = {"tenant": notice.tenant, "subject": {"id": notice.subject_id}, "decision": notice.decision_id or None}
    data = about | told_of(_recorded(known.record)) | told_of(notice.details)
    return {"type": notice.event, "timestamp": rfc3339(notice.at), "data": data}


def _recorded(record: DecisionRecord | None) -> Json:
    if record is None:
        return {}
    request, answer = record.request, record.answer
    return {
        "kind": request.kind,
        "application": request.application_id,
        "action": request.action.name,
        "outcome": answer["outcome"],
        "rule": answer["policy"]["rule"],
        "level": answer["risk"]["level"],
        "score": answer["risk"]["score"],
        "country": record.facts.network.country,
    }


def _scene(known: Known) -> Scene:
    notice = known.notice
    scene = Scene(notice.event, notice.at, type=str(notice.details.get("type", "")))
    if known.record is None:
        return scene
    network, agent = known.record.facts.network, known.record.facts.agent
    return replace(scene, place=place_of(network.city, network.country), browser=browser_of(agent.browser, agent.os))


def _has_wrong_password(record: DecisionRecord | None) -> bool:
    return record is not None and record.request.credential.result in ("failed", "pending")
