"""The load: keep-alive connections in one thread, each with one request under way, as cheap as Python makes it.

Whatever can be done before the clock runs is done before; what is left is one wait for all sockets, and for each answer
a search of its length, of its status and of a device token. Every side of a comparison gets exactly this.
"""

import gc
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from people import Person, Request, Traffic

SILENCE_SECONDS = 10

Tokens = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """Where the requests go, and the device tokens that its people hold; it hands out new ones as it answers."""

    port: int
    key: str
    tokens: Tokens

    @property
    def head(self) -> bytes:
        return (
            f"POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.key}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()


@dataclass(slots=True)
class Sent:
    """What a round came to. *cpu_seconds* are the generator's own."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    # How often a connection was opened again, because the answer on it said that it was the last one.
    reopened: int = 0


class Link:
    """One connection with one request under way."""

    __slots__ = ("address", "begun", "is_last", "person", "received", "requests", "socket")

    def __init__(self, connection: socket.socket, requests: Iterator[Request]) -> None:
        self.socket = _ready(connection)
        self.address = connection.getpeername()
        self.requests = requests
        self.received = b""
        # Whether the answer says that the server closes the connection after it, as one does that holds too many.
        self.is_last = False
        self.person = ""
        self.begun = 0.0

    def send(self, head: bytes, tokens: Tokens) -> None:
        self.person, front, back = next(self.requests)
        token = tokens.get(self.person, b"null")
        length = len(front) + len(token) + len(back)
        self.received = b""
        self.begun = time.perf_counter()
        self.socket.sendall(b"%b%d\r\n\r\n%b%b%b" % (head, length, front, token, back))

    @property
    def has_more(self) -> bool:
        return True

    def refusal(self) -> int:
        """Return the status of an answer that is not what was asked for; 0 where it is."""
        return 0 if self.received[9:12] == b"200" else int(self.received[9:12])

    def is_answered(self) -> bool:
        """Take in what has arrived, and answer whether it is all."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        self.received += more
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        self.is_last = self.received.find(b"\r\nConnection: close", 0, end) >= 0
        at = self.received.find(b"Content-Length: ")
        if at < 0:
            at = self.received.find(b"content-length: ")
        at += 16
        return len(self.received) >= end + 4 + int(self.received[at : self.received.index(b"\r", at)])

    def reopen(self) -> None:
        """Go on, on a connection of its own, where the last one was closed."""
        self.socket.close()
        self.socket = _ready(socket.create_connection(self.address, timeout=SILENCE_SECONDS))

    def keep_token(self, tokens: Tokens) -> None:
        at = self.received.find(b'"token":"dvt_')
        if at > 0 and self.person:
            tokens[self.person] = self.received[at + 8 : self.received.index(b'"', at + 9) + 1]


def _ready(connection: socket.socket) -> socket.socket:
    connection.settimeout(SILENCE_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Once(Link):
    """A connection for requests that are complete, of which there is a number; *wanted* must stand in each answer."""

    __slots__ = ("waiting", "wanted")

    def __init__(self, connection: socket.socket, requests: list[bytes], wanted: bytes) -> None:
        super().__init__(connection, iter(()))
        self.waiting = requests[::-1]
        self.wanted = wanted

    @property
    def has_more(self) -> bool:
        return bool(self.waiting)

    def send(self, head: bytes, tokens: Tokens) -> None:  # noqa: ARG002 - they are in the request already
        request = self.waiting.pop()
        self.received = b""
        self.begun = time.perf_counter()
        self.socket.sendall(request)

    def refusal(self) -> int:
        return super().refusal() or (0 if self.wanted in self.received else 200)


def streams(seed: str, people: list[Person], *, connections: int, ready: int) -> list[Iterator[Request]]:
    """Return a stream of requests for each connection, *ready* of them built in advance."""
    found: list[Iterator[Request]] = []
    for number in range(connections):
        traffic = Traffic(f"{seed}-{number}", people[number::connections])
        found.append(chain(list(islice(traffic, ready)), traffic))
    return found


def drive(
    target: Target, connections: Sequence[socket.socket], requests: Sequence[Iterator[Request]], seconds: float
) -> Sent:
    """Send *requests* on a connection each until *seconds* are over, and return when the last answer has come."""
    return drive_links(target, [Link(each, one) for each, one in zip(connections, requests, strict=True)], seconds)


def drive_links(target: Target, made: Sequence[Link], seconds: float) -> Sent:
    """Send what each of *made* has, until it has no more or *seconds* are over."""
    links = {each.socket.fileno(): each for each in made}
    sent = Sent()
    gc.collect()
    gc.disable()
    try:
        begun, used = time.perf_counter(), time.process_time()
        _exchange(target, links, begun + seconds, sent)
        sent.seconds, sent.cpu_seconds = time.perf_counter() - begun, time.process_time() - used
    finally:
        gc.enable()
        for link in links.values():
            link.socket.close()
    return sent


def _exchange(target: Target, links: dict[int, Link], until: float, sent: Sent) -> None:
    head, tokens = target.head, target.tokens
    under_way = len(links)
    with select.epoll() as poll:
        for number, link in links.items():
            poll.register(number, select.EPOLLIN)
            link.send(head, tokens)
        while under_way:
            ready = poll.poll(SILENCE_SECONDS)
            if not ready:
                raise TimeoutError(f"no answer within {SILENCE_SECONDS} s")
            for number, _ in ready:
                link = links[number]
                if not link.is_answered():
                    continue
                ended = time.perf_counter()
                sent.latencies.append(ended - link.begun)
                if refusal := link.refusal():
                    sent.refused.append(refusal)
                link.keep_token(tokens)
                if ended >= until or not link.has_more:
                    under_way -= 1
                    # The server may close it from here on, as it may any that is idle.
                    poll.unregister(number)
                    continue
                if link.is_last:
                    sent.reopened += 1
                    poll.unregister(number)
                    link = _reopened(links, number)
                    poll.register(link.socket, select.EPOLLIN)
                link.send(head, tokens)


def _reopened(links: dict[int, Link], number: int) -> Link:
    link = links.pop(number)
    link.reopen()
    links[link.socket.fileno()] = link
    return link
