"""`doorward import authenticators`: seeds, numbers and passkeys of another system, bound here as they are."""

import json
import time
from pathlib import Path

import click

from doorward.adopting import NEW, AdoptionDesk, Candidate, Looked
from doorward.cli.common import format_option, prepared_settings
from doorward.cli.importing.files import read_secret_file
from doorward.cli.importing.report import TOLD_MISTAKES, Report
from doorward.cli.importing.store import opened_for_import, shown_progress, tenant_option
from doorward.core.errors import BadInput, Mistake
from doorward.offline.authenticator_files import BY_ENDING, SHAPES
from doorward.offline.authenticator_files.contents import Contents, Said
from doorward.offline.authenticator_files.keycloak import SUBJECT_FIELDS
from doorward.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@tenant_option
@click.option("--from", "shape", type=click.Choice(list(SHAPES)), help="What FILE is. Without: what its name ends in.")
@click.option("--apply/--dry-run", "apply", default=False, help="Bind, or only tell what would be bound (the default).")
@click.option("--skip-wrong", is_flag=True, help="Bind the others where some are wrong; exit status 1 then.")
@click.option("--rp-id", default="", help="For passkeys of which FILE does not say for which RP id they were made.")
@click.option(
    "--keycloak-subject",
    "subject_field",
    type=click.Choice(SUBJECT_FIELDS),
    default="id",
    show_default=True,
    help="Which field of a user is the subject's id in your decisions.",
)
@click.option("--list", "listed", is_flag=True, help="Tell of each one, masked.")
@format_option
@click.pass_context
def authenticators(
    ctx: click.Context,
    file: Path,
    tenant: str,
    shape: str | None,
    apply: bool,
    skip_wrong: bool,
    rp_id: str,
    subject_field: str,
    listed: bool,
    form: str,
) -> None:
    """Bind the authenticators of FILE, which another system has confirmed, to their subjects.

    FILE is JSON lines, CSV, or an export of a Keycloak realm (docs/importing.md); - is standard input. All that is
    wrong is told at once, and then nothing is bound. What is bound already is left as it is, so FILE may be brought
    again; what was revoked since does not come back. The service may go on meanwhile. Owners are not told.

    FILE holds secrets: keep it for its owner alone, and destroy it afterwards.
    """
    now, settings = time.time(), prepared_settings()
    text = read_secret_file(file)
    contents = SHAPES[_shape(file, shape)](text, Said(rp_id, subject_field))
    origin = "standard input" if str(file) == "-" else file.name
    with opened_for_import(settings, tenant, origin, apply=apply, now=now) as desk:
        candidates, looked, wrong = _looked(desk, contents, now)
        if wrong and not skip_wrong:
            raise BadInput(_told(wrong))
        if apply:
            looked = desk.bind(_standing_ones(candidates, looked), now, shown_progress("binding"))
            wrong = [*wrong, *(each for each in looked.mistakes if each not in wrong)]
    report = Report(tenant, origin, apply, looked, contents, wrong)
    click.echo(json.dumps(report.to_json(listed=listed), indent=2) if form == "json" else report.text(listed=listed))
    _warn(settings, looked, wrong)
    ctx.exit(1 if wrong else 0)


def _looked(desk: AdoptionDesk, contents: Contents, now: float) -> tuple[list[Candidate], Looked, list[Mistake]]:
    candidates, mistakes = desk.read(contents.entries, now)
    looked = desk.look(candidates, now, shown_progress("looking"))
    return candidates, looked, [*mistakes, *looked.mistakes]


def _standing_ones(candidates: list[Candidate], looked: Looked) -> list[Candidate]:
    """Return the candidates of subjects that were found in order."""
    subjects = {each.subject for each, _ in looked.rows}
    return [each for each in candidates if each.subject in subjects]


def _shape(file: Path, shape: str | None) -> str:
    found = shape or BY_ENDING.get(file.suffix.lower())
    if found is None:
        raise click.BadParameter(f"say what the file is: one of {', '.join(SHAPES)}", param_hint="--from")
    return found


def _told(wrong: list[Mistake]) -> list[Mistake]:
    hidden = len(wrong) - TOLD_MISTAKES
    more = [Mistake(f"… and {hidden} more")] if hidden > 0 else []
    return [*wrong[:TOLD_MISTAKES], *more, Mistake("nothing is bound; --skip-wrong binds what is right")]


def _warn(settings: Settings, looked: Looked, wrong: list[Mistake]) -> None:
    """Tell of what was skipped, and of types that cannot be used until something is configured."""
    from doorward.wiring_post import channels

    for each in wrong[:TOLD_MISTAKES]:
        click.echo(f"doorward: skipped: {each.detail}", err=True)
    carried = channels(settings, {})
    for kind in ("sms", "voice", "email"):
        if kind not in carried and any(each.one.type == kind and standing == NEW for each, standing in looked.rows):
            click.echo(f"doorward: no sender for {kind} is configured: such authenticators wait for one", err=True)
