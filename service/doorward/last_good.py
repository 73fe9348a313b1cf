"""The policy of each tenant that passed last, kept below the state folder for a worker that starts while none passes.

A text and the files of its lists, under the digest of both; what was kept is used only if it still has that digest.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from doorward.core.signals import SIGNALS
from doorward.policy.compiler import compile_policy
from doorward.policy.model import Policy

_POLICY = "policy.yaml"
_NEWEST = "newest"


class LastGood:
    """Keeps one policy for each tenant; without a *folder* it keeps nothing. Nothing here ever fails a decision."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[str, str] = {}

    def keep(self, tenant: str, policy: Policy, rules: Path) -> None:
        """Keep *policy*, whose lists lie in *rules*; a disc that is full or read-only keeps what was there."""
        if self._folder is None or self._kept.get(tenant) == policy.digest:
            return
        self._kept[tenant] = policy.digest
        with suppress(OSError):
            home = self._folder / tenant
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (home / _name(policy.digest)).is_dir():
                _write(home, policy, rules)
            _put(home / _NEWEST, policy.digest)
            for other in home.iterdir():
                if other.is_dir() and other.name != _name(policy.digest):
                    shutil.rmtree(other, ignore_errors=True)

    def recall(self, tenant: str) -> Policy | None:
        """Return the policy that was kept, or None where there is none, or it is not what it was."""
        if self._folder is None:
            return None
        home = self._folder / tenant
        try:
            digest = (home / _NEWEST).read_text(encoding="ascii")
            folder = home / _name(digest)
            text = (folder / _POLICY).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        made = compile_policy(text, signals=SIGNALS, folder=folder)
        return made.policy if made.policy is not None and made.policy.digest == digest else None


def _write(home: Path, policy: Policy, rules: Path) -> None:
    """Write the folder of *policy*, all or nothing: two workers may do so at once."""
    scratch = Path(tempfile.mkdtemp(dir=home, prefix="."))
    try:
        for name in policy.files:
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(rules / name, scratch / name)
        # After the lists: a list may bear the policy's name, and must not stand in its place.
        (scratch / _POLICY).write_text(policy.text, encoding="utf-8")
        with suppress(OSError):  # another worker was faster
            os.rename(scratch, home / _name(policy.digest))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _put(path: Path, text: str) -> None:
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    os.replace(scratch, path)


def _name(digest: str) -> str:
    """Return the folder's name of *digest*; one that is no digest names nothing above it."""
    return "".join(letter for letter in digest if letter.isalnum())[:80] or "none"
