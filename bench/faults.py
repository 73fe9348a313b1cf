"""What callers see while a store or a worker is killed or hangs, or the policy is replaced, under a mixed load.

Starts redis-server (one, or a Cluster of three masters) and `doorward serve` with two workers on free ports, and prints
for each fault what was answered before, during and after it. The same that tests/faults prove, as figures.

    .venv/bin/python bench/faults.py --a-second 200
"""

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.faults.outages import table  # noqa: E402 (found from here on)
from tests.faults.replacing import policy_is_replaced, report  # noqa: E402
from tests.faults.shows import STORES, store_goes, worker_goes  # noqa: E402
from tests.ops.conftest import starting  # noqa: E402

WORKER = "a worker killed"
POLICY = "a policy replaced"
# Longer than a worker takes to look at the file again, so that each version is met.
PAUSE_SECONDS = 2.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a-second", type=float, default=200, help="requests a second (default 200)")
    parser.add_argument("--only", choices=[*STORES, WORKER, POLICY], help="one fault instead of all")
    chosen = parser.parse_args()
    for name in [chosen.only] if chosen.only else [*STORES, WORKER, POLICY]:
        with tempfile.TemporaryDirectory(prefix="doorward-faults-") as folder, starting(Path(folder)) as start:
            if name == POLICY:
                seen = policy_is_replaced(start, Path(folder), pause=PAUSE_SECONDS, a_second=chosen.a_second)
                print(f"{name}: {report(seen)}\n", flush=True)
                continue
            if name == WORKER:
                shown = worker_goes(start, Path(folder), a_second=chosen.a_second)
            else:
                shown = store_goes(name, start, Path(folder), a_second=chosen.a_second)
        torn = sum("the connection broke" in each for each in shown.broken)
        print(f"{name}: {table(shown.seen)}")
        print(
            f"  {torn} connections broke, {len(shown.broken) - torn} other promises broken, "
            f"{len(shown.lost)} full decisions lost\n",
            flush=True,
        )


if __name__ == "__main__":
    main()
