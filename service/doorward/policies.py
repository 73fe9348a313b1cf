"""Which policy is in force for a tenant: loaded from its folder, taken up again when a file changes, all or nothing."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from doorward.core.errors import NotReady
from doorward.core.signals import SIGNALS, SignalSpec
from doorward.last_good import LastGood
from doorward.policy.compiler import Compilation, compile_policy
from doorward.policy.files import Stamp, read_bounded, stamp, unreadable
from doorward.policy.findings import Finding
from doorward.policy.model import Policy
from doorward.policy.source import MAX_BYTES

DEFAULT_TENANT = "default"
POLICY_FILE = "policy.yaml"
CANDIDATE_FILE = "candidate.yaml"

# How often, in seconds of `now`, the files are looked at for a change.
RECHECK_SECONDS = 2.0

# A tenant's name becomes a folder's name, so it can hold nothing that a path could be made of.
_TENANT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\Z", re.ASCII)


class NoPolicy(NotReady):
    """There is no policy that could be put in force; *findings* say why."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Loaded:
    """The policy in force, and the candidate that is evaluated in shadow beside it.

    *error* holds what is wrong with a newer text of either that was refused; empty where all is well.
    """

    policy: Policy
    candidate: Policy | None
    loaded_at: float
    error: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """One tenant's policy, and what every file that it rests on looked like when it was read."""

    loaded: Loaded
    stamps: Mapping[Path, Stamp]
    checked_at: float
    replaced: bool = False

    def is_fresh(self, now: float) -> bool:
        return self.replaced or 0 <= now - self.checked_at < RECHECK_SECONDS

    def is_unchanged(self) -> bool:
        return all(stamp(path) == before for path, before in self.stamps.items())


class Policies:
    """The policies of all tenants, one folder each; a tenant without one has that of `default`. Safe for threads.

    *last_good* keeps what passed last, for a process that begins while the files do not pass.
    """

    def __init__(
        self, rules_dir: Path, signals: Mapping[str, SignalSpec] = SIGNALS, *, last_good: LastGood | None = None
    ) -> None:
        self._rules_dir = rules_dir
        self._last_good = last_good or LastGood(None)
        self._signals = signals
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._serving = False

    def current(self, tenant: str, now: float) -> Loaded:
        """Return what is in force; a change of the files is taken up here. NoPolicy where nothing ever passed."""
        name = self._owner(tenant)
        kept = self._kept.get(name)
        if kept is not None and kept.is_fresh(now):
            return kept.loaded
        # One thread looks at the files; the others need not wait for it where there is a policy already.
        if not self._lock.acquire(blocking=kept is None):
            return kept.loaded if kept is not None else self.current(tenant, now)
        try:
            return self._refreshed(name, now).loaded
        finally:
            self._lock.release()

    def load_all(self, now: float) -> None:
        """Load the policy of every folder; NoPolicy, with all findings, for the first that does not pass.

        A folder that comes later and does not pass leaves its tenant with what it had: the policy of `default`.
        """
        names = sorted(path.parent.name for path in self._rules_dir.glob(f"*/{POLICY_FILE}"))
        for name in {DEFAULT_TENANT: None, **dict.fromkeys(filter(is_folder_name, names))}:
            self.current(name, now)
        self._serving = True

    def loaded(self) -> tuple[str, ...]:
        """Return the names of the policies that were loaded so far."""
        return tuple(sorted(self._kept))

    def check(self, tenant: str, text: str) -> tuple[Finding, ...]:
        """Return everything that is wrong with *text* as a policy of this tenant."""
        return self.compile(tenant, text)[1]

    def compile(self, tenant: str, text: str) -> tuple[Policy | None, tuple[Finding, ...]]:
        """Return the policy that *text* makes for this tenant, and the findings; nothing is put in force."""
        made = self._compile(text, self._rules_dir / self._owner(tenant))
        return made.policy, made.findings

    def replace(self, tenant: str, text: str, now: float) -> tuple[Finding, ...]:
        """Put *text* in force in this process if it passes, until `restore`, and return the findings."""
        policy, findings = self.compile(tenant, text)
        if policy is not None:
            with self._lock:
                self._kept[_valid(tenant)] = _Kept(Loaded(policy, None, now), {}, now, replaced=True)
        return findings

    def restore(self, tenant: str) -> None:
        """Forget a replaced policy: the files count again."""
        with self._lock:
            self._kept.pop(_valid(tenant), None)

    def _owner(self, tenant: str) -> str:
        if tenant in self._kept or (self._rules_dir / _valid(tenant) / POLICY_FILE).is_file():
            return tenant
        return DEFAULT_TENANT

    def _compile(self, text: str, folder: Path) -> Compilation:
        return compile_policy(text, signals=self._signals, folder=folder)

    def _refreshed(self, name: str, now: float) -> _Kept:
        kept = self._kept.get(name)
        if kept is None or not kept.is_fresh(now):
            unchanged = kept is not None and kept.is_unchanged()
            kept = replace(kept, checked_at=now) if kept and unchanged else self._read_again(name, kept, now)
            self._kept[name] = kept
        return kept

    def _read_again(self, name: str, kept: _Kept | None, now: float) -> _Kept:
        """Take up the files; what does not pass leaves what was in force, and is told."""
        folder = self._rules_dir / name
        made = self._read(folder, POLICY_FILE)
        candidate = self._read(folder, CANDIDATE_FILE)
        stamps = {**made.stamps, **candidate.stamps}
        if made.policy is None:
            before = kept.loaded if kept else self._instead(name, now)
            if before is None:
                raise NoPolicy(f"the policy of '{name}' does not pass", made.findings)
            return _Kept(replace(before, error=made.errors), stamps, now)
        self._last_good.keep(name, made.policy, folder)
        last = kept.loaded if kept else None
        shadow = candidate.policy or (last.candidate if last and candidate.errors else None)
        same = last is not None and last.policy.digest == made.policy.digest
        loaded_at = last.loaded_at if last and same else now
        return _Kept(Loaded(made.policy, shadow, loaded_at, candidate.errors), stamps, now)

    def _instead(self, name: str, now: float) -> Loaded | None:
        """Return what decides where nothing of this tenant ever passed here: what passed before this process, or the
        policy of `default` where that is in force.
        """
        before = self._last_good.recall(name)
        if before is not None:
            return Loaded(before, None, now)
        kept = self._kept.get(DEFAULT_TENANT) if self._serving else None
        return kept.loaded if kept else None

    def _read(self, folder: Path, file: str) -> Compilation:
        """Compile one file; a candidate that is not there is no mistake."""
        path = folder / file
        try:
            content, read_as = read_bounded(path, MAX_BYTES)
            made = self._compile(content.decode("utf-8-sig"), folder)
        except FileNotFoundError:
            findings = () if file == CANDIDATE_FILE else (unreadable(f"there is no {file}"),)
            return Compilation(None, findings, {path: None})
        except OSError as error:
            return Compilation(None, (unreadable(f"{file} cannot be read: {error.strerror}"),), {path: None})
        except UnicodeDecodeError:
            return Compilation(None, (unreadable(f"{file} is no UTF-8 text"),), {path: stamp(path)})
        return replace(made, stamps={**made.stamps, path: read_as})


def is_folder_name(tenant: str) -> bool:
    """Answer whether a folder of rules can bear the tenant's name."""
    return bool(_TENANT.match(tenant))


def _valid(tenant: str) -> str:
    if not is_folder_name(tenant):
        raise NoPolicy("a tenant's name is letters, digits, - _ or ., at most 64")
    return tenant
