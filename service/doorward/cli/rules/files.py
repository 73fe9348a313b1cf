"""Which files a command is about: one, those of a folder, or those that the service would load."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doorward.core.errors import BadInput, Mistake
from doorward.core.signals import SIGNALS
from doorward.policies import CANDIDATE_FILE, POLICY_FILE
from doorward.policy.compiler import Compilation, compile_policy
from doorward.policy.files import text_of
from doorward.policy.findings import Finding
from doorward.policy.source import MAX_BYTES
from doorward.tenant_file import read_tenant
from doorward.tenants import TENANT_FILE


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy on disk; its lists lie in the same folder."""

    path: Path

    def compile(self) -> Compilation:
        """Return the policy and every finding; a file that cannot be read is a finding too."""
        text = text_of(self.path, MAX_BYTES)
        if isinstance(text, Finding):
            return Compilation(None, (text,))
        return compile_policy(text, signals=SIGNALS, folder=self.path.parent)


@dataclass(frozen=True, slots=True)
class TenantFile:
    """One tenant's settings on disk."""

    path: Path

    def findings(self) -> tuple[Finding, ...]:
        """Return everything that is wrong with it; a file that cannot be read is a finding too."""
        text = text_of(self.path, MAX_BYTES)
        return (text,) if isinstance(text, Finding) else read_tenant(text, self.path.resolve().parent.name)[1]


def policy_files(path: Path) -> list[PolicyFile]:
    """Return the policies that *path* means: itself, or every policy and candidate in it and in its folders.

    BadInput where there is none.
    """
    found = [PolicyFile(path)] if path.is_file() else [PolicyFile(each) for each in _in_folder(path, *_POLICIES)]
    if not found:
        raise BadInput([Mistake(f"there is no {' or '.join(_POLICIES)} in '{path}'")])
    return found


def rule_files(path: Path) -> list[PolicyFile | TenantFile]:
    """Return what *path* means, the tenants' settings as well; sorted by folder. BadInput where there is nothing."""
    paths = [path] if path.is_file() else sorted(_in_folder(path, *_POLICIES, TENANT_FILE))
    if not paths:
        raise BadInput([Mistake(f"there is no {', '.join(_POLICIES)} or {TENANT_FILE} in '{path}'")])
    return [TenantFile(each) if each.name == TENANT_FILE else PolicyFile(each) for each in paths]


_POLICIES = (POLICY_FILE, CANDIDATE_FILE)


def _in_folder(folder: Path, *names: str) -> Iterator[Path]:
    for name in names:
        yield from sorted(folder.rglob(name))
