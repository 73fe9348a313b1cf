"""Stores that can be struck in more ways than going away: a Redis at the end of a wire, a file on a small disk."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from doorward.ports import Store

from .places import Alone, File
from .wire import Wire

SLOW_SECONDS = 0.12
# The write-ahead log alone may have a few.
DISK_MIB = 24


class Wired(Alone):
    """One redis-server that the service reaches by a wire."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.wire = Wire(self.server.port)
        self.url = f"redis://127.0.0.1:{self.wire.port}"
        self._keys: list[Any] = []

    def close(self) -> None:
        self.wire.cut()
        super().close()

    def slow(self) -> None:
        self.wire.delay = SLOW_SECONDS

    def quick(self) -> None:
        self.wire.delay = 0.0

    def fill(self) -> None:
        """Allow it less memory than it uses, with `noeviction`: it reads, and writes nothing."""
        self.server.ask("CONFIG", "SET", "maxmemory", "1mb")

    def make_room(self) -> None:
        self.server.ask("CONFIG", "SET", "maxmemory", "0")

    def follow(self) -> None:
        """Be the replica of a master that is nowhere: what it has can be read."""
        self.server.ask("REPLICAOF", "127.0.0.1", "1")

    def lead(self) -> None:
        self.server.ask("REPLICAOF", "NO", "ONE")

    def want_replicas(self) -> None:
        self.server.ask("CONFIG", "SET", "min-replicas-to-write", "1")

    def want_none(self) -> None:
        self.server.ask("CONFIG", "SET", "min-replicas-to-write", "0")

    def lose_everything(self) -> None:
        """Start again without the append-only file."""
        self._keys = self._asked(lambda store, now: list(store.export(["api_keys"], now)))
        self.server.kill()
        shutil.rmtree(self.server.folder / "appendonlydir")
        self.server.start()

    def accept(self) -> None:
        """Take it as it is, which is what `doorward store accept` does, and make the callers known to it again."""
        self._asked(lambda store, now: store.accept(now))
        self._asked(lambda store, now: store.load(self._keys, now))

    def _asked(self, ask: Callable[[Store, float], Any]) -> Any:
        store = self.opened()
        try:
            return ask(store, time.time())
        finally:
            store.close()


class SmallDisk(File):
    """SQLite on a file system of some MiB, which is mounted for it alone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        mount(folder)
        self.disk = folder
        super().__init__(folder / "store")

    def close(self) -> None:
        super().close()
        subprocess.run(["umount", "--lazy", str(self.disk)], check=False, capture_output=True)

    def fill(self) -> None:
        with contextlib.suppress(OSError), (self.disk / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)

    def make_room(self) -> None:
        (self.disk / "filler").unlink()


def mount(folder: Path) -> None:
    """Mount a small file system in memory at *folder*; PermissionError where that is not allowed."""
    asked = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "doorward-small-disk", str(folder)]
    if os.geteuid() or subprocess.run(asked, check=False, capture_output=True).returncode:
        raise PermissionError("a small file system can be mounted by root alone, outside of most containers")
