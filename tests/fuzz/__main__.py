"""`make fuzz`: give every parser new inputs for a time, and say what it may not do and how its time grows."""

import random
import sys
import time

import click

from .growing import worst_growth
from .looping import Finding, Trial
from .targets import TARGETS


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="Time for all parsers together.")
@click.option("--seed", default=0, help="Try the inputs of an earlier run again.")
@click.option("--only", default="", help="Only parsers whose name holds this.")
@click.option("--growth/--no-growth", default=True, help="Whether to measure how time grows with an input.")
def main(seconds: float, seed: int, only: str, growth: bool) -> None:
    """Exit status 1 where something was found."""
    chosen = [target for target in TARGETS if only in target.name]
    seed = seed or random.randrange(1, 1 << 31)
    click.echo(f"{len(chosen)} parsers, {seconds:g} s, --seed {seed}")
    click.echo(f"{'parser':34} {'inputs':>8} {'lines':>6}   slowest growth")
    findings: list[Finding] = []
    for target in chosen:
        trial = Trial(target, seed=seed)
        until = time.monotonic() + seconds / len(chosen)
        while time.monotonic() < until:
            trial.once()
        found = list(trial.findings.values())
        shown = ""
        if growth and target.grows:
            worst = worst_growth(target)
            shown = f"{worst.size} bytes of {worst.unit[:12]!r}: {worst.seconds * 1000:.0f} ms, {worst.ratio:.0f} times"
            if worst.is_too_much:
                found.append(Finding(target.name, f"time grows too fast: {shown}", worst.unit))
        click.echo(f"{target.name:34} {trial.tried:8} {len(trial.lines.seen):6}   {shown}")
        for finding in found:
            click.echo(str(finding), err=True)
        findings += found
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
