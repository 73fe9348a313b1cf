"""Calls go out and replies come back: grouped by node, all sent before the first is read, bounded in time."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from redis.exceptions import AskError, ClusterDownError, MovedError, NoScriptError, ReadOnlyError, RedisError
from redis.exceptions import ResponseError as Refusal

from doorward.core.epoch import Epoch
from doorward.core.errors import SpendNotKept, StoreUnavailable
from doorward.stores.redis import layout
from doorward.stores.redis.calls import Call, Reply, call
from doorward.stores.redis.line import Line, packed
from doorward.stores.redis.nodes import Node
from doorward.stores.redis.topology import Topology
from doorward.stores.watch import Watch

WAIT = "WAIT"

# Moved, unknown there, moved on: more than that is no way to an answer.
REPEATS = 4
_ASKING = packed(("ASKING",))


class Keeping(NamedTuple):
    """How many replicas must have what was spent, and within how many milliseconds."""

    replicas: int
    milliseconds: int


NOWHERE_ELSE = Keeping(0, 0)


class Exchange:
    """The only way to Redis. All its errors leave as StoreUnavailable; no call is repeated that may have counted.

    With whatever a node is asked, it is asked last for the epoch that it holds: no answer counts that came from a
    store which was emptied or rolled back in the meantime.
    """

    def __init__(self, topology: Topology, watch: Watch, keeping: Keeping = NOWHERE_ELSE) -> None:
        self.topology = topology
        self.watch = watch
        self.keeping = keeping
        self._closed = False

    def one(self, asked: Call) -> Reply:
        return self.run([asked])[0]

    def spend(self, *calls: Call) -> Reply:
        """Return the reply to the last of *calls*, all of one node, that must not be forgotten: replicas have them.

        SpendNotKept where they do not say so in time, or where a server has taken over that may lack what was spent
        before: it is done then, and counts for nobody.
        """
        wanted = self.keeping.replicas
        waiting = [wait_call(calls[-1].key, self.keeping)] if wanted else []
        replies = self.run([*calls, *waiting])
        if waiting and replies[-1] < wanted:
            raise SpendNotKept(f"{replies[-1]} of {wanted} replicas have what was spent")
        if self.watch.is_taken_over():
            raise SpendNotKept("another server has taken over, and may lack what was spent before")
        return replies[len(calls) - 1]

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
        return self.watch.judge(self.epochs(), self.topology.servers())

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
            repeated: dict[int, Call] = {}
            for place, reply in enumerate(replies):
                before = repeated.get(place - 1)
                if before and asked[place].words[0] == WAIT:
                    # It waits for what its line has written, so it goes wherever that goes.
                    repeated[place] = asked[place]._replace(at=before.at)
                elif isinstance(reply, Refusal) and (each := self._again(asked[place], reply)):
                    repeated[place] = each
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
        copies = {node: self.topology.place_of(node) if guarded else None for node in groups}
        replies: list[Reply] = [None] * len(calls)
        told: dict[int, tuple[Reply, str]] = {}
        taken: list[tuple[Node, Line]] = []
        whole = False
        try:
            for node in groups:
                taken.append((node, node.take()))
            for node, line in taken:
                line.send(_packed([calls[place] for place in groups[node]], copies[node]))
            for node, line in taken:
                for place in groups[node]:
                    replies[place] = _reply(line, calls[place])
                copy = copies[node]
                if copy is not None:
                    told[copy] = line.reply(), node.server
            whole = True
        finally:
            for node, line in taken:
                # A reply that was not read would be taken for the next one's.
                node.give_back(line) if whole else line.close()
        self._compare(told)
        return replies

    def _compare(self, told: dict[int, tuple[Reply, str]]) -> None:
        """Return where every node still is of the store that was accepted."""
        for place, (reply, server) in told.items():
            if isinstance(reply, MovedError | AskError):
                self.topology.doubt()
                self.look()
            elif isinstance(reply, Refusal):
                raise reply
            else:
                self.watch.same(str(place), _text(reply), server)

    def _groups(self, calls: Sequence[Call]) -> dict[Node, list[int]]:
        """Return the places of the calls by node; the node of the last call comes last."""
        groups: dict[Node, list[int]] = {}
        for place, each in enumerate(calls):
            groups.setdefault(self.topology.node_of(each), []).append(place)
        if len(groups) > 1:
            return dict(sorted(groups.items(), key=lambda group: group[1][-1]))
        return groups


def wait_call(key: bytes, keeping: Keeping) -> Call:
    """Return the call that answers how many replicas have what was written before it, wherever *key* is."""
    return Call(key, (WAIT, *keeping))


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return what the rest of the program may know of *error*: its kind."""
    return StoreUnavailable(f"Redis answered {type(error).__name__}")


def _text(raw: Reply) -> str | None:
    # What is no text there is no epoch of ours.
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else None


def _packed(calls: Iterable[Call], copy: int | None) -> bytes:
    """Return *calls* as they go over the wire, and last the question for that *copy* of the epoch."""
    parts = []
    for each in calls:
        if each.asking:
            parts.append(_ASKING)
        parts.append(packed(each.words))
    if copy is not None:
        parts.append(_guards()[copy])
    return b"".join(parts)


@lru_cache(maxsize=1)
def _guards() -> tuple[bytes, ...]:
    return tuple(packed(("GET", name)) for name in layout.epochs())


def _reply(line: Line, asked: Call) -> Reply:
    if asked.asking:
        line.reply()
    return line.reply()
