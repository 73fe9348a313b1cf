"""The devices that a subject is known by: listed, and taken for a stranger's again."""

from typing import Any

from doorward.ceremony import Notice, Notifier
from doorward.core.errors import NotFound
from doorward.core.history import drop_all_devices, drop_device, used_devices
from doorward.core.times import rfc3339
from doorward.learning import PROFILE_LIFE_SECONDS
from doorward.ports import DecisionStore, Keys, Rewrite
from doorward.subjects import Subjects

Json = dict[str, Any]


class DeviceDesk:
    """Implements `services.Devices`.

    A browser may be two people's: what is dropped here is what one of them is known by. Its token ends with a report
    of fraud, or where a copy of it is found.
    """

    def __init__(self, store: DecisionStore, subjects: Subjects, notifier: Notifier) -> None:
        self._store = store
        self._subjects = subjects
        self._notifier = notifier

    def show(self, tenant: str, subject_id: str, now: float) -> list[Json]:
        """Return the subject's devices, the one used last first."""
        key = self._subjects.key(tenant, subject_id)
        profile = self._store.begin(Keys(tenant, key), None, now).profile
        return [
            {
                "id": each.id,
                "known": each.known,
                "first_used_at": rfc3339(each.first_used_at),
                "last_used_at": rfc3339(each.last_used_at),
                "remembered_until": rfc3339(each.remembered_until) if each.remembered_until > now else None,
            }
            for each in used_devices(profile, now)
        ]

    def drop(self, tenant: str, subject_id: str, device_id: str, now: float) -> None:
        """Make one device a stranger's; NotFound where the subject has none of that name."""
        if all(each["id"] != device_id for each in self.show(tenant, subject_id, now)):
            raise NotFound("there is no such device")
        self._change(tenant, subject_id, lambda profile: drop_device(profile, device_id), now, device=device_id)

    def drop_all(self, tenant: str, subject_id: str, now: float) -> None:
        """Make every device a stranger's; a subject that has none stays as it is."""
        if self.show(tenant, subject_id, now):
            self._change(tenant, subject_id, drop_all_devices, now, device="all")

    def _change(self, tenant: str, subject_id: str, rewrite: Rewrite, now: float, *, device: str) -> None:
        key = self._subjects.key(tenant, subject_id)
        expires_at = now + PROFILE_LIFE_SECONDS
        self._store.rewrite_profile(tenant, key, rewrite, expires_at=expires_at, now=now)
        self._notifier.tell(Notice(tenant, "device.dropped", subject_id, now, {"device": device}))
