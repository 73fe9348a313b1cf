"""Forks while threads use the store, and prints what became of it: `python redis_forker.py URL`."""

import os
import sys
import threading

from doorward.stores.redis import open_store

NOW = 1_700_000_000.0
EACH = 40


def spend(store, name):
    for number in range(EACH):
        assert store.spend("acme", f"{name}-{number}", expires_at=NOW + 10, now=NOW)
        assert not store.spend("acme", f"{name}-{number}", expires_at=NOW + 10, now=NOW)


def child_of(store, name):
    pid = os.fork()
    if pid:
        return pid
    try:
        spend(store, name)
        store.close()
    except BaseException:
        os._exit(1)
    os._exit(0)


def main():
    store = open_store(sys.argv[1], connect_seconds=5, command_seconds=5)
    busy = [threading.Thread(target=spend, args=(store, f"parent-{n}")) for n in range(3)]
    for each in busy:
        each.start()
    children = [child_of(store, f"child-{n}") for n in range(4)]
    print([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children], flush=True)
    for each in busy:
        each.join()
    store.ping()
    store.close()


if __name__ == "__main__":
    main()
