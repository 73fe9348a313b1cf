"""Forks while threads use the store, and prints what parent and child found: `python forker.py ADDRESS`."""

import os
import sys
import threading

from doorward.core.errors import StoreUnavailable
from doorward.stores.sqlite import open_store

NOW = 1_700_000_000.0
FORKS = 5
EACH = 20


def spend(store, name, count):
    for number in range(count):
        store.spend("acme", f"{name}-{number}", expires_at=NOW + 10, now=NOW)
        assert store.record("acme", "dec_1", NOW) is None


def child_of(store, fork):
    """Fork; the child works in threads of its own and ends with 0 where all went well."""
    pid = os.fork()
    if pid:
        return pid
    try:
        threads = [threading.Thread(target=spend, args=(store, f"child-{fork}-{n}", EACH)) for n in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        store.close()
    except BaseException:
        os._exit(1)
    os._exit(0)


def main():
    memory = open_store(":memory:")
    store = open_store(sys.argv[1], busy_seconds=10)
    busy = [threading.Thread(target=spend, args=(store, f"parent-{n}", EACH * FORKS)) for n in range(3)]
    for each in busy:
        each.start()
    children = [child_of(store, fork) for fork in range(FORKS)]
    print("children ended with", [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])
    for each in busy:
        each.join()
    names = [f"child-{fork}-{n}" for fork in range(FORKS) for n in range(2)]
    lost = [
        f"{name}-{number}"
        for name, count in [(name, EACH) for name in names] + [(f"parent-{n}", EACH * FORKS) for n in range(3)]
        for number in range(count)
        if store.spend("acme", f"{name}-{number}", expires_at=NOW + 10, now=NOW)
    ]
    print("lost", lost)
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        try:
            memory.tenants()
        except StoreUnavailable:
            os._exit(7)
        os._exit(0)
    print("memory in a child", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    memory.close()
    store.close()


if __name__ == "__main__":
    main()
