"""The files of a policy: read with a bound, with what tells a later change; lists never from outside its folder."""

import os
from pathlib import Path

from doorward.policy.findings import ERROR, START, Finding

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_FILES = 32


# When it was changed, how large it is, and which file (a mounted one is often swapped): None where it is not there.
Stamp = tuple[int, int, int] | None


def stamp(path: Path) -> Stamp:
    """Return what *path* looks like now."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def read_bounded(path: Path, limit: int) -> tuple[bytes, Stamp]:
    """Return at most *limit* bytes and one, and the stamp of exactly the file that was read."""
    with path.open("rb") as file:
        return file.read(limit + 1), _stamp(os.fstat(file.fileno()))


def text_of(path: Path, limit: int) -> str | Finding:
    """Return the text of *path*, at most *limit* bytes and one; a finding where it cannot be read."""
    try:
        content, _ = read_bounded(path, limit)
        return content.decode("utf-8-sig")
    except OSError as wrong:
        return unreadable(f"cannot be read: {wrong.strerror}")
    except UnicodeDecodeError:
        return unreadable("is no UTF-8 text")


def unreadable(message: str) -> Finding:
    """Return what is told of a file that cannot be read as a whole."""
    return Finding(ERROR, START.line, START.column, "", "unreadable", message)


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


class UnreadableList(Exception):
    """A list file that is not there, is too large, lies outside the policy's folder or is no UTF-8."""


class ListFiles:
    """Reads the lists of one folder; keeps what was read for the digest, and the stamp of all that was asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.read: dict[str, bytes] = {}
        self.stamps: dict[Path, Stamp] = {}

    def lines(self, name: str) -> list[tuple[int, str]]:
        """Return the entries of a file with their line numbers; `#` begins a comment."""
        content = self._content(name)
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UnreadableList("is no UTF-8 text") from None
        entries = ((number, line.split("#", 1)[0].strip()) for number, line in enumerate(text.splitlines(), 1))
        return [(number, entry) for number, entry in entries if entry]

    def _content(self, name: str) -> bytes:
        if name not in self.read:
            if len(self.read) >= MAX_FILES:
                raise UnreadableList(f"is one file too many: at most {MAX_FILES} list files are read")
            self.read[name] = self._bytes(self._path(name))
        return self.read[name]

    def _path(self, name: str) -> Path:
        if self._folder is None:
            raise UnreadableList("cannot be read: this policy has no folder")
        if "\0" in name or len(name) > 255:
            raise UnreadableList("is no file name")
        folder = self._folder.resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise UnreadableList("lies outside the policy's folder")
        # Under its own name: a swapped link in between must be seen as a change.
        return self._folder / name

    def _bytes(self, path: Path) -> bytes:
        self.stamps[path] = None
        try:
            # A pipe or a device would be waited for; a folder cannot be read.
            if not path.is_file():
                raise UnreadableList("is not there, or is no plain file")
            content, self.stamps[path] = read_bounded(path, MAX_FILE_BYTES)
        except OSError as error:
            raise UnreadableList(f"cannot be read: {error.strerror}") from None
        if len(content) > MAX_FILE_BYTES:
            raise UnreadableList(f"is larger than {MAX_FILE_BYTES // 2**20} MiB")
        return content
