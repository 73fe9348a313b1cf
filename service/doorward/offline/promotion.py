"""A candidate put in force, and a policy of before put back: first planned, then carried out if nothing has moved."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from doorward.core.signals import SIGNALS
from doorward.core.times import rfc3339
from doorward.offline.policy_diff import differences
from doorward.offline.rule_folder import Entry, NotChanged, RuleFolder
from doorward.policies import CANDIDATE_FILE, POLICY_FILE
from doorward.policy.compiler import Compilation, compile_policy, digest
from doorward.policy.model import Policy

PROMOTED = "promote"
ROLLED_BACK = "rollback"
MAX_REASON = 500
MOST_MISTAKES = 20

# Runs the tests that lie beside a policy on another text of it: a line for each that fails.
RunTests = Callable[[Policy, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A change that could be made: from the text *before*, which is in the file now, to *policy*.

    *old* is None where what is in the file does not pass. *notes* are for the person who is asked.
    """

    what: str
    policy: Policy
    before: str
    old: Policy | None
    changes: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def old_digest(self) -> str:
        return self.old.digest if self.old is not None else ""


def promotion(folder: RuleFolder, run_tests: RunTests) -> Plan:
    """Plan to put the candidate in force; NotChanged where it is not there, does not pass, or fails a test."""
    text = folder.text(CANDIDATE_FILE)
    if text is None:
        raise NotChanged(f"there is no {CANDIDATE_FILE} in {folder.path}")
    policy = _passing(_compiled(folder, text), str(folder.path / CANDIDATE_FILE))
    failed = run_tests(policy, folder.path)
    if failed:
        raise NotChanged("\n".join(["the candidate fails its tests:", *failed[:MOST_MISTAKES]]))
    return _plan(PROMOTED, folder, policy)


def rollback(folder: RuleFolder, to: str) -> Plan:
    """Plan to put back the policy whose digest is, or begins with, *to*; by default the one before the last change."""
    wanted = _digest_of(folder, to) if to else _digest_before(folder)
    text = folder.kept_text(wanted)
    if text is None:
        raise NotChanged(f"the history does not hold the text of {wanted}")
    policy = _passing(_compiled(folder, text), f"the policy {wanted}")
    moved = "a list file that it reads has changed since: it becomes another policy than it was"
    notes = () if policy.digest == wanted else (f"{moved}, {policy.digest} instead of {wanted}",)
    return _plan(ROLLED_BACK, folder, policy, notes)


def carry_out(plan: Plan, folder: RuleFolder, *, by: str, reason: str, now: float) -> Entry:
    """Make the change; NotChanged where another was made, or is being made, since it was planned."""
    entry = Entry(rfc3339(now), plan.what, by, reason[:MAX_REASON], plan.old_digest, plan.policy.digest)
    with folder.locked():
        if folder.text(POLICY_FILE) != plan.before:
            raise NotChanged(f"{POLICY_FILE} has changed meanwhile; nothing was done")
        if plan.what == PROMOTED and folder.text(CANDIDATE_FILE) != plan.policy.text:
            raise NotChanged(f"{CANDIDATE_FILE} has changed meanwhile; nothing was done")
        again = _compiled(folder, plan.policy.text).policy
        if again is None or again.digest != plan.policy.digest:
            raise NotChanged("a list file has changed meanwhile; nothing was done")
        folder.keep(plan.old_digest or digest(plan.before, {}), plan.before)
        folder.keep(plan.policy.digest, plan.policy.text)
        folder.put(plan.policy.text, entry)
        if plan.what == PROMOTED:
            folder.drop_candidate()
    return entry


def _plan(what: str, folder: RuleFolder, policy: Policy, notes: tuple[str, ...] = ()) -> Plan:
    before = folder.text(POLICY_FILE)
    if before is None:
        raise NotChanged(f"there is no {POLICY_FILE} in {folder.path}")
    if before == policy.text:
        raise NotChanged(f"{policy.digest} is in {POLICY_FILE} already")
    old = _compiled(folder, before).policy
    if old is None:
        notes = (*notes, f"{POLICY_FILE} as it is does not pass: services still go by the one before it")
    changes = tuple(differences(old, policy)) if old is not None else ()
    return Plan(what, policy, before, old, changes, notes)


def _compiled(folder: RuleFolder, text: str) -> Compilation:
    return compile_policy(text, signals=SIGNALS, folder=folder.path)


def _passing(made: Compilation, what: str) -> Policy:
    if made.policy is None:
        raise NotChanged("\n".join(f"{what}:{finding}" for finding in made.errors[:MOST_MISTAKES]))
    return made.policy


def _digest_before(folder: RuleFolder) -> str:
    """Return the digest that the last change replaced, if what that change put there is still there."""
    entries = folder.entries()
    if not entries:
        raise NotChanged("nothing was promoted here, so there is nothing to go back to")
    last = entries[-1]
    if folder.kept_text(last.after) != folder.text(POLICY_FILE):
        raise NotChanged(f"{POLICY_FILE} was changed otherwise since the last promotion: say --to DIGEST")
    if not last.before:
        raise NotChanged("what was there before did not pass: say --to DIGEST")
    return last.before


def _digest_of(folder: RuleFolder, beginning: str) -> str:
    known = {digest for each in folder.entries() for digest in (each.before, each.after) if digest}
    begins = beginning.removeprefix("sha256:")
    found = sorted(each for each in known if each.removeprefix("sha256:").startswith(begins))
    if len(found) != 1:
        how_many = "no policy" if not found else f"{len(found)} policies"
        raise NotChanged(f"the history holds {how_many} whose digest begins with '{beginning}'")
    return found[0]
