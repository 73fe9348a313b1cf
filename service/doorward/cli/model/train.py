"""`doorward model train`: a scorecard made of worlds or of logs of one's own, with its card."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from doorward.cli.rules.backtest import Share
from doorward.cli.rules.progress import Progress
from doorward.cli.world import needed
from doorward.core.errors import BadInput, Mistake

MOST_SEED = 2**32 - 1
FAMILIES = ("very_targeted", "cookie_theft", "boiling_frog", "spray", "slowlow")

seed_type = click.IntRange(0, MOST_SEED)


class Seeds(click.ParamType[tuple[int, ...]]):
    """Seeds as a person lists them: `1,4,5`."""

    name = "seeds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        return tuple(seed_type(each.strip(), param, ctx) for each in str(value).split(","))


@click.command()
@click.argument("logs", nargs=-1)
@click.option(
    "--world-seeds", type=Seeds(), help="Make worlds to train on, such as 1,4,5,6,7,8, instead of reading LOGS."
)
@click.option("--scale-seeds", type=Seeds(), default="3,11", show_default=True, help="The worlds that give the scale.")
@click.option("--judge-seed", type=seed_type, default=2, show_default=True, help="The world that it is judged by.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="MODEL.json; its card is MODEL.md.")
@click.option("--name", default="default", show_default=True, help="The name that decisions keep with their score.")
@click.option("--version", "label", help="What its calibration is called; the year and month unless given.")
@click.option(
    "--leave-out", multiple=True, default=FAMILIES, show_default=True, help="A family that nothing is fitted to."
)
@click.option(
    "--fraud-expected", type=Share(), default="0.1%", show_default=True, help="The share of successes that are fraud."
)
@click.option("--seed", type=seed_type, default=1, show_default=True, help="Of all that is drawn while training.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Worlds at the same time.")
@click.option("--log-format", default="auto", show_default=True, help="`doorward logs formats` lists them.")
@click.option("--assume-success-verified", is_flag=True, help="Learn from successes where the log cannot tell.")
@click.option("--force", is_flag=True, help="Write the model though the one in its place does better.")
def train(logs: tuple[str, ...], out: Path, **options: Any) -> None:
    """Train a scorecard on LOGS, or on worlds that nobody lives in, and write it with its card.

    Of LOGS the first 60 % serve to fit the tables, the next 20 % to give the scale, the last to judge. A model that is
    worse than the one at --out does not take its place.

    Exit status: 0 written, 1 the model is worse than the one in its place, 2 an option or a log is wrong.
    """
    if bool(logs) == bool(options["world_seeds"]):
        raise BadInput([Mistake("expected either LOGS or --world-seeds")])
    run = needed("doorward.offline.training.run")
    cards = needed("doorward.offline.training.model_card")
    with Progress() as progress:
        trained = run.train(_asked(run, logs, out, options, progress))
    _write(out, trained.content)
    written = cards.written(
        trained,
        file=out.name,
        command=_command(logs, out, options),
        left_out=options["leave_out"],
        fraud_expected=options["fraud_expected"],
    )
    _write(out.with_suffix(".md"), written.encode())
    click.echo("\n".join(cards.table(trained.figures, options["leave_out"])))
    click.echo(f"wrote {out} ({trained.card.id}) and {out.with_suffix('.md')}", err=True)


def _write(target: Path, content: bytes) -> None:
    """Write *content* whole or not at all; a model is no secret, and whoever serves has to read it."""
    part = target.with_name(f".part-{target.name}")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as wrong:
        raise BadInput([Mistake(f"cannot write '{target}': {wrong.strerror}")]) from None
    finally:
        part.unlink(missing_ok=True)


def _asked(run: Any, logs: tuple[str, ...], out: Path, options: dict[str, Any], progress: Progress) -> Any:
    from doorward.offline.training.making import Terms
    from doorward.settings import load

    material = needed("doorward.offline.training.material")
    card = out.with_suffix(".md").name
    label = options["label"] or datetime.now(UTC).strftime("%Y-%m")
    found: Any
    if logs:
        found = material.Logs(
            [each if each == "-" else Path(each) for each in logs],
            form=options["log_format"],
            geo=load(os.environ).geo,
            assumed=options["assume_success_verified"],
            note=progress.at,
        )
    else:
        found = material.Worlds(
            options["world_seeds"],
            scale=options["scale_seeds"],
            judge=options["judge_seed"],
            seed=options["seed"],
            workers=options["workers"],
            note=progress.at,
        )
    return run.Asked(
        material=found,
        target=out,
        terms=Terms(
            name=options["name"],
            description=f"Trained on {'logs' if logs else 'simulated sign-ins'}; {card} says how.",
            source="logs" if logs else "simulated",
            version=label,
            fraud_expected=options["fraud_expected"],
        ),
        left_out=tuple(options["leave_out"]),
        seed=options["seed"],
        force=options["force"],
    )


def _command(logs: tuple[str, ...], out: Path, options: dict[str, Any]) -> str:
    """Return what would make the same model again."""
    if logs:
        return f"doorward model train LOGS --out {out.name}"
    worlds, scale = (",".join(map(str, options[name])) for name in ("world_seeds", "scale_seeds"))
    given = (
        f"--world-seeds {worlds} --scale-seeds {scale} --judge-seed {options['judge_seed']} --seed {options['seed']}"
    )
    return f"doorward model train {given} --version {options['label'] or 'YYYY-MM'} --out {out.name}"
