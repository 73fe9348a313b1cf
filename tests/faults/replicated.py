"""Redis whose replicas take over by themselves: one under three Sentinels, and three in a Cluster."""

import contextlib
from pathlib import Path

from redis.crc import key_slot
from redis.exceptions import RedisError

from doorward.stores.redis import layout

from ..stores.redis_servers import Replica, Server, start_cluster
from .places import TENANT, Place, is_whole

# After so long a silence a master is taken for dead.
SILENCE_MS = 1000


class Sentinel(Server):
    """Watches the master on *port* with two others."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder)
        self.conf = folder / "sentinel.conf"
        lines = (
            f"sentinel monitor doorward 127.0.0.1 {port} 2",
            f"sentinel down-after-milliseconds doorward {SILENCE_MS}",
            # Where they vote for different ones, they vote again after twice that.
            "sentinel failover-timeout doorward 1000",
        )
        self.conf.write_text("\n".join(lines) + "\n")

    def command(self, found: str) -> list[str]:
        return [found, str(self.conf), "--sentinel", "--port", str(self.port), "--bind", "127.0.0.1"]


class Sentinels(Place):
    """A master, a replica and three Sentinels; the master is killed, and comes back as the replica of the other."""

    def __init__(self, folder: Path) -> None:
        self.master = Server(folder / "master")
        self.master.start()
        self.replica = Replica(folder / "replica", self.master)
        self.replica.start()
        self.sentinels = [Sentinel(folder / f"sentinel-{number}", self.master.port) for number in range(3)]
        for each in self.sentinels:
            each.start()
        for each in self.sentinels:
            each.wait(lambda each=each: _knows_all(each))
        self.url = f"redis+sentinel://{','.join(each.address for each in self.sentinels)}/doorward"

    def close(self) -> None:
        for server in [*self.sentinels, self.replica, self.master]:
            server.kill()

    def kill(self) -> None:
        self.master.kill()

    def restart(self) -> None:
        """Start the old master, and return when it follows the new one."""
        self.master.start()
        self.replica.wait(lambda: len(self.replica.ask("ROLE")[2]) == 1)


class ReplicatedCluster(Place):
    """Three masters with a replica each, of which the one that has the tenant's lists is killed."""

    whole = False

    def __init__(self, folder: Path) -> None:
        options = ("--cluster-node-timeout", str(SILENCE_MS))
        self.masters = start_cluster(folder, *options)
        self.replicas = [
            Server(folder / f"replica-{number}", "--cluster-enabled", "yes", *options) for number in range(3)
        ]
        for master, replica in zip(self.masters, self.replicas, strict=True):
            master.ask("CONFIG", "SET", "repl-diskless-sync-delay", "0")
            replica.start()
            replica.ask("CLUSTER", "MEET", "127.0.0.1", self.masters[0].port)
            name = master.ask("CLUSTER", "MYID")
            replica.wait(lambda replica=replica, name=name: _follows(replica, name))
        for master in self.masters:
            master.wait(lambda master=master: len(master.ask("ROLE")[2]) == 1)
        for each in [*self.masters, *self.replicas]:
            each.wait(lambda each=each: is_whole(each))
        self.url = "redis+cluster://" + ",".join(each.address for each in [*self.masters, *self.replicas])
        self.victim = self.masters[key_slot(layout.of_tenant(TENANT, "lists")) // 5462]

    def close(self) -> None:
        for server in [*self.replicas, *self.masters]:
            server.kill()

    def kill(self) -> None:
        self.victim.kill()

    def restart(self) -> None:
        self.victim.start()
        self.victim.wait(lambda: self.victim.ask("ROLE")[0] == b"slave")


def _knows_all(sentinel: Server) -> bool:
    told = sentinel.ask("SENTINEL", "MASTER", "doorward")
    plain = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))
    known = {_text(name): _text(value) for name, value in plain.items()}
    return (known["num-other-sentinels"], known["num-slaves"]) == ("2", "1")


def _follows(replica: Server, master: bytes) -> bool:
    """Ask it to follow until it knows of its master, and answer whether it does."""
    with contextlib.suppress(RedisError):
        replica.ask("CLUSTER", "REPLICATE", master)
    return replica.ask("ROLE")[0] == b"slave" and replica.ask("ROLE")[3] == b"connected"


def _text(value: bytes | str | int) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
