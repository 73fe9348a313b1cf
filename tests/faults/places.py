"""Where the state is kept, and how it goes away: one redis-server, a Cluster of three masters, a file."""

import base64
import os
import secrets
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from redis.crc import key_slot

from doorward.ports import Store
from doorward.stores import open_store
from doorward.stores.redis import layout

from ..stores.redis_servers import Server, start_cluster

TENANT = "default"
Start = Callable[..., Any]


class Service:
    """A running `doorward serve` of two workers."""

    def __init__(self, program: Any, key: str = "") -> None:
        self.program = program
        # A second machine shows none: the key of the first is good there too.
        self.key: str = key or program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]
        self.url: str = program.url()

    def workers(self) -> list[int]:
        """Return the ids of the workers' processes, the one that serves the metrics left out."""
        master = self.program.process.pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return [int(child) for child in children if b"exposition" not in Path(f"/proc/{child}/cmdline").read_bytes()]


class Place:
    """A store that can be struck and mended; *whole* says that nothing of it answers in between."""

    url = ""
    whole = True
    # How the service is started on it, and what it is told besides where it is.
    command: tuple[str, ...] = ("-m", "doorward")
    told: Mapping[str, str] = MappingProxyType({})

    def opened(self) -> Store:
        return open_store(self.url, busy_seconds=5, connect_seconds=5, command_seconds=5)


class Alone(Place):
    """One redis-server."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder)
        self.server.start()
        self.url = f"redis://{self.server.address}"

    def close(self) -> None:
        self.server.kill()

    def kill(self) -> None:
        self.server.kill()

    def restart(self) -> None:
        """Start again from the append-only file."""
        self.server.start()

    def hang(self) -> None:
        self.server.pause(signal.SIGSTOP)

    def go_on(self) -> None:
        self.server.pause(signal.SIGCONT)


class Clustered(Place):
    """Three masters, of which the one that has the tenant's lists goes away."""

    whole = False
    told: Mapping[str, str] = MappingProxyType({"DOORWARD_STORE_REPLICAS": "0"})

    def __init__(self, folder: Path) -> None:
        self.servers = start_cluster(folder)
        self.url = "redis+cluster://" + ",".join(server.address for server in self.servers)
        slot = key_slot(layout.of_tenant(TENANT, "lists"))
        self.victim = self.servers[slot // 5462]

    def close(self) -> None:
        for server in self.servers:
            server.kill()

    def kill(self) -> None:
        self.victim.kill()

    def restart(self) -> None:
        """Start again from the append-only file, and return when all of the Cluster is served."""
        self.victim.start()
        for server in self.servers:
            server.wait(lambda server=server: is_whole(server))

    def hang(self) -> None:
        self.victim.pause(signal.SIGSTOP)

    def go_on(self) -> None:
        self.victim.pause(signal.SIGCONT)


class File(Place):
    """SQLite, which goes away when another process keeps the lock, or the file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.path = folder / "doorward.db"
        self.url = f"sqlite:///{self.path}"
        self._holder: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._holder:
            self.go_on()

    def hang(self) -> None:
        """Hold the lock of the writers, as a tool does that was left in the middle of a transaction."""
        self._holder = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._holder.execute("PRAGMA busy_timeout = 5000")
        self._holder.execute("BEGIN IMMEDIATE")

    def go_on(self) -> None:
        if self._holder:
            self._holder.execute("ROLLBACK")
            self._holder.close()
            self._holder = None


@contextmanager
def kept_in(kind: Callable[[Path], Any], folder: Path) -> Iterator[Any]:
    """Yield a place of *kind* with its files below *folder*."""
    place = kind(folder)
    try:
        yield place
    finally:
        place.close()


def shared_secrets() -> dict[str, str]:
    """Return what every process that shares a store must be given alike."""
    made = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
    return {"DOORWARD_SECRET": made[0], "DOORWARD_ENCRYPTION_KEYS": f"k1:{made[1]}"}


def serve(start: Start, place: Place, secret: dict[str, str], *, key: str = "") -> Service:
    """Start the service on *place* with two workers; *key* is an API key that another machine has shown."""
    if not key:
        accept(place)
    plain = {"DOORWARD_STORE": place.url, "DOORWARD_WORKERS": "2"} | place.told
    return Service(start(*place.command, "serve", **plain | secret), key)


def accept(place: Place) -> None:
    """Take a new Redis into use, as an operator does; a file needs nobody."""
    if isinstance(place, File):
        return
    store = place.opened()
    store.accept(time.time())
    store.close()


def strike(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def is_whole(server: Server) -> bool:
    told = server.ask("CLUSTER", "INFO")
    text = told if isinstance(told, bytes) else "".join(f"{name}:{value} " for name, value in told.items()).encode()
    return b"cluster_state:ok" in text
