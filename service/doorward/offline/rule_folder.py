"""A tenant's folder of rules as something to change: files replaced whole, and a history that only grows.

`.history/` holds `log.jsonl`, one line a change, and the text of every policy that a change took out of force or put in
force. A service that serves from the folder sees the old file or the new one, and takes it up by itself.
"""

import errno
import fcntl
import io
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from doorward.core.errors import DoorwardError
from doorward.policies import CANDIDATE_FILE, POLICY_FILE
from doorward.policy.files import read_bounded
from doorward.policy.source import MAX_BYTES

HISTORY = ".history"
LOG = "log.jsonl"
LOCK = "lock"
MAX_LOG_BYTES = 16 * 1024 * 1024

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

# What a folder that is mounted for reading only, or belongs to somebody else, answers to a write.
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


class NotChanged(DoorwardError):
    """The policy in force stays: there is a reason against the change, or no way to make it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: *before* and *after* are the digests of the policies, *at* an RFC 3339 time.

    *before* is empty where what stood in the file did not pass.
    """

    at: str
    what: str
    by: str
    reason: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleFolder:
    """`rules/<tenant>`. Whatever cannot be read or written is NotChanged, with what to do instead."""

    path: Path

    def text(self, name: str) -> str | None:
        """Return the text of a file, None where there is none."""
        try:
            content, _ = read_bounded(self.path / name, MAX_BYTES)
            return content.decode("utf-8-sig")
        except FileNotFoundError:
            return None
        except OSError as wrong:
            raise NotChanged(f"{self.path / name} cannot be read: {wrong.strerror}") from None
        except UnicodeDecodeError:
            raise NotChanged(f"{self.path / name} is no UTF-8 text") from None

    def kept_text(self, digest: str) -> str | None:
        """Return the text of a policy that the history holds, None where it holds none of this digest."""
        return self.text(f"{HISTORY}/{_file_of(digest)}")

    def entries(self) -> list[Entry]:
        """Return the history, the oldest first; a line that was cut off in a crash is left out."""
        try:
            content, _ = read_bounded(self.path / HISTORY / LOG, MAX_LOG_BYTES)
        except FileNotFoundError:
            return []
        except OSError as wrong:
            raise NotChanged(f"the history cannot be read: {wrong.strerror}") from None
        found = (_entry(line) for line in content.decode("utf-8", "replace").split("\n"))
        return [entry for entry in found if entry is not None]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other change out while the block runs; NotChanged where one is under way already."""
        with self._told():
            (self.path / HISTORY).mkdir(exist_ok=True)
            lock = os.open(self.path / HISTORY / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _lock(lock)
            yield
        finally:
            os.close(lock)

    def keep(self, digest: str, text: str) -> None:
        """Put a policy's text into the history; one that is there stays."""
        path = self.path / HISTORY / _file_of(digest)
        if not path.exists():
            with self._told():
                _replace(path, text, mode=0o644)

    def put(self, text: str, entry: Entry) -> None:
        """Put *text* in the place of the policy and write *entry* down, before it: no change without its record."""
        path = self.path / POLICY_FILE
        if path.is_symlink():
            raise NotChanged(f"{path} is a link that something else looks after. {INSTEAD}")
        with self._told():
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
            written = _written(path, text, mode)
            try:
                self._write_down(entry)
                os.replace(written, path)
            except (OSError, NotChanged):
                written.unlink(missing_ok=True)
                raise
            _sync_folder(self.path)

    def drop_candidate(self) -> None:
        """Take the candidate away: it is the policy in force now."""
        with self._told():
            (self.path / CANDIDATE_FILE).unlink(missing_ok=True)
            _sync_folder(self.path)

    def _write_down(self, entry: Entry) -> None:
        line = (json.dumps(asdict(entry), ensure_ascii=False) + "\n").encode("utf-8", "replace")
        with (self.path / HISTORY / LOG).open("a+b", buffering=0) as log:
            size = log.seek(0, os.SEEK_END)
            if size + len(line) >= MAX_LOG_BYTES:
                raise NotChanged(f"{self.path / HISTORY / LOG} is full: move it away to begin another")
            if _ends_within_a_line(log, size):
                line = b"\n" + line
            try:
                _append(log, line)
            except OSError:
                # What was written of the line would tell of a change that was not made.
                with suppress(OSError):
                    os.ftruncate(log.fileno(), size)
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as wrong:
            if wrong.errno in _READ_ONLY:
                raise NotChanged(f"{self.path} cannot be written: {wrong.strerror}. {INSTEAD}") from None
            raise NotChanged(f"{self.path} cannot be written: {wrong.strerror}") from None


INSTEAD = (
    "Where the rules come from elsewhere (a ConfigMap, an image, a repository), put the candidate's text in the place "
    "of policy.yaml there, take candidate.yaml away, and roll that out: running services take it up by themselves"
)


def _ends_within_a_line(log: io.FileIO, size: int) -> bool:
    """Answer whether the last line was cut off, so that one more would be lost with it."""
    if size == 0:
        return False
    log.seek(size - 1)
    return log.read(1) != b"\n"


def _append(log: io.FileIO, line: bytes) -> None:
    if log.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(log.fileno())


def _lock(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotChanged("another change of these rules is under way; `rules history` tells of it afterwards") from None


def _file_of(digest: str) -> str:
    return f"{digest.removeprefix('sha256:')}.yaml"


def _entry(line: str) -> Entry | None:
    """Return what a line says; None where it is none of ours, for its digests become names of files."""
    try:
        entry = Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None
    texts = all(isinstance(value, str) for value in asdict(entry).values())
    digests = (entry.after, entry.before or entry.after)
    return entry if texts and all(_DIGEST.fullmatch(each) for each in digests) else None


def _replace(path: Path, text: str, *, mode: int) -> None:
    os.replace(_written(path, text, mode), path)
    _sync_folder(path.parent)


def _written(path: Path, text: str, mode: int) -> Path:
    """Return a file beside *path* that holds *text* and is on the disc; it may be read by whoever may read *path*."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        beside.unlink()
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as out:
        if path.exists():
            owner = path.stat()
            with suppress(PermissionError):
                os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
        os.fchmod(out.fileno(), mode)
        out.write(text.encode("utf-8"))
        out.flush()
        os.fsync(out.fileno())
    return beside


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
