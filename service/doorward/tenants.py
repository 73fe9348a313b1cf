"""Whom each tenant is to a person: `tenant.yaml` beside its policy, taken up again when it changes, all or nothing."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from doorward.ceremony import Realm
from doorward.core.errors import NotReady
from doorward.policies import DEFAULT_TENANT, RECHECK_SECONDS, is_folder_name
from doorward.policy.files import Stamp, read_bounded, stamp
from doorward.policy.findings import Finding
from doorward.policy.source import MAX_BYTES
from doorward.tenant_file import read_tenant, unreadable

TENANT_FILE = "tenant.yaml"


class NoRealm(NotReady):
    """A tenant's file does not pass, and none before it did; *findings* say why."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True, slots=True)
class LoadedTenant:
    """What is in force of one file, None where there is no file; *error* holds what is wrong with a newer text."""

    realm: Realm | None
    loaded_at: float
    error: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    loaded: LoadedTenant
    stamp: Stamp
    checked_at: float


class Tenants:
    """The files of all tenants; one without has that of `default`, and without either a name alone. Thread-safe."""

    def __init__(self, rules_dir: Path) -> None:
        self._rules_dir = rules_dir
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def realm(self, tenant: str, now: float) -> Realm:
        """Return what is in force for *tenant*; a change of the files is taken up here."""
        for name in (tenant, DEFAULT_TENANT):
            found = self.current(name, now).realm if is_folder_name(name) else None
            if found is not None:
                # Its own systems alone hear of a tenant's subjects, whoever it is named after.
                return replace(found, tenant=tenant, webhooks=found.webhooks if name == tenant else ())
        return Realm(tenant)

    def current(self, name: str, now: float) -> LoadedTenant:
        """Return what is in force of the file in the folder *name*."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or not 0 <= now - kept.checked_at < RECHECK_SECONDS:
                kept = self._looked_at(name, kept, now)
                self._kept[name] = kept
            return kept.loaded

    def load_all(self, now: float) -> None:
        """Load every file that is there; NoRealm, with all findings, for the first that does not pass."""
        names = {path.parent.name for path in self._rules_dir.glob(f"*/{TENANT_FILE}")}
        for name in sorted(filter(is_folder_name, names)):
            loaded = self.current(name, now)
            if loaded.realm is None and loaded.error:
                raise NoRealm(f"the {TENANT_FILE} of '{name}' does not pass", loaded.error)

    def loaded(self, now: float) -> dict[str, LoadedTenant]:
        """Return what is in force of every file that was there so far, by its folder."""
        with self._lock:
            names = sorted(self._kept)
        found = {name: self.current(name, now) for name in names}
        return {name: each for name, each in found.items() if each.realm is not None or each.error}

    def _looked_at(self, name: str, kept: _Kept | None, now: float) -> _Kept:
        path = self._rules_dir / name / TENANT_FILE
        if kept is not None and stamp(path) == kept.stamp:
            return replace(kept, checked_at=now)
        before = kept.loaded if kept else LoadedTenant(None, now)
        realm, findings, read_as = _read(path, name)
        if findings:
            return _Kept(replace(before, error=findings), read_as, now)
        # A file that is gone was taken away on purpose.
        return _Kept(LoadedTenant(realm, now), read_as, now)


def _read(path: Path, tenant: str) -> tuple[Realm | None, tuple[Finding, ...], Stamp]:
    try:
        content, read_as = read_bounded(path, MAX_BYTES)
    except FileNotFoundError:
        return None, (), None
    except OSError as error:
        return None, (unreadable(f"{TENANT_FILE} cannot be read: {error.strerror}"),), stamp(path)
    try:
        realm, findings = read_tenant(content.decode("utf-8-sig"), tenant)
    except UnicodeDecodeError:
        return None, (unreadable(f"{TENANT_FILE} is no UTF-8 text"),), read_as
    return realm, findings if realm is None else (), read_as
