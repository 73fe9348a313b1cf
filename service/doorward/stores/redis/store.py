"""The shared store: every port on Redis."""

from contextlib import suppress
from pathlib import Path

from redis.exceptions import NoPermissionError

from doorward.core.errors import StoreUnavailable
from doorward.core.store_url import CLUSTER, SENTINEL, RedisUrl, redis_url, without_secrets
from doorward.stores.memory import Memory
from doorward.stores.redis import layout
from doorward.stores.redis.authenticators import Authenticators
from doorward.stores.redis.calls import at, call
from doorward.stores.redis.challenges import Challenges
from doorward.stores.redis.decisions import Decisions
from doorward.stores.redis.devices import Devices
from doorward.stores.redis.epochs import Epochs
from doorward.stores.redis.erasing import Erasing
from doorward.stores.redis.exchange import Exchange, Keeping
from doorward.stores.redis.idempotency import Idempotency
from doorward.stores.redis.keys import ApiKeys
from doorward.stores.redis.listing import Listing
from doorward.stores.redis.lists import Lists
from doorward.stores.redis.moving import Moving
from doorward.stores.redis.nodes import COMMAND_SECONDS, CONNECT_SECONDS, by_sentinels, options_of
from doorward.stores.redis.notes import Notes
from doorward.stores.redis.proofs import Proofs
from doorward.stores.redis.records import Records
from doorward.stores.redis.secret_values import SecretValues
from doorward.stores.redis.spent import Spent
from doorward.stores.redis.sweep import Sweeper
from doorward.stores.redis.tallies import Tallies
from doorward.stores.redis.topology import Alone, Cluster, Topology
from doorward.stores.watch import Watch

OLDEST = (6, 2)
NOT_TOLD = "Redis does not let this user see how it is set, nor whether another server took over: allow +info"


class RedisStore(
    Epochs,
    Moving,
    Decisions,
    Records,
    Listing,
    Devices,
    Proofs,
    Spent,
    Challenges,
    Notes,
    Authenticators,
    ApiKeys,
    Lists,
    Idempotency,
    Tallies,
    SecretValues,
    Erasing,
    Sweeper,
):
    """Implements `ports.Store`; `open_store` makes one."""

    def ping(self) -> None:
        """Return when every master answers, one of them writes, and the store is still the one that was opened."""
        self._exchange.run([at(master, "PING") for master in self._exchange.topology.masters()])
        self._exchange.one(call("SET", layout.PING, "1", "EX", 60))
        self._exchange.look()

    def warnings(self) -> list[str]:
        found: dict[str, None] = dict.fromkeys(self._exchange.watch.warnings())
        topology = self._exchange.topology
        for master in topology.masters():
            if topology.place_of(topology.node_of(at(master))) is None:
                found["a master of the Cluster has no copy of the epoch, and could come back empty unnoticed"] = None
            try:
                (text,) = self._exchange.run([at(master, "INFO")], guarded=False)
            except StoreUnavailable as refused:
                if not isinstance(refused.__cause__, NoPermissionError):
                    raise
                found[NOT_TOLD] = None
            else:
                found |= dict.fromkeys(_warnings(_information(text), self._exchange.keeping.replicas))
        return list(found)

    def sizes(self) -> dict[str, int]:
        masters = self._exchange.topology.masters()
        keys = self._exchange.run([at(master, "DBSIZE") for master in masters])
        api_keys = self._exchange.one(call("HLEN", layout.KEY_IDS))
        return {"api_keys": int(api_keys), "keys_in_redis": sum(keys)}

    def erase_all(self) -> None:
        for master in self._exchange.topology.masters():
            cursor = b""
            while cursor != b"0":
                cursor, keys = self._exchange.one(
                    at(master, "SCAN", cursor or b"0", "MATCH", layout.PREFIX + b"*", "COUNT", 1000)
                )
                self._erase([key for key in keys if key not in layout.epochs()])
        self._days.forget()

    def close(self) -> None:
        self._exchange.close()

    def _erase(self, keys: list[bytes]) -> None:
        calls = []
        for key in keys:
            if key.endswith(b"}:versions"):
                # Versions only rise: one that came back would hide a change from who remembers it.
                calls += [call("HINCRBY", key, "lists", 1), call("HINCRBY", key, "tallies", 1)]
            else:
                calls.append(call("UNLINK", key))
        if calls:
            self._exchange.run(calls)


def open_store(
    url: str,
    *,
    state_dir: Path | None = None,
    connect_seconds: float = CONNECT_SECONDS,
    command_seconds: float = COMMAND_SECONDS,
    replicas: int = 0,
) -> RedisStore:
    """Return the store at *url*, of which nothing is asked before its first use.

    No trip waits longer than the two times for a server that does not answer, and half the second for *replicas* to
    have what was spent. What was seen of the store is remembered below *state_dir*.
    """
    address = redis_url(url)
    topology = _topology(address, connect_seconds=connect_seconds, command_seconds=command_seconds)
    keeping = Keeping(replicas, round(command_seconds * 500))
    return RedisStore(Exchange(topology, Watch(Memory(state_dir, without_secrets(url))), keeping))


def _topology(url: RedisUrl, *, connect_seconds: float, command_seconds: float) -> Topology:
    options = options_of(url, connect_seconds=connect_seconds, command_seconds=command_seconds)
    if url.scheme == CLUSTER:
        return Cluster(url.hosts, options)
    if url.scheme == SENTINEL:
        return Alone(by_sentinels(url, connect_seconds=connect_seconds, command_seconds=command_seconds), options)
    return Alone(lambda: url.hosts[0], options)


def _information(text: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.decode("utf-8", "replace").splitlines())
    return {name: value for name, separator, value in pairs if separator}


def _warnings(told: dict[str, str], replicas: int) -> list[str]:
    found = []
    following = told.get("connected_slaves", "")
    if following.isdecimal() and int(following) < replicas:
        found.append(
            f"Redis has {following} of the {replicas} replicas that DOORWARD_STORE_REPLICAS asks for: nothing that can "
            "be used once is accepted"
        )
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        found.append(f"Redis evicts what it likes (maxmemory-policy {told['maxmemory_policy']}); set noeviction")
    if told.get("aof_enabled", "1") != "1":
        found.append("Redis keeps no append-only file: a restart loses what was written since its last dump")
    if told.get("role", "master") != "master":
        found.append("Redis is a replica here, which cannot be written to")
    with suppress(ValueError):
        version = tuple(int(number) for number in told.get("redis_version", "").split(".")[:2])
        if version < OLDEST:
            found.append(f"Redis {told['redis_version']} is older than {'.'.join(map(str, OLDEST))}")
    return found
