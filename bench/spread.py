"""Connections that are spread evenly over the workers of a server.

A kept connection stays with the worker that accepted it, and whoever wakes first accepts: of sixteen that are opened at
once, one worker may take all, and the round then measures one worker. So each is looked up in /proc, and opened again
while its worker has its share.
"""

import os
import socket
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

MOST_TRIES = 400
ACCEPT_SECONDS = 5.0


def connect(port: int, pids: Sequence[int], number: int, *, workers: int) -> tuple[list[socket.socket], list[int]]:
    """Return *number* connections to *port*, and how many of them each of its workers has.

    *pids* are the server's processes. Where the tries do not suffice, the connections are as uneven as they came.
    """
    share = -(-number // workers)
    found: list[socket.socket] = []
    counts: Counter[int] = Counter()
    tries = 0
    while len(found) < number:
        tries += 1
        link = socket.create_connection(("127.0.0.1", port), timeout=ACCEPT_SECONDS)
        owner = _owner(link, pids)
        if counts[owner] >= share and tries < MOST_TRIES:
            link.close()
            continue
        counts[owner] += 1
        found.append(link)
    return found, sorted(counts.values())


def _owner(link: socket.socket, pids: Sequence[int]) -> int:
    """Return the process that has accepted *link*."""
    deadline = time.monotonic() + ACCEPT_SECONDS
    while time.monotonic() < deadline:
        name = f"socket:[{_inode(link)}]"
        for pid in pids:
            with suppress(OSError):
                if any(os.readlink(each) == name for each in Path(f"/proc/{pid}/fd").iterdir()):
                    return pid
        time.sleep(0.001)
    raise TimeoutError("no worker has accepted a connection")


def _inode(link: socket.socket) -> str:
    """Return the number of the server's end of *link*; 0 until it is accepted."""
    mine, theirs = (f"0100007F:{address[1]:04X}" for address in (link.getsockname(), link.getpeername()))
    for line in Path("/proc/net/tcp").read_text().splitlines():
        fields = line.split()
        if fields[1:3] == [theirs, mine]:
            return fields[9]
    return "0"
