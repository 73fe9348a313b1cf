"""Files that hold secrets: read once, within a bound, with a word where others may read them too."""

import os
import stat
import sys
from pathlib import Path

import click

from doorward.core.errors import BadInput, Mistake
from doorward.offline.authenticator_files.contents import MAX_BYTES

STANDARD_INPUT = Path("-")


def read_secret_file(file: Path) -> str:
    """Return the text of *file*; BadInput where it cannot be read, is too large or is no UTF-8."""
    try:
        content = sys.stdin.buffer.read(MAX_BYTES + 1) if file == STANDARD_INPUT else _content(file)
    except OSError as wrong:
        raise BadInput([Mistake(f"'{file.name}' cannot be read: {wrong.strerror}")]) from None
    if len(content) > MAX_BYTES:
        raise BadInput([Mistake(f"'{file.name}' is larger than {MAX_BYTES // 2**20} MiB: split it")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput([Mistake(f"'{file.name}' is no UTF-8 text")]) from None


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
        if mode & 0o077:
            click.echo(f"doorward: '{file.name}' holds secrets, and others may read it (mode {mode:04o})", err=True)
        return stream.read(MAX_BYTES + 1)
