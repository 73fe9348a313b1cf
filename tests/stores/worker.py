"""One of several processes that use a store at once: `python worker.py MODULE:OPEN ADDRESS WHAT NAME COUNT`.

It says `ready`, waits for a line, works, and prints a line for each thing that the store has acknowledged.
"""

import sys
from importlib import import_module

from doorward.core import ring
from doorward.core.errors import StoreUnavailable
from doorward.ports import Changes, Keys, Observation, RecordRow

NOW = 1_700_000_000.0
TENANT = "acme"
SUBJECT = b"subject-of-acme1"
DAY = 86_400.0


def spend(store, name, number):
    return f"{number} {store.spend(TENANT, f'jti-{number}', expires_at=NOW + 10, now=NOW)}"


def claim(store, name, number):
    return f"{number} {store.claim(b'%d' % number, b'f', expires_at=NOW + DAY, now=NOW).state}"


def attempt(store, name, number):
    seen = Observation(attempt=number + 1, flags=ring.ATTEMPT | ring.FAILED, subject_mark=1)
    return f"{number} {store.begin(Keys(tenant=TENANT, subject=SUBJECT), seen, NOW).earlier_flags}"


def append(store, name, number):
    mark = int(name) * 1000 + number + 1
    seen = Observation(attempt=0, flags=ring.ATTEMPT, subject_mark=mark, address_mark=mark)
    store.begin(Keys(tenant=TENANT, subject=SUBJECT, address=b"address-of-acme1"), seen, NOW)
    return str(mark)


def learn(store, name, number):
    line = f"{name}-{number};".encode()
    store.rewrite_profile(TENANT, SUBJECT, lambda held: (held or b"") + line, expires_at=NOW + DAY, now=NOW)
    return line.decode()


def decide(store, name, number):
    """Count, then write a record and a profile of which either both are there or none."""
    subject = f"{name}-{number // 20}".encode()
    seen = Observation(attempt=0, flags=ring.ATTEMPT, subject_mark=1, address_mark=number + 1)
    store.begin(Keys(tenant=TENANT, subject=subject), seen, NOW)
    changes = Changes(
        record=RecordRow(f"dec_{name}_{number}", TENANT, subject, NOW, "allow", "rule", b"r" * 1000, NOW + DAY),
        profile_key=(TENANT, subject),
        rewrite_profile=lambda held: (held or b"") + number.to_bytes(4, "big"),
        profile_expires_at=NOW + DAY,
    )
    store.commit(changes, NOW)
    return str(number)


def hold(store, name, number):
    """Keep the store's write lock until somebody writes a line."""
    with store._database.writing():
        print("held", flush=True)
        sys.stdin.readline()
    return "let go"


def main():
    opener, address, what, name, count = sys.argv[1:]
    module, _, function = opener.partition(":")
    store = getattr(import_module(module), function)(address)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        try:
            print(globals()[what](store, name, number), flush=True)
        except StoreUnavailable as error:
            print(f"unavailable: {error}", flush=True)
    store.close()


if __name__ == "__main__":
    main()
