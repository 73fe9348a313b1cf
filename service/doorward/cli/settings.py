"""`doorward settings`: what can be set, and whether what is set can be used."""

import os

import click

from doorward.settings import SETTINGS, load


@click.command()
@click.option("--markdown", is_flag=True, help="Print docs/settings.md.")
@click.option("--check", is_flag=True, help="Only say whether the environment can be used.")
def settings(markdown: bool, check: bool) -> None:
    """List every setting with its default.

    Each is an environment variable. A secret can stand in a file instead, which NAME_FILE names.
    """
    if check:
        load(os.environ)
        click.echo("the settings can be used")
    elif markdown:
        click.echo(as_markdown(), nl=False)
    else:
        click.echo(as_text(), nl=False)


def as_text() -> str:
    """Return the table for a terminal."""
    lines = []
    for row in SETTINGS:
        twin = f" (or {row.name}_FILE)" if row.secret else ""
        lines += [f"{row.name}{twin}", f"    {row.doc}", f"    Default: {row.default_shown}", ""]
    return "\n".join(lines)


def as_markdown() -> str:
    """Return the page `docs/settings.md`."""
    rows = [f"| `{row.name}` | {_shown(row.default_shown)} | {row.doc}{_twin(row.secret)} |" for row in SETTINGS]
    return "\n".join([*_PAGE, *rows, ""])


def _shown(default: str) -> str:
    return f"`{default}`" if " " not in default else default.replace("<state_dir>", "`DOORWARD_STATE_DIR`")


def _twin(secret: bool) -> str:
    return " **Secret.**" if secret else ""


_PAGE = (
    "# Settings",
    "",
    "Doorward is set by environment variables alone. This page is made by `doorward settings --markdown`.",
    "",
    "An unknown `DOORWARD_` variable or a value that cannot be read stops the start, with every mistake told at",
    "once; `doorward settings --check` does no more than that. Relative paths start at the working folder. A secret",
    "can stand in a file instead: name the file in the variable with `_FILE` at its end (both at once are a mistake).",
    "",
    "| variable | default | meaning |",
    "|---|---|---|",
)
