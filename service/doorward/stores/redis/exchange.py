"""Calls go out and replies come back: grouped by node, all sent before the first is read, bounded in time."""

from collections.abc import Iterable, Sequence

from redis.connection import Connection
from redis.exceptions import AskError, ClusterDownError, MovedError, NoScriptError, ReadOnlyError, RedisError
from redis.exceptions import ResponseError as Refusal

from doorward.core.epoch import Epoch
from doorward.core.errors import StoreUnavailable
from doorward.stores.redis import layout
from doorward.stores.redis.calls import Call, Reply, call
from doorward.stores.redis.nodes import Node
from doorward.stores.redis.topology import Topology
from doorward.stores.watch import Watch

# Moved, unknown there, moved on: more than that is no way to an answer.
REPEATS = 4


class Exchange:
    """The only way to Redis. All its errors leave as StoreUnavailable; no call is repeated that may have counted.

    With whatever a node is asked, it is asked last for the epoch that it holds: no answer counts that came from a
    store which was emptied or rolled back in the meantime.
    """

    def __init__(self, topology: Topology, watch: Watch) -> None:
        self.topology = topology
        self.watch = watch
        self._closed = False

    def one(self, asked: Call) -> Reply:
        return self.run([asked])[0]

    def run(self, calls: Sequence[Call], *, guarded: bool = True) -> list[Reply]:
        """Return the reply to each of *calls*; where one was refused, or the store is not ours, StoreUnavailable."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if guarded and not self.watch.name:
            self.look()
        try:
            replies = self._answers(calls, guarded=guarded)
        except (RedisError, OSError) as error:
            self.topology.doubt()
            raise unavailable(error) from error
        for reply in replies:
            if isinstance(reply, Refusal):
                if isinstance(reply, ReadOnlyError | ClusterDownError):
                    self.topology.doubt()
                raise unavailable(reply) from reply
        return replies

    def look(self) -> Epoch:
        """Return the epoch where every master holds that of the store that was accepted; StoreNotAccepted if not."""
        return self.watch.judge(self.epochs())

    def epochs(self) -> dict[str, str | None]:
        """Return what stands at each place of the epoch, whatever it is."""
        names = layout.epochs()
        places = self.topology.places()
        found = self.run([call("GET", names[place]) for place in places], guarded=False)
        return {str(place): _text(raw) for place, raw in zip(places, found, strict=True)}

    def put_epochs(self, calls: Sequence[Call]) -> list[Reply]:
        """Write epochs, which is the one thing that may be done to a store that was not accepted."""
        return self.run(calls, guarded=False) if calls else []

    def close(self) -> None:
        """Close what is idle; whatever is called from now on raises StoreUnavailable."""
        self._closed = True
        self.topology.close()

    def _answers(self, calls: Sequence[Call], *, guarded: bool) -> list[Reply]:
        asked = list(calls)
        replies = self._trip(asked, guarded=guarded)
        for _ in range(REPEATS):
            again = {place: self._again(asked[place], reply) for place, reply in enumerate(replies)}
            repeated = {place: each for place, each in again.items() if each}
            if not repeated:
                break
            answers = self._trip(list(repeated.values()), guarded=guarded)
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

    def _trip(self, calls: Sequence[Call], *, guarded: bool) -> list[Reply]:
        groups = self._groups(calls)
        guards = self._guards(groups) if guarded else {}
        replies: list[Reply] = [None] * len(calls)
        told: dict[int, Reply] = {}
        taken: list[tuple[Node, Connection]] = []
        whole = False
        try:
            for node in groups:
                taken.append((node, node.take()))
            for node, connection in taken:
                asked = [calls[place] for place in groups[node]]
                connection.send_packed_command([_packed([*asked, *guards.get(node, {}).values()])])
            for node, connection in taken:
                for place in groups[node]:
                    replies[place] = _reply(connection, calls[place])
                for copy, guard in guards.get(node, {}).items():
                    told[copy] = _reply(connection, guard)
            whole = True
        finally:
            for node, connection in taken:
                # A reply that was not read would be taken for the next one's.
                node.give_back(connection) if whole else connection.disconnect()
        self._compare(told)
        return replies

    def _guards(self, groups: Iterable[Node]) -> dict[Node, dict[int, Call]]:
        """Return what each node is asked for last: a copy of the epoch, by its place."""
        found = {}
        for node in groups:
            place = self.topology.place_of(node)
            if place is not None:
                found[node] = {place: call("GET", layout.epochs()[place])}
        return found

    def _compare(self, told: dict[int, Reply]) -> None:
        """Return where every node still is of the store that was accepted."""
        for place, reply in told.items():
            if isinstance(reply, MovedError | AskError):
                self.topology.doubt()
                self.look()
            elif isinstance(reply, Refusal):
                raise reply
            else:
                self.watch.same(str(place), _text(reply))

    def _groups(self, calls: Sequence[Call]) -> dict[Node, list[int]]:
        """Return the places of the calls by node; the node of the last call comes last."""
        groups: dict[Node, list[int]] = {}
        for place, each in enumerate(calls):
            groups.setdefault(self.topology.node_of(each), []).append(place)
        if len(groups) > 1:
            return dict(sorted(groups.items(), key=lambda group: group[1][-1]))
        return groups


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return what the rest of the program may know of *error*: its kind."""
    return StoreUnavailable(f"Redis answered {type(error).__name__}")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "replace")


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
