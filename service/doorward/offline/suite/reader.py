"""From a test file to its cases: defaults, cases and matrices; every mistake at once, with its line and column."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from doorward.core.signals import SIGNALS
from doorward.offline.suite.cases import SITUATION_KEYS, read_case
from doorward.offline.suite.merging import laid_over, nested, parts_of, shown, without
from doorward.offline.suite.model import RuleCase, Suite
from doorward.offline.suite.values import Reading, section_of
from doorward.policies import POLICY_FILE
from doorward.policy.compiler import Compilation, compile_policy
from doorward.policy.files import text_of
from doorward.policy.findings import START, Finding, Report, quoted
from doorward.policy.model import Policy
from doorward.policy.section import Section, shape
from doorward.policy.source import MAX_BYTES, Fields, Items, Node, Text, read

MAX_COMBINATIONS = 1000
MAX_CASES = 20_000
# Nobody reads more at once, and each near name that is looked for costs time.
ENOUGH_FINDINGS = 400

KEYS = ("version", "description", "policy", "defaults", "cases")
CASE_KEYS = ("name", "description", *SITUATION_KEYS, "matrix", "expect")


class Combination(NamedTuple):
    """One row of a matrix: what it is called, and what it lays over the case."""

    name: str
    over: Fields | None


class Policies:
    """The policies that test files name, each compiled once."""

    def __init__(self) -> None:
        self._compiled: dict[Path, Compilation] = {}

    def at(self, path: Path) -> Compilation:
        """Return what came of the policy at *path*; a file that cannot be read is a finding too."""
        if path not in self._compiled:
            text = text_of(path, MAX_BYTES)
            self._compiled[path] = (
                Compilation(None, (text,))
                if isinstance(text, Finding)
                else compile_policy(text, signals=SIGNALS, folder=path.parent)
            )
        return self._compiled[path]


def read_suite(path: Path, policies: Policies) -> Suite:
    """Return the suite of the test file at *path*, without cases and with the mistakes where there are any."""
    text = text_of(path, MAX_BYTES)
    if isinstance(text, Finding):
        return Suite(path, path.parent / POLICY_FILE, None, findings=(text,))
    report = Report()
    node = read(text, report, what="test file", holds="version and cases")
    section = Section(node or Fields((), START), report, known=KEYS, what="test file")
    policy_path = path.parent / _policy_name(section)
    if node is None:
        return Suite(path, policy_path, None, findings=report.findings())
    _check_version(section)
    made = policies.at(policy_path)
    if made.policy is None:
        report.error(START, "policy", f"the policy {policy_path.name} {_why_not(policy_path, len(made.errors))}")
        return Suite(path, policy_path, None, findings=report.findings())
    cases = tuple(_cases(section, made.policy, report))
    # What stands in the defaults, or in a case with a matrix, is read once for each combination.
    findings = tuple(dict.fromkeys(report.findings()))
    return Suite(path, policy_path, made.policy, () if report.failed else cases, findings)


def _why_not(path: Path, errors: int) -> str:
    if not path.exists():
        return "is not there, and the tests are of it"
    return f"does not pass ({errors} error{'' if errors == 1 else 's'}, see rules lint)"


def _check_version(section: Section) -> None:
    section.require("version", "cases")
    version = section.scalar("version")
    if version is not None and version.value != "1":
        section.error(version.place, "bad-value", f"'version' is {quoted(version.value)}, expected 1")


def _policy_name(section: Section) -> str:
    scalar = section.scalar("policy")
    name = scalar.value if scalar else POLICY_FILE
    if scalar and (Path(name).name != name or not name.endswith(".yaml") or "\0" in name):
        section.error(scalar.place, "bad-value", "'policy' is a YAML file of the same folder, such as candidate.yaml")
        return POLICY_FILE
    return name


def _cases(section: Section, policy: Policy, report: Report) -> Iterator[RuleCase]:
    node = section.node("cases")
    if node is None:
        return
    if not isinstance(node, Items) or not node.items:
        section.error(node.place, "wrong-type", "'cases' is no list of cases, expected at least one")
        return
    defaults = section.node("defaults")
    if defaults is not None:
        section_of(defaults, "defaults", Reading(report, 0.0), SITUATION_KEYS)
    names: dict[str, Node] = {}
    total = 0
    for each in node.items:
        for name, place, whole in _expanded(each, defaults, names, report):
            total += 1
            if total > MAX_CASES:
                report.error(place.place, "too-many", f"expected at most {MAX_CASES} cases, combinations counted")
                return
            if len(report) >= ENOUGH_FINDINGS:
                report.error(place.place, "too-many", "too many mistakes: the cases from here on were not read")
                return
            case = read_case(name, whole, place.place, policy, report)
            if case is not None:
                yield case


def _expanded(
    node: Node, defaults: Node | None, names: dict[str, Node], report: Report
) -> Iterator[tuple[str, Node, Fields]]:
    """Yield each combination of a case: its name, where it stands, and all that it says with the defaults below."""
    if not isinstance(node, Fields):
        report.error(node.place, "wrong-type", f"a case is a {shape(node)}, expected a mapping with name and expect")
        return
    section = Section(node, report, known=CASE_KEYS, what="case")
    name = _name(section, names)
    own = without(node, ("name", "description", "matrix"), node)
    base = laid_over(defaults, own) if isinstance(defaults, Fields) else own
    for combination in _combinations(section.node("matrix"), report):
        whole = laid_over(base, combination.over) if combination.over is not None else base
        if isinstance(whole, Fields):
            yield f"{name} [{combination.name}]" if combination.name else name, node, whole


def _name(section: Section, names: dict[str, Node]) -> str:
    section.require("name")
    scalar = section.scalar("name")
    if scalar is None:
        return ""
    if not scalar.value.strip() or len(scalar.value) > 200 or not scalar.value.isprintable():
        section.error(scalar.place, "bad-name", "'name' is empty, too long or no plain line, expected 1 to 200 letters")
    if scalar.value in names:
        first = names[scalar.value].place.line
        section.error(scalar.place, "duplicate-name", f"the case in line {first} has the name {quoted(scalar.value)}")
    names.setdefault(scalar.value, scalar)
    return scalar.value


def _combinations(node: Node | None, report: Report) -> Iterator[Combination]:
    """Yield the rows of a matrix: the product of lists of values, or the rows as they are listed."""
    if node is None:
        yield Combination("", None)
    elif isinstance(node, Fields):
        yield from _product(node, report)
    elif isinstance(node, Items) and node.items and all(isinstance(each, Fields) for each in node.items):
        for row in node.items:
            if isinstance(row, Fields):
                yield _combination(list(row.fields), report)
    else:
        expected = "{dotted.path: [values]}, or a list of rows {dotted.path: value}"
        report.error(node.place, "wrong-type", f"'matrix' is a {shape(node)}, expected {expected}")


def _product(node: Fields, report: Report) -> Iterator[Combination]:
    lists: list[list[tuple[Text, Node]]] = []
    total = 1
    for key, value in node.fields:
        if not isinstance(value, Items) or not value.items:
            report.error(value.place, "wrong-type", f"'matrix.{key.value}' is no list of values")
            return
        lists.append([(key, each) for each in value.items])
        total *= len(value.items)
    if total > MAX_COMBINATIONS:
        report.error(
            node.place, "too-many", f"the matrix has {total} combinations, expected {MAX_COMBINATIONS} at most"
        )
        return
    for row in product(*lists):
        yield _combination(list(row), report)


def _combination(row: list[tuple[Text, Node]], report: Report) -> Combination:
    over: Fields | None = None
    for key, value in row:
        if parts_of(key.value)[0] not in (*SITUATION_KEYS, "expect"):
            report.unknown_name(key.place, "part of a case", parts_of(key.value)[0], (*SITUATION_KEYS, "expect"))
            continue
        laid = laid_over(over, nested(key.value, value)) if over is not None else nested(key.value, value)
        over = laid if isinstance(laid, Fields) else over
    return Combination(", ".join(f"{_short(key.value)}={shown(value)}" for key, value in row), over)


def _short(path: str) -> str:
    for prefix in ("signals.", "request.", "facts."):
        path = path.removeprefix(prefix)
    return path
