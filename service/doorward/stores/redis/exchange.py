"""Calls go out and replies come back: grouped by node, all sent before the first is read, bounded in time."""

from collections.abc import Collection, Iterable, Sequence

from redis.connection import Connection
from redis.exceptions import AskError, ClusterDownError, MovedError, NoScriptError, ReadOnlyError, RedisError
from redis.exceptions import ResponseError as Refusal

from doorward.core.errors import StoreUnavailable
from doorward.stores.redis.calls import Call, Reply, call
from doorward.stores.redis.nodes import Node
from doorward.stores.redis.topology import Topology

EPOCH = b"dw:epoch"
# So many that every master of a Cluster has some; they move with their slots.
COPIES = tuple(b"dw:{e%d}:epoch" % number for number in range(64))
# Moved, unknown there, moved on: more than that is no way to an answer.
REPEATS = 4


class Exchange:
    """The only way to Redis. All its errors leave as StoreUnavailable; no call is repeated that may have counted."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.epoch = b""
        self._closed = False

    def one(self, asked: Call) -> Reply:
        return self.run([asked])[0]

    def run(self, calls: Sequence[Call], *, check_epoch: bool = True) -> list[Reply]:
        """Return the reply to each of *calls*; where one was refused, StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        try:
            replies = self._answers(calls, check_epoch=check_epoch)
        except (RedisError, OSError) as error:
            self.topology.doubt()
            raise unavailable(error) from error
        for reply in replies:
            if isinstance(reply, Refusal):
                if isinstance(reply, ReadOnlyError | ClusterDownError):
                    self.topology.doubt()
                raise unavailable(reply) from reply
        return replies

    def close(self) -> None:
        """Close what is idle; whatever is called from now on raises StoreUnavailable."""
        self._closed = True
        self.topology.close()

    def _answers(self, calls: Sequence[Call], *, check_epoch: bool) -> list[Reply]:
        asked = list(calls)
        replies = self._trip(asked, check_epoch=check_epoch)
        for _ in range(REPEATS):
            again = {place: self._again(asked[place], reply) for place, reply in enumerate(replies)}
            repeated = {place: each for place, each in again.items() if each}
            if not repeated:
                break
            answers = self._trip(list(repeated.values()), check_epoch=check_epoch)
            for (place, each), reply in zip(repeated.items(), answers, strict=True):
                asked[place], replies[place] = each, reply
        return replies

    def _again(self, asked: Call, reply: Reply) -> Call | None:
        """Return how to repeat a call that was refused unheard; None where it was answered."""
        if isinstance(reply, NoScriptError):
            return asked.in_full()
        if isinstance(reply, AskError):
            return asked._replace(at=(reply.host, reply.port), asking=True)
        if isinstance(reply, MovedError):
            self.topology.doubt()
            return asked._replace(at=(reply.host, reply.port))
        return None

    def _trip(self, calls: Sequence[Call], *, check_epoch: bool) -> list[Reply]:
        groups = self._groups(calls)
        replies: list[Reply] = [None] * len(calls)
        taken: list[tuple[Node, Connection]] = []
        whole = False
        try:
            fresh = []
            for node in groups:
                connection, is_new = node.take()
                taken.append((node, connection))
                fresh += [node] if is_new else []
            if fresh and check_epoch:
                self.check_epoch(fresh)
            for (_, connection), places in zip(taken, groups.values(), strict=True):
                connection.send_packed_command([_packed(calls[place] for place in places)])
            for (_, connection), places in zip(taken, groups.values(), strict=True):
                for place in places:
                    replies[place] = _reply(connection, calls[place])
            whole = True
        finally:
            for node, connection in taken:
                # A reply that was not read would be taken for the next one's. What only the check of the epoch has
                # used is not kept: it is not known yet that it leads to the right store.
                node.give_back(connection) if whole and check_epoch else connection.disconnect()
        return replies

    def _groups(self, calls: Sequence[Call]) -> dict[Node, list[int]]:
        """Return the places of the calls by node; the node of the last call comes last."""
        groups: dict[Node, list[int]] = {}
        for place, each in enumerate(calls):
            groups.setdefault(self.topology.node_of(each), []).append(place)
        if len(groups) > 1:
            return dict(sorted(groups.items(), key=lambda group: group[1][-1]))
        return groups

    def set_epoch(self, fresh: str) -> None:
        """Give a new store its name, *fresh*, and take the name of one that has one; each master keeps copies."""
        _, epoch = self.run([call("SET", EPOCH, fresh, "NX"), call("GET", EPOCH)])
        self.run([call("SET", copy, epoch, "NX") for copy in COPIES])
        self.epoch = bytes(epoch)

    def check_epoch(self, nodes: Collection[Node] | None = None) -> None:
        """Return when *nodes*, or all, are still of the store that was opened; StoreUnavailable when not."""
        if not self.epoch:
            return
        asked = [call("GET", copy) for copy in COPIES]
        here = [each for each in asked if nodes is None or self.topology.node_of(each) in nodes]
        if here and set(self.run(here, check_epoch=False)) != {self.epoch}:
            raise StoreUnavailable("this is not the store that was opened: it came back empty, or is another one")


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return what the rest of the program may know of *error*: its kind."""
    return StoreUnavailable(f"Redis answered {type(error).__name__}")


def _packed(calls: Iterable[Call]) -> bytes:
    """Return *calls* as they go over the wire: redis-py's own way takes twice the time."""
    parts = []
    for each in calls:
        if each.asking:
            parts.append(b"*1\r\n$6\r\nASKING\r\n")
        parts.append(b"*%d\r\n" % len(each.words))
        for word in each.words:
            plain = word if isinstance(word, bytes) else str(word).encode()
            parts.append(b"$%d\r\n%b\r\n" % (len(plain), plain))
    return b"".join(parts)


def _reply(connection: Connection, asked: Call) -> Reply:
    """Return what *asked* is answered, a refusal as a value: the replies after it are still to be read."""
    reply: Reply = None
    for _ in range(2 if asked.asking else 1):
        try:
            reply = connection.read_response()
        except Refusal as refusal:
            reply = refusal
    return reply
