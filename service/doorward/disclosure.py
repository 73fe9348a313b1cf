"""Everything that is held of a subject: shown to it on request, and erased."""

from contextlib import suppress
from typing import Any

from doorward.ceremony import Notice, Notifier
from doorward.core.enrolment import Holdings
from doorward.core.errors import Unreadable
from doorward.core.history import export
from doorward.core.notices import bound_at
from doorward.core.times import rfc3339
from doorward.device_places import DevicePlaces
from doorward.gather import keys_of
from doorward.kept import KeptRecords
from doorward.life import bound_json, ended_json, event_json
from doorward.ports import Keys, RecordQuery, Store
from doorward.subjects import Subjects

Json = dict[str, Any]

MOST_DECISIONS = 1000


class DisclosureDesk:
    """Implements `services.Disclosure`."""

    def __init__(
        self, store: Store, subjects: Subjects, places: DevicePlaces, records: KeptRecords, notifier: Notifier
    ) -> None:
        self._store = store
        self._subjects = subjects
        self._places = places
        self._records = records
        self._notifier = notifier

    def export(self, tenant: str, subject_id: str, now: float) -> Json:
        """Return everything that is held, without secrets; the newest decisions by their outcome."""
        key = self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now).tidy(now)
        history = export(self._store.begin(Keys(tenant, key), None, now).profile, now)
        if held.exempt_until > now:
            history["flags"]["exempt"] = held.exempt_until
        rows = self._store.records(RecordQuery(tenant, subject=key, limit=MOST_DECISIONS + 1), now)
        return {
            "subject": subject_id,
            "exported_at": rfc3339(now),
            "authenticators": [*map(ended_json, held.past), *map(bound_json, held.authenticators)],
            "events": [event_json(each) for each in held.events],
            "contacts": _contacts(held, now),
            "history": _dated(history),
            "decisions": [
                {"id": row.id, "decided_at": rfc3339(row.at), "outcome": row.outcome, "rule": row.rule}
                for row in rows[:MOST_DECISIONS]
            ],
            "decisions_left_out": len(rows) > MOST_DECISIONS,
        }

    def erase(self, tenant: str, subject_id: str, now: float) -> None:
        """Forget the subject; it is told first, for afterwards nobody knows where it can be reached. Twice is fine."""
        key = self._subjects.key(tenant, subject_id)
        # What no key opens any more leads nowhere, and must go all the same.
        with suppress(Unreadable):
            self._tell(tenant, subject_id, key, now)
        with suppress(Unreadable):
            self._end_sessions(tenant, key, now)
        self._store.erase_subject(tenant, key, now)

    def _tell(self, tenant: str, subject_id: str, key: bytes, now: float) -> None:
        """Tell the subject that it is forgotten, and let its devices find nothing any more."""
        held = self._subjects.read(tenant, key, now)
        if self._is_known(tenant, key, now):
            contacts = (*held.told_at(now), *bound_at(held.active))
            self._notifier.tell(Notice(tenant, "subject.erased", subject_id, now, contacts=contacts))
        for each in held.authenticators:
            self._places.forget(each.id, now)

    def _end_sessions(self, tenant: str, key: bytes, now: float) -> None:
        """Drop what was passed in the sessions of the newest decisions; nothing else leads to a session."""
        rows = self._store.records(RecordQuery(tenant, subject=key, limit=MOST_DECISIONS), now)
        records = [self._records.open(row) for row in rows]
        sessions = {
            keys_of(self._subjects.hasher, tenant, each.request, each.facts.network).session for each in records
        }
        for session in sessions:
            if session is not None:
                self._store.drop_proofs(tenant, session, now)

    def _is_known(self, tenant: str, key: bytes, now: float) -> bool:
        found = self._store.begin(Keys(tenant, key), None, now)
        return bool(
            found.profile or found.authenticators or self._store.records(RecordQuery(tenant, subject=key, limit=1), now)
        )


def _contacts(held: Holdings, now: float) -> list[Json]:
    present: list[Json] = [{"channel": c.channel, "address": c.address, "until": None} for c in held.contacts]
    former = [each for each in held.former if each.until > now]
    return present + [{"channel": c.channel, "address": c.address, "until": rfc3339(c.until)} for c in former]


def _dated(value: Any, name: str = "") -> Any:
    """Return *value* with its times as the rest of the API writes them."""
    if isinstance(value, dict):
        ends = name == "flags"
        return {key: rfc3339(item) if ends else _dated(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_dated(item) for item in value]
    is_time = (name == "at" or name.endswith("_at")) and value is not None
    return rfc3339(value) if is_time else value
