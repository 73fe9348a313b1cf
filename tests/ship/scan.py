"""`make lint`: no secret stands in the repository or its history, and no pinned package has a known vulnerability.

The tools come from requirements/scan.txt into a virtual environment of their own, whose folder is the argument. Both
work without a network, but what is known of packages comes over one: where it does not, that is said in capitals, and
AUDIT=strict makes it an error.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from .scan_allowed import ALLOWED, Allowed
from .scan_planted import planted

ROOT = Path(__file__).resolve().parents[2]
# What ships first; of the rest, those that hold the others.
AUDITED = ("run.txt", "dev.txt", "chart.txt", "scan.txt", "sbom.txt")
# What the scanner does not know by itself.
OUR_RULES = Path(__file__).with_name("scan_rules.yaml")
# For one answer of whoever knows vulnerabilities; a lint that hangs is one that is turned off.
PATIENCE_SECONDS = 5

_SCAN = ("--no-validate", "--no-update-check", "--confidence", "low", "--format", "json", "--quiet", "--no-dedup")


class Found(NamedTuple):
    """What the scanner takes for a secret: by which of its rules, what, and where."""

    rule: str
    text: str
    place: str


def judged(found: Iterable[Found], allowed: Sequence[Allowed]) -> list[str]:
    """Return what is wrong: secrets that no row allows, and rows that allow nothing that is there any more."""
    used: set[Allowed] = set()
    wrong = []
    for each in found:
        row = next((row for row in allowed if (row.rule, row.text) == (each.rule, each.text)), None)
        if row is None:
            # Not the text itself: a log of a lint is read by more people than may know it.
            wrong.append(f"{each.place}: looks like a secret ({each.rule}); take it out, and out of use")
        else:
            used.add(row)
    stale = [f"tests/ship/scan_allowed.py: nothing is '{row.text}' any more" for row in allowed if row not in used]
    return list(dict.fromkeys(wrong)) + stale


def audited(told: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the vulnerabilities of one answer of pip-audit, and the packages of which it knows nothing."""
    vulnerable, unknown = [], []
    for package in told["dependencies"]:
        if "skip_reason" in package:
            unknown.append(package["name"])
        for each in package.get("vulns", ()):
            fixed = ", ".join(each["fix_versions"]) or "no version yet"
            vulnerable.append(f"{package['name']} {package['version']}: {each['id']}, fixed in {fixed}")
    return sorted(set(vulnerable)), sorted(set(unknown))


def overlooked(found: Iterable[Found], made: Mapping[str, str]) -> list[str]:
    """Return the rules that have not found what was planted for them."""
    seen = {(each.rule, each.text) for each in found}
    return [f"the scanner does not find a planted {rule}" for rule, text in made.items() if (rule, text) not in seen]


def blind(tools: Path) -> list[str]:
    """Return which of our own secrets the scanner would not see: some that are made up for this are shown to it."""
    text, made = planted()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "planted.txt"
        file.write_text(text, encoding="utf-8")
        return overlooked(_scanned(tools, "--git-history", "none", str(file)), made)


def secrets(tools: Path) -> list[str]:
    """Return what is wrong with secrets in all that is reachable from HEAD, and in what is not committed yet."""
    git = _text("git", "rev-parse", "--path-format=absolute", "--git-common-dir").strip()
    head = _text("git", "rev-parse", "HEAD").strip()
    uncommitted = _text("git", "ls-files", "--modified", "--others", "--exclude-standard").splitlines()
    here = [name for name in dict.fromkeys(uncommitted) if (ROOT / name).is_file()]
    found = _scanned(tools, git, "--branch", head, "--commit-metadata=false")
    found += _scanned(tools, "--git-history", "none", *here) if here else []
    return judged(found, ALLOWED)


def _scanned(tools: Path, *what: str) -> list[Found]:
    rules = ("--rules-path", OUR_RULES, "--rule-cache-dir", tools / "rules")
    ran = subprocess.run(
        [tools / "bin" / "kingfisher", "scan", *what, *_SCAN, *rules], cwd=ROOT, capture_output=True, text=True
    )
    # 0: nothing, 200 and above: something found; anything else has not looked.
    if ran.returncode != 0 and ran.returncode < 200:
        raise SystemExit(f"the scanner of secrets has failed: {ran.stderr.strip()[-500:]}")
    found = []
    for each in json.loads(ran.stdout)["findings"]:
        at = each["finding"]
        found.append(Found(each["rule"]["id"], at["snippet"], f"{at['path']}:{at['line']}"))
    return found


def packages(tools: Path) -> tuple[list[str], list[str]]:
    """Return known vulnerabilities of pinned packages, and of what nobody could be asked."""
    vulnerable: list[str] = []
    silent: list[str] = []
    for name in AUDITED:
        told = _audit(tools, ROOT / "requirements" / name)
        if isinstance(told, str):
            silent.append(f"{name}: {told}")
            break  # who cannot be reached for one file cannot be for the next
        found, unknown = audited(told)
        vulnerable += [f"requirements/{name}: {each}" for each in found]
        if unknown:
            silent.append(f"{name}: nothing is known of {len(unknown)} of {len(told['dependencies'])} packages")
        if len(unknown) == len(told["dependencies"]):
            break
    return vulnerable, silent


def _audit(tools: Path, requirements: Path) -> dict[str, Any] | str:
    """Return what pip-audit tells, or in a line why it tells nothing."""
    command = [tools / "bin" / "pip-audit", "--disable-pip", "--require-hashes", "--requirement", requirements]
    command += ["--format", "json", "--progress-spinner", "off", "--cache-dir", tools / "audit"]
    command += ["--timeout", str(PATIENCE_SECONDS)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if ran.stdout.startswith("{"):
        return dict(json.loads(ran.stdout))
    return (ran.stderr.strip().splitlines() or ["no answer"])[-1][:160]


def _text(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main(tools: Path) -> int:
    wrong: list[str] = []
    try:
        _text("git", "rev-parse", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        print("NOT SCANNED for secrets: this is no checkout of git", file=sys.stderr)
    else:
        wrong += blind(tools) or secrets(tools)
    vulnerable, silent = packages(tools)
    wrong += vulnerable
    for each in silent:
        print(f"NOT AUDITED for vulnerabilities: {each}", file=sys.stderr)
    if silent and os.environ.get("AUDIT") == "strict":
        wrong.append("AUDIT=strict, and not every package was audited")
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
