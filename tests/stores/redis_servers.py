"""Real redis-servers on loopback, on free ports, with their files in a temporary folder."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

from redis.client import Redis
from redis.exceptions import RedisError

from doorward.stores.redis import open_store

from .samples import NOW

MISSING = (
    "these tests start redis-server themselves, and there is none on this machine: "
    "apt-get install redis-server (or another package of Redis 6.2 or newer)"
)
START_SECONDS = 20


def free_port():
    """Return a port that is free now, and whose bus port (10000 above) a Cluster can use."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port < 55_000:
            return port
        port -= 15_000
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


class Server:
    """One redis-server that writes what it acknowledges to its file first, so that it is there after a kill.

    It leaves the disk to the system: with `appendfsync everysec` Redis holds writes back while a slow disk synchronises
    the ones before, and a kill loses them; with `always` each write would wait for that disk.
    """

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        self.port = port or free_port()
        self.folder = folder
        self._options = options
        self._process = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def bus_of(self):
        """The port by which other members of a Cluster find this one."""
        return self.port

    def start(self):
        found = shutil.which("redis-server")
        if not found:
            raise FileNotFoundError(MISSING)
        self._process = subprocess.Popen(self.command(found), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait(lambda: self.ask("PING"))

    def command(self, found):
        plain = ["--port", self.port, "--bind", "127.0.0.1", "--dir", self.folder, "--save", "", "--appendonly", "yes"]
        plain += ["--appendfsync", "no", "--maxmemory-policy", "noeviction"]
        return [found, *map(str, plain), *self._options]

    def kill(self):
        """End the process at once; the system goes on."""
        if self._process:
            self._process.kill()
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def pause(self, signal):
        self._process.send_signal(signal)

    def ask(self, *words):
        client = Redis(port=self.port, socket_timeout=5, protocol=2, retry=None)
        try:
            return client.execute_command(*words)
        finally:
            client.close()

    def wait(self, ready):
        """Return when *ready* answers true; whatever Redis says before that is waited out."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if ready():
                    return
            except RedisError:
                assert self._process.poll() is None, "redis-server ended at once; is its port taken?"
            time.sleep(0.02)
        raise TimeoutError(f"redis-server on {self.address} was not ready in time")


class Replica(Server):
    """A server that follows *master*, by another *port* if one is named, and is in step with it when it has started."""

    def __init__(self, folder, master, *, port=0):
        super().__init__(
            folder, "--replicaof", "127.0.0.1", str(port or master.port), "--repl-diskless-sync-delay", "0"
        )
        self._master = master

    def start(self):
        self._master.ask("CONFIG", "SET", "repl-diskless-sync-delay", "0")
        super().start()
        self._master.wait(self._is_in_step)

    def _is_in_step(self):
        client = Redis(port=self._master.port, socket_timeout=5, protocol=2, retry=None)
        try:
            client.set("step", "1")
            return client.wait(1, 1000) == 1
        finally:
            client.close()

    def take_over(self):
        """Be a master from now on, as a Sentinel says."""
        self.ask("REPLICAOF", "NO", "ONE")


class Dumped(Server):
    """A server that keeps dumps, one of which can be put back."""

    def __init__(self, folder, *options, port=0):
        super().__init__(folder, *options, "--appendonly", "no", port=port)

    def dump(self):
        self.ask("SAVE")
        return (self.folder / "dump.rdb").read_bytes()

    def roll_back(self, dump):
        """Start again from *dump*."""
        self.kill()
        (self.folder / "dump.rdb").write_bytes(dump)
        self.start()


class TlsServer(Server):
    """A server with a second port, for TLS, which the members of a Cluster use among themselves."""

    def __init__(self, folder, *options):
        self.tls_port = free_port()
        super().__init__(folder, "--tls-port", str(self.tls_port), "--tls-cluster", "yes", *options)

    @property
    def bus_of(self):
        return self.tls_port


class Sentinel(Server):
    """A Sentinel that watches the master on *port*."""

    def __init__(self, folder, port, *options):
        super().__init__(folder / "sentinel")
        self.conf = folder / "sentinel.conf"
        self.conf.write_text(f"sentinel monitor doorward 127.0.0.1 {port} 1\n")
        self.options = options

    def command(self, found):
        plain = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        return [found, str(self.conf), "--sentinel", *plain, *self.options]


def taken_into_use(url):
    """Accept the store at *url* as an operator does with a new one, and return *url*."""
    store = open_store(url, connect_seconds=5, command_seconds=5)
    store.accept(NOW)
    store.close()
    return url


def start_cluster(folder: Path, *options: str, kind=Server):
    """Start three masters that share the slots, and return them when each knows of all."""
    servers = [kind(folder / str(number), "--cluster-enabled", "yes", *options) for number in range(3)]
    try:
        for server in servers:
            server.start()
        for number, server in enumerate(servers):
            server.ask("CLUSTER", "ADDSLOTSRANGE", number * 5462, min(number * 5462 + 5461, 16_383))
            server.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for server in servers[1:]:
            servers[0].ask("CLUSTER", "MEET", "127.0.0.1", server.bus_of)
        for server in servers:
            server.wait(lambda server=server: _is_whole(server))
    except BaseException:
        for server in servers:
            server.kill()
        raise
    return servers


def _is_whole(server):
    told = server.ask("CLUSTER", "INFO")
    told = told if isinstance(told, dict) else dict(line.split(":") for line in told.decode().split())
    return told["cluster_state"] == "ok" and int(told["cluster_known_nodes"]) == 3 and len(_slots(server)) == 3


def _slots(server):
    return server.ask("CLUSTER", "SLOTS")
