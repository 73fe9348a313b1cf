"""Work out docs/sizing.md from the numbers that stand in its first table; replace those, and run this.

.venv/bin/python bench/sizing.py
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sizing.md"
BEGIN, END = "<!-- made by bench/sizing.py -->\n", "<!-- end -->"
NAMES = ("W", "R", "v", "P", "D", "C", "N", "A")

BUSY = 0.6
VERIFIES = 0.05
PEAK_OVER_MEAN = 4
DECISIONS_A_DAY = 5
RECORD_DAYS = 7
SHARD_GB = 50
MACHINE_CORES = 8
DAY_SECONDS = 86_400
PEAKS = (100, 1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was measured: µs, decisions, and bytes; pairs are there and back."""

    W: float
    R: float
    v: float
    P: float
    D: float
    C: tuple[float, float]
    N: tuple[float, float]
    A: float

    @property
    def core(self) -> float:
        """Return the decisions a second of one core."""
        return BUSY * 1e6 / self.W

    @property
    def shard(self) -> float:
        return BUSY * 1e6 / self.R

    @property
    def work(self) -> float:
        """Return how many decisions one is, with the verifies that follow from some."""
        return 1 + VERIFIES * self.v


@dataclass(frozen=True, slots=True)
class Size:
    """What so many decisions a second take at the peak."""

    cores: float
    shards: float
    people: float
    people_bytes: float
    records_bytes: float
    network: float


def inputs(page: str) -> Inputs:
    """Return the numbers in the first table of *page*."""
    found = {}
    for name in NAMES:
        cell = re.search(rf"^\| `{name}` \|[^|]*\|([^|]*)\|", page, re.MULTILINE)
        if cell is None:
            raise SystemExit(f"{PAGE.name} has no row for `{name}`")
        numbers = [float(each.replace(" ", "")) for each in cell[1].split(",")]
        found[name] = tuple(numbers) if len(numbers) > 1 else numbers[0]
    return Inputs(**found)


def size(given: Inputs, peak: float) -> Size:
    decisions_a_day = peak / PEAK_OVER_MEAN * DAY_SECONDS
    people = decisions_a_day / DECISIONS_A_DAY
    return Size(
        cores=peak * given.work / given.core,
        shards=peak * given.work / given.shard,
        people=people,
        people_bytes=people * given.P,
        records_bytes=decisions_a_day * RECORD_DAYS * given.D,
        network=peak * sum(given.N),
    )


def sums(given: Inputs) -> list[str]:
    """Return what one of each can do, with how it is worked out."""
    core, shard, wire = given.core, given.shard, sum(given.N) + given.A
    return [
        f"- **Decisions a second of one core:** `u · 1 000 000 / W` = {BUSY} · 1 000 000 / {_n(given.W)} "
        f"= **{_n(core)}**.",
        f"- **Decisions a second of one shard:** `u · 1 000 000 / R` = {BUSY} · 1 000 000 / {_n(given.R)} "
        f"= **{_n(shard)}**.",
        f"- **Verifies** count as `v` decisions: where {VERIFIES * 100:.0f} of 100 decisions end in one, a decision is "
        f"`1 + {VERIFIES} · v` = 1 + {VERIFIES} · {given.v:g} = {given.work:.3f}.",
        f"- **Memory of a million people,** without records: `1 000 000 · P` = **{_bytes(1e6 * given.P)}**.",
        "- **Memory of records:** decisions a day · `DOORWARD_RECORD_DAYS` · `D`. A million a day kept for 90 days: "
        f"1 000 000 · 90 · {_n(given.D)} = **{_bytes(90e6 * given.D)}**.",
        f"- **Network of a shard** with one replica: decisions a second · (`N` + `A`) = {_n(shard)} · {_n(wire)} = "
        f"**{_bytes(shard * wire)}/s**.",
        f"- **Disk of a shard:** decisions a second · `A` = {_n(shard)} · {_n(given.A)} = "
        f"**{_bytes(shard * given.A)}/s** appended; the file is written anew when it has doubled.",
    ]


def table(given: Inputs) -> list[str]:
    """Return a line for each peak."""
    lines = [
        "| peak a second | cores of the service | shards by work | people | memory of people | memory of records "
        "| network to Redis |",
        "|---|---|---|---|---|---|---|",
    ]
    for peak in PEAKS:
        made = size(given, peak)
        lines.append(
            f"| {_n(peak)} | {made.cores:.1f} | {made.shards:.2f} | {_n(made.people)} | {_bytes(made.people_bytes)} "
            f"| {_bytes(made.records_bytes)} | {_bytes(made.network)}/s |"
        )
    return lines


def example(given: Inputs) -> list[str]:
    """Return how the last line is worked out."""
    peak = PEAKS[-1]
    made, mean = size(given, peak), peak / PEAK_OVER_MEAN
    a_day = mean * DAY_SECONDS
    one_day = made.records_bytes / RECORD_DAYS
    shards, fewer = (math.ceil((made.people_bytes + each) / 1e9 / SHARD_GB) for each in (made.records_bytes, one_day))
    return [
        f"- cores: {_n(peak)} · {given.work:.3f} / {_n(given.core)} = **{_n(made.cores)}**, "
        f"which is {math.ceil(made.cores / MACHINE_CORES)} machines of {MACHINE_CORES} cores;",
        f"- shards by work: {_n(peak)} · {given.work:.3f} / {_n(given.shard)} = **{made.shards:.1f}**;",
        f"- a mean of {_n(peak)} / {PEAK_OVER_MEAN} = {_n(mean)} a second is {_n(mean)} · {_n(DAY_SECONDS)} = "
        f"{_n(a_day)} decisions a day; by {DECISIONS_A_DAY} a day, **{_n(made.people)} people**;",
        f"- memory of people: {_n(made.people)} · {_n(given.P)} = **{_bytes(made.people_bytes)}**; of records: "
        f"{_n(a_day)} · {RECORD_DAYS} · {_n(given.D)} = **{_bytes(made.records_bytes)}**;",
        f"- shards of {SHARD_GB} GB by memory: **{_n(shards)}**, and {_n(fewer)} where records are kept for one day. "
        "Memory decides, and of it the records. As many again for one replica each;",
        f"- network to Redis: {_n(peak)} · {_n(sum(given.N))} = {_bytes(made.network)}/s over all shards; from and to "
        f"callers {_n(peak)} · {_n(sum(given.C))} = {_bytes(peak * sum(given.C))}/s.",
    ]


def written(page: str) -> str:
    """Return *page* with everything worked out anew."""
    given = inputs(page)
    parts = page.split(BEGIN)
    made = [sums(given), table(given), example(given)]
    tails = [part.split(END, 1)[1] for part in parts[1:]]
    blocks = ["\n".join(lines) + "\n" for lines in made]
    return parts[0] + "".join(f"{BEGIN}{block}{END}{tail}" for block, tail in zip(blocks, tails, strict=True))


def _n(value: float) -> str:
    """Return a whole number with spaces between thousands."""
    return f"{value:,.0f}".replace(",", " ")


def _bytes(value: float) -> str:
    for unit, size_ in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if value >= size_:
            return f"{value / size_:.1f} {unit}"
    return f"{value / 1e3:.1f} kB"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
