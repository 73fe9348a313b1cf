"""Which node answers for a key: always the same one, or the owner of its slot in a Cluster."""

import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from redis.crc import key_slot
from redis.exceptions import ConnectionError as Unconnected
from redis.exceptions import RedisError

from doorward.stores.redis import layout
from doorward.stores.redis.calls import Address, Call
from doorward.stores.redis.line import packed
from doorward.stores.redis.nodes import Locate, Node

SLOTS = 16_384
# A call that finds the map in doubt asks so many members at most: each may cost a whole timeout.
ASKED = 2


class Topology(Protocol):
    """Where a call goes. *undivided*: there are no slots, and one call may have whatever keys it likes."""

    undivided: bool

    def node_of(self, call: Call) -> Node: ...

    def masters(self) -> list[Address]:
        """Return an address for each master; `Call.at` takes it."""
        ...

    def places(self) -> range:
        """Return the numbers of the copies of the epoch (`layout.epochs`) that a store like this has."""
        ...

    def place_of(self, node: Node) -> int | None:
        """Return the number of a copy of the epoch that *node* has, None where it has none."""
        ...

    def servers(self) -> dict[str, str]:
        """Return which process of Redis has each copy of the epoch, by its place, as far as it has told."""
        ...

    def doubt(self) -> None:
        """Look again before the next call: something moved, or is gone."""
        ...

    def close(self) -> None: ...


class Alone:
    """One server, or the master that Sentinels name."""

    undivided = True
    _HERE: Address = ("", 0)

    def __init__(self, locate: Locate, options: dict[str, Any]) -> None:
        self._node = Node(locate, options)

    def node_of(self, call: Call) -> Node:
        if call.at not in (None, self._HERE):
            raise Unconnected("the server is a member of a Cluster")
        return self._node

    def masters(self) -> list[Address]:
        return [self._HERE]

    def places(self) -> range:
        return range(1)

    def place_of(self, node: Node) -> int | None:  # noqa: ARG002 (the protocol's)
        return 0

    def servers(self) -> dict[str, str]:
        return {"0": self._node.server}

    def doubt(self) -> None:
        self._node.drop()

    def close(self) -> None:
        self._node.drop()


class Cluster:
    """The masters of a Cluster by slot, asked for again whenever a call was redirected or failed."""

    undivided = False

    def __init__(self, seeds: Sequence[Address], options: dict[str, Any]) -> None:
        self._seeds = list(seeds)
        self._options = options
        self._nodes: dict[Address, Node] = {}
        self._owners: list[Address | None] = [None] * SLOTS
        self._in_doubt = True
        self._places: dict[Node, int] = {}

    def node_of(self, call: Call) -> Node:
        if call.at:
            return self._node(call.at)
        self._look_again()
        owner = self._owners[key_slot(call.key)]
        if owner is None:
            raise Unconnected("no master has this slot")
        return self._node(owner)

    def masters(self) -> list[Address]:
        self._look_again()
        return sorted({owner for owner in self._owners if owner})

    def places(self) -> range:
        return range(layout.BANDS)

    def place_of(self, node: Node) -> int | None:
        return self._places.get(node)

    def servers(self) -> dict[str, str]:
        owners = ((place, self._owners[key_slot(name)]) for place, name in enumerate(layout.epochs()))
        return {str(place): self._node(owner).server for place, owner in owners if owner}

    def doubt(self) -> None:
        self._in_doubt = True

    def close(self) -> None:
        for node in list(self._nodes.values()):
            node.drop()

    def _node(self, address: Address) -> Node:
        if address not in self._nodes:
            self._nodes[address] = Node(lambda: address, self._options)
        return self._nodes[address]

    def _look_again(self) -> None:
        if not self._in_doubt:
            return
        candidates = list(dict.fromkeys([*(owner for owner in self._owners if owner), *self._seeds]))
        for address in random.sample(candidates, min(ASKED, len(candidates))):
            with suppress(RedisError, OSError):
                self._owners = self._ask(address)
                self._in_doubt = False
                self._forget_strangers()
                self._note_places()
                return
        raise Unconnected("no member of the Cluster answers")

    def _ask(self, address: Address) -> list[Address | None]:
        node = self._node(address)
        line = node.take()
        try:
            line.send(packed(("CLUSTER", "SLOTS")))
            found = line.reply()
        except BaseException:
            line.close()
            raise
        node.give_back(line)
        if isinstance(found, RedisError):
            raise found
        owners: list[Address | None] = [None] * SLOTS
        for first, last, (host, port, *_), *_ in found:
            owner = (host.decode() or address[0], int(port))
            owners[first : last + 1] = [owner] * (last + 1 - first)
        return owners

    def _note_places(self) -> None:
        places: dict[Node, int] = {}
        for place, name in enumerate(layout.epochs()):
            owner = self._owners[key_slot(name)]
            if owner:
                places.setdefault(self._node(owner), place)
        self._places = places

    def _forget_strangers(self) -> None:
        known = {*self._owners, *self._seeds}
        for address in [each for each in list(self._nodes) if each not in known]:
            self._nodes.pop(address).drop()
