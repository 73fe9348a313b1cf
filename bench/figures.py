"""From what was measured to figures, and from figures to a table for people."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from generator import Sent

Json = dict[str, Any]

# What is shown of each side, and how many digits behind the point.
COLUMNS = (
    ("requests_per_second", "requests/s", 0),
    ("p50_ms", "p50 ms", 1),
    ("p99_ms", "p99 ms", 1),
    ("server_cpu_us", "CPU µs", 0),
    ("redis_cpu_us", "Redis CPU µs", 0),
    ("generator_cpu_us", "generator CPU µs", 0),
)


def round_figures(sent: Sent, *, server: float, redis: float, machine: Json) -> Json:
    """Return what one round came to; *server* and *redis* are the seconds of processor time that they used in it."""
    cuts = statistics.quantiles(sent.latencies, n=100) if len(sent.latencies) > 1 else [0.0] * 99
    number = max(1, len(sent.latencies))
    return {
        "requests": len(sent.latencies),
        "refused": len(sent.refused),
        "seconds": round(sent.seconds, 3),
        "requests_per_second": round(number / sent.seconds, 1),
        "p50_ms": round(cuts[49] * 1000, 3),
        "p99_ms": round(cuts[98] * 1000, 3),
        "server_cpu_us": round(server / number * 1e6, 1),
        "redis_cpu_us": round(redis / number * 1e6, 1),
        "generator_cpu_us": round(sent.cpu_seconds / number * 1e6, 1),
        "generator_share_of_a_core": round(sent.cpu_seconds / sent.seconds, 3),
        "machine": machine,
    }


def middle(values: Iterable[float], digits: int = 3) -> Json:
    """Return the median of *values* with their range."""
    sorted_ = sorted(values)
    return {
        "median": round(statistics.median(sorted_), digits),
        "lowest": round(sorted_[0], digits),
        "highest": round(sorted_[-1], digits),
    }


def summary(rounds: Sequence[dict[str, Json]], sides: Sequence[str]) -> Json:
    """Return medians and ranges of each side, and of its ratios to the first side within each round.

    Both ratios are 1 where a decision costs no more than the first side; that of the processor time, Redis' included,
    suffers less from whatever else runs on the machine.
    """
    first = sides[0]
    figures = {
        side: {name: middle(each[side][name] for each in rounds) for name, _, _ in COLUMNS}
        | {"generator_share_of_a_core": middle(each[side]["generator_share_of_a_core"] for each in rounds)}
        for side in sides
    }
    rates = {side: middle(_rate(each[side]) / _rate(each[first]) for each in rounds) for side in sides[1:]}
    used = {side: middle(_cpu(each[first]) / _cpu(each[side]) for each in rounds) for side in sides[1:]}
    return {"sides": figures, "ratio_of_rates": rates, "ratio_of_cpu": used}


def _rate(turn: Json) -> float:
    return max(float(turn["requests_per_second"]), 0.1)


def _cpu(turn: Json) -> float:
    return max(float(turn["server_cpu_us"] + turn["redis_cpu_us"]), 0.1)


def stages(text: str) -> dict[str, tuple[float, float]]:
    """Return for each stage in the metrics how often it ran and how many seconds it took in all."""
    read: dict[str, list[float]] = {}
    for line in text.splitlines():
        for place, kind in enumerate(("count", "sum")):
            start = f'doorward_stage_seconds_{kind}{{stage="'
            if line.startswith(start):
                name, _, value = line.removeprefix(start).partition('"} ')
                read.setdefault(name, [0.0, 0.0])[place] = float(value)
    return {name: (count, seconds) for name, (count, seconds) in read.items()}


def stage_microseconds(before: str, after: str) -> dict[str, int]:
    """Return the mean of each stage between two readings of the metrics."""
    earlier = stages(before)
    found = {}
    for name, (count, seconds) in stages(after).items():
        counted, spent = earlier.get(name, (0.0, 0.0))
        found[name] = round((seconds - spent) / max(1.0, count - counted) * 1e6)
    return found


def outcomes(before: str, after: str) -> dict[str, float]:
    """Return the share of each outcome between two readings of the metrics."""
    found: dict[str, float] = {}
    for text, sign in ((before, -1), (after, 1)):
        for name, value in _counts(text, "doorward_decisions_total"):
            outcome = name.partition('outcome="')[2].partition('"')[0]
            found[outcome] = found.get(outcome, 0.0) + sign * value
    total = max(1.0, sum(found.values()))
    return {name: round(value / total, 3) for name, value in sorted(found.items())}


def degraded(text: str) -> int:
    return int(sum(value for _, value in _counts(text, "doorward_decisions_degraded_total")))


def _counts(text: str, name: str) -> list[tuple[str, float]]:
    lines = (line.rpartition(" ") for line in text.splitlines() if line.startswith(name))
    return [(labels, float(value)) for labels, _, value in lines]


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return *rows*, the first of them headings, with their columns aligned: the first to the left."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    aligned: Callable[[int, str], str] = lambda place, cell: (  # noqa: E731
        cell.rjust(widths[place]) if place else cell.ljust(widths[place])
    )
    return "\n".join("  ".join(aligned(place, cell) for place, cell in enumerate(row)).rstrip() for row in rows)


def shown(figure: Json, digits: int) -> str:
    """Return a median with its range for a person."""
    return f"{figure['median']:.{digits}f} ({figure['lowest']:.{digits}f}–{figure['highest']:.{digits}f})"


def report(result: Json) -> str:
    """Return *result* as tables for people."""
    sides = result["summary"]["sides"]
    head = ["", *(title for _, title, _ in COLUMNS)]
    rows = [[side, *(shown(figures[name], digits) for name, _, digits in COLUMNS)] for side, figures in sides.items()]
    alone = result["alone"]
    decided = [side for side in alone if alone[side]["stages_us"]]
    names = list(alone[decided[0]]["stages_us"])
    return "\n".join(
        (
            f"{result['settings']['connections']} connections, {len(result['rounds'])} paired rounds of "
            f"{result['settings']['seconds']:g} s: median (lowest–highest), CPU per request; "
            f"{result['cores']} cores, whose load before was {result['load_before']}",
            table([head, *rows]),
            "",
            *(
                f"{side} to baseline: {shown(ratio, 3)} of its requests a second; by CPU "
                f"{shown(result['summary']['ratio_of_cpu'][side], 3)}"
                for side, ratio in result["summary"]["ratio_of_rates"].items()
            ),
            *(f"{side} decided: {_shares(shares)}" for side, shares in result["outcomes"].items()),
            "",
            "one connection: p50 and p99 in ms, CPU of a request and then the mean of each stage in µs",
            table(
                [
                    ["", "p50 ms", "p99 ms", "CPU µs", *names],
                    *(
                        [side, f"{each['p50_ms']:.2f}", f"{each['p99_ms']:.2f}", f"{each['server_cpu_us']:.0f}"]
                        + [str(each["stages_us"].get(name, "")) for name in names]
                        for side, each in alone.items()
                    ),
                ]
            ),
        )
    )


def _shares(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
