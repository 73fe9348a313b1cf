"""Which policy files a command is about: one, those of a folder, or those that the service would load."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doorward.core.errors import BadInput, Mistake
from doorward.core.signals import SIGNALS
from doorward.policies import CANDIDATE_FILE, POLICY_FILE
from doorward.policy.compiler import Compilation, compile_policy
from doorward.policy.files import read_bounded
from doorward.policy.findings import ERROR, START, Finding
from doorward.policy.source import MAX_BYTES


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy on disk; its lists lie in the same folder."""

    path: Path

    def compile(self) -> Compilation:
        """Return the policy and every finding; a file that cannot be read is a finding too."""
        try:
            content, _ = read_bounded(self.path, MAX_BYTES)
            text = content.decode("utf-8-sig")
        except OSError as wrong:
            return _unreadable(f"cannot be read: {wrong.strerror}")
        except UnicodeDecodeError:
            return _unreadable("is no UTF-8 text")
        return compile_policy(text, signals=SIGNALS, folder=self.path.parent)


def policy_files(path: Path) -> list[PolicyFile]:
    """Return the policies that *path* means: itself, or every policy and candidate in it and in its folders.

    BadInput where there is none.
    """
    found = [PolicyFile(path)] if path.is_file() else [PolicyFile(each) for each in _in_folder(path)]
    if not found:
        names = f"{POLICY_FILE} or {CANDIDATE_FILE}"
        raise BadInput([Mistake(f"there is no {names} in '{path}'")])
    return found


def _in_folder(folder: Path) -> Iterator[Path]:
    for name in (POLICY_FILE, CANDIDATE_FILE):
        yield from sorted(folder.rglob(name))


def _unreadable(message: str) -> Compilation:
    return Compilation(None, (Finding(ERROR, START.line, START.column, "", "unreadable", message),))
