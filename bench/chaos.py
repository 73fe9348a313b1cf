"""What callers see, what is lost and how long it takes, while everything that Doorward leans on fails once under load.

Starts redis-server, Sentinels, a Cluster, a mail server and `doorward serve` with two workers on free ports, lets one
fault after the other happen, and writes the table of docs/reliability.md. The same that tests/faults prove, as figures.
Exit status 1 where something was lost, good twice, answered as the contract does not allow, or told otherwise than it
should be; and where a fault was not tried, which needs root or a history of commits, unless --allow-untried.

    .venv/bin/python bench/chaos.py --only redis
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from machine import versions

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.faults.chaos import FAULTS, Fault, Ground, Row, happen, not_tried, verdict  # noqa: E402 (found from here on)
from tests.faults.replacing import policy_is_replaced, report  # noqa: E402
from tests.faults.versions import CHECKS, earlier, side_by_side  # noqa: E402
from tests.ops.conftest import starting  # noqa: E402

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- made by make chaos -->\n", "<!-- end -->"
HEAD = (
    "| fault | what callers get meanwhile | codes and proofs | lost of what was acknowledged | full again after |\n"
    "|---|---|---|---|---|\n"
)
VERSIONS = "two versions side by side"
REPLACING = "a policy replaced a hundred times"
# Longer than a worker takes to look at the file again, so that each version is met.
PAUSE_SECONDS = 2.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--a-second", type=float, default=40, help="requests a second (default 40)")
    parser.add_argument("--only", default="", help="the faults that have this in their name; the page stays as it is")
    parser.add_argument("--before", default="", help="the commit that serves beside this one (default: the last tag)")
    parser.add_argument("--allow-untried", action="store_true", help="exit status 0 though a fault was not tried")
    chosen = parser.parse_args()
    if chosen.only and chosen.only in REPLACING:
        _replace_policies(chosen.a_second)
        return
    rows = []
    for row in _rows(chosen):
        rows.append(row)
        print(_line(row), *(f"  WRONG {each[:300]}" for each in row.wrong), sep="\n", flush=True)
    if not chosen.only:
        _write(rows, chosen.a_second)
    for row in rows:
        if row.untried:
            print(f"NOT TRIED {row.fault}: {row.untried}", file=sys.stderr)
    found = verdict(rows, allow_untried=chosen.allow_untried)
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    sys.exit(bool(found))


def _rows(chosen: argparse.Namespace) -> Iterator[Row]:
    for ground, faults in FAULTS:
        wanted = [_at(each, chosen.a_second) for each in faults if chosen.only.lower() in each.name.lower()]
        if wanted:
            yield from _happen(ground, wanted)
    if chosen.only.lower() in VERSIONS:
        yield _versions(chosen.before or earlier())


def _at(fault: Fault, a_second: float) -> Fault:
    return replace(fault, times=replace(fault.times, a_second=a_second))


def _happen(ground: Ground, faults: list[Fault]) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="doorward-chaos-") as folder, starting(Path(folder)) as start:
        try:
            return happen(ground, faults, start, Path(folder) / "ground")
        except PermissionError as refused:
            return [not_tried(each.name, str(refused)) for each in faults]


def _versions(commit: str) -> Row:
    if not commit:
        return not_tried(VERSIONS, "there is no history of commits here")
    with tempfile.TemporaryDirectory(prefix="doorward-chaos-") as folder, starting(Path(folder)) as start:
        wrong = side_by_side(commit, start, Path(folder))
    tried = 2 * len(CHECKS)
    understood = (
        f"{tried - len(wrong)} of {tried} things that one wrote were understood by the other: {'; '.join(CHECKS)}"
    )
    return Row(f"{VERSIONS} (`{commit}` beside this one)", understood, "", "0", "", wrong)


def _replace_policies(a_second: float) -> None:
    with tempfile.TemporaryDirectory(prefix="doorward-chaos-") as folder, starting(Path(folder)) as start:
        print(report(policy_is_replaced(start, Path(folder), pause=PAUSE_SECONDS, a_second=a_second)))


def _machine() -> str:
    loads = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} cores ({versions()['processor']}), load of the last 1, 5 and 15 minutes {loads}"


def _line(row: Row) -> str:
    wrong = f" **{len(row.wrong)} wrong**" if row.wrong else ""
    return f"| {row.fault} | {row.gets}{wrong} | {row.spent} | {row.lost} | {row.recovery} |"


def _write(rows: list[Row], a_second: float) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    told = f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}; {a_second:.0f} requests a second.\n\n"
    table = HEAD + "".join(f"{_line(row)}\n" for row in rows)
    PAGE.write_text(f"{before}{BEGIN}{told}{table}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
