"""Whether time tells that something exists: calls about what is there beside calls about what is not, by turns.

One service in this process on SQLite in memory. Told is the mean difference of pairs in the processor's time, which
other programs do not blur, and its 95 % interval; one that holds 0 tells nothing that so many calls could show. Who is
over a network sees less.

    .venv/bin/python bench/timing.py --pairs 1000
"""

import argparse
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.challenges.conftest import bound_totp, challenged, verify  # noqa: E402
from tests.challenges.devices import Device, bound_push, said  # noqa: E402
from tests.line.conftest import House, house_in, login  # noqa: E402

from doorward import logs  # noqa: E402
from doorward.ceremony import Realm  # noqa: E402

Ask = Callable[[], object]
NOBODY = "nobody-knows-me"
UNKNOWN = "fac_" + "A" * 22
AT = "2026-07-01T10:00:00Z"


def cases(house: House) -> dict[str, tuple[str, Ask, Ask]]:
    """Return who could measure each, a call about what is there, and one about what is not."""
    device, stranger = Device(), Device()
    bound_push(house, device, "u-2")
    bound_totp(house)
    house.decide("u-1")
    challenge = challenged(house)
    looks = {"authenticator": device.authenticator, "at": AT}
    pending = stranger.signed(looks), stranger.signed(looks | {"authenticator": UNKNOWN})
    pages = (f"/challenge/{name}?tenant=other" for name in (challenge["id"], "chl_" + "A" * 22))
    pages = tuple(pages)
    return {
        "list authenticators": (
            "caller",
            lambda: house.get("/v1/subjects/u-1/authenticators"),
            lambda: house.get(f"/v1/subjects/{NOBODY}/authenticators"),
        ),
        "decide": (
            "caller",
            lambda: house.post("/v1/decisions", login("u-1", result="failed")),
            lambda: house.post("/v1/decisions", login(NOBODY, result="failed")),
        ),
        "verify, another's": (
            "caller",
            lambda: verify(house, challenge, device.authenticator, "123456"),
            lambda: verify(house, challenge, UNKNOWN, "123456"),
        ),
        "push, pending": (
            "stranger",
            lambda: said(house, "pending", pending[0]),
            lambda: said(house, "pending", pending[1]),
        ),
        "page, another tenant's": (
            "stranger",
            lambda: house.client.get(pages[0]),
            lambda: house.client.get(pages[1]),
        ),
    }


def took(ask: Ask) -> float:
    began = time.process_time()
    ask()
    return (time.process_time() - began) * 1e6


def differences(there: Ask, not_there: Ask, pairs: int) -> tuple[float, list[float]]:
    """Return the median of a call about what is there, and the differences of *pairs*, without the twentieth furthest.

    Every second pair goes the other way round. What a busy machine adds to one call is no matter of existence.
    """
    both = []
    for number in range(pairs):
        first, second = (there, not_there) if number % 2 else (not_there, there)
        one, two = took(first), took(second)
        both.append((one, two) if number % 2 else (two, one))
    found = sorted((one - two for one, two in both), key=abs)
    return statistics.median(one for one, _ in both), found[: len(found) - len(found) // 20]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=600)
    pairs = parser.parse_args().pairs
    logs.configure(level="error", form="json")
    realm = Realm("default", name="Shop", base_url="https://auth.example")
    with tempfile.TemporaryDirectory() as folder:
        house = house_in(Path(folder), outside={"realm_of": lambda _: realm})
        print("| call | by | there, µs | difference, µs | 95 % |\n|---|---|---|---|---|")
        for name, (who, there, not_there) in cases(house).items():
            differences(there, not_there, 20)
            usual, found = differences(there, not_there, pairs)
            mean = statistics.fmean(found)
            half = 1.96 * statistics.stdev(found) / math.sqrt(len(found))
            print(
                f"| {name} | {who} | {usual:.0f} | {mean:+.1f} | {mean - half:+.1f} to {mean + half:+.1f} |", flush=True
            )
        house.wiring.stop()


if __name__ == "__main__":
    main()
