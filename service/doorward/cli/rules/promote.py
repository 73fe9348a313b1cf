"""`doorward rules promote`, `rollback` and `history`: which policy is in force, by whose word, and back."""

import getpass
import os
import time
from collections.abc import Iterator
from dataclasses import asdict

import click

from doorward.cli.common import agreed, format_option, printable, show
from doorward.core.errors import BadInput, Mistake
from doorward.offline.policy_diff import text_diff
from doorward.offline.promotion import MAX_REASON, PROMOTED, Plan, carry_out, promotion
from doorward.offline.promotion import rollback as planned_rollback
from doorward.offline.promotion_tests import failed_tests
from doorward.offline.rule_folder import RuleFolder
from doorward.policies import CANDIDATE_FILE, DEFAULT_TENANT, POLICY_FILE, is_folder_name
from doorward.risk.model_file import load_scorecard
from doorward.settings import load

COLUMNS = ("at", "what", "by", "before", "after", "reason")
SHOWN_DIGEST = len("sha256:") + 12

tenant_option = click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose rules.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
reason_option = click.option("--reason", default="", help="Why; it stands in the history.")
diff_option = click.option("--diff", is_flag=True, help="Show the lines that differ as well.")


@click.command()
@tenant_option
@yes_option
@reason_option
@diff_option
def promote(tenant: str, yes: bool, reason: str, diff: bool) -> None:
    """Put candidate.yaml in the place of policy.yaml.

    It must pass, and pass the tests that name it, or else those of policy.yaml. Running services take it up within two
    seconds; `rollback` undoes it.
    """
    folder = folder_of(tenant)
    card = load_scorecard(load(os.environ).model)
    plan = promotion(folder, lambda candidate, path: failed_tests(candidate, path, card))
    _make(plan, folder, yes=yes, reason=reason, diff=diff)


@click.command()
@tenant_option
@click.option("--to", default="", help="The digest to go back to, or how it begins.  [default: before the last change]")
@yes_option
@reason_option
@diff_option
def rollback(tenant: str, to: str, yes: bool, reason: str, diff: bool) -> None:
    """Put a policy that was in force before back."""
    folder = folder_of(tenant)
    _make(planned_rollback(folder, to), folder, yes=yes, reason=reason, diff=diff)


@click.command()
@tenant_option
@format_option
def history(tenant: str, form: str) -> None:
    """List the promotions and rollbacks, the newest first."""
    rows = [asdict(entry) for entry in reversed(folder_of(tenant).entries())]
    if form == "text":
        rows = [row | {name: row[name][:SHOWN_DIGEST] for name in ("before", "after")} for row in rows]
    show(rows, COLUMNS, form)


def folder_of(tenant: str) -> RuleFolder:
    """Return the tenant's folder of rules; BadInput where it has none of its own."""
    rules = load(os.environ).rules_dir
    if not is_folder_name(tenant) or not (rules / tenant / POLICY_FILE).is_file():
        other = "" if tenant == DEFAULT_TENANT else f"; without one it has those of '{DEFAULT_TENANT}'"
        raise BadInput([Mistake(f"there is no {POLICY_FILE} of tenant '{printable(tenant)}' in {rules}{other}")])
    return RuleFolder(rules / tenant)


def _make(plan: Plan, folder: RuleFolder, *, yes: bool, reason: str, diff: bool) -> None:
    if len(reason) > MAX_REASON:
        raise BadInput([Mistake(f"--reason: expected at most {MAX_REASON} characters")])
    for line in _summary(plan, folder, diff=diff):
        click.echo(printable(line), err=True)
    if not yes:
        agreed("Put it in force?")
    entry = carry_out(plan, folder, by=_who(), reason=reason, now=time.time())
    click.echo(f"{entry.after} is in {folder.path / POLICY_FILE}")


def _summary(plan: Plan, folder: RuleFolder, *, diff: bool) -> Iterator[str]:
    name = CANDIDATE_FILE if plan.what == PROMOTED else "the policy of before"
    yield f"{folder.path / POLICY_FILE}: {plan.old.id if plan.old else 'does not pass'} {plan.old_digest}"
    yield f"  to become {name}: {plan.policy.id} {plan.policy.digest}"
    lines = text_diff(plan.before, plan.policy.text, names=(POLICY_FILE, name))
    added, removed = (sum(line.startswith(sign) for line in lines[2:]) for sign in "+-")
    yield f"  {added} lines added, {removed} removed"
    yield from (f"  {each}" for each in plan.changes)
    yield from (f"  note: {each}" for each in plan.notes)
    if diff:
        yield from ["", *lines]


def _who() -> str:
    """Return the name of the account that runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
