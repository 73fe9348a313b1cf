"""From a policy's text to a policy, or to everything that is wrong with it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from doorward.core.outcome import CHALLENGE, Requirement
from doorward.core.signals.base import SignalSpec
from doorward.policy.binding import Binding
from doorward.policy.conditions import Environment
from doorward.policy.files import ListFiles, Stamp
from doorward.policy.findings import ERROR, Finding, Place, Report, quoted
from doorward.policy.lint import looked_at
from doorward.policy.list_section import read_lists
from doorward.policy.model import (
    DEFAULT_DEGRADED,
    DEFAULT_LEVELS,
    DEFAULT_UNENROLLED,
    ENROL,
    FIRST_MATCH,
    STRICTEST,
    TELL,
    Effect,
    Policy,
)
from doorward.policy.requirement_section import read_effect, read_requirements
from doorward.policy.rule_section import Surroundings, read_rules
from doorward.policy.section import Section
from doorward.policy.source import Fields, Text, read

VERSION = "1"
KEYS = (
    "version",
    "id",
    "description",
    "lists",
    "levels",
    "requirements",
    "rules",
    "combine",
    "unenrolled",
    "pending",
    "degraded",
)


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came of a text: a policy, or None where there is an error among the *findings*.

    *stamps* are those of the list files that it names, so that a change of them can be seen.
    """

    policy: Policy | None
    findings: tuple[Finding, ...]
    stamps: Mapping[Path, Stamp] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.severity == ERROR)


def compile_policy(text: str, *, signals: Mapping[str, SignalSpec], folder: Path | None = None) -> Compilation:
    """Compile *text*; files of lists are read from *folder*. All findings come at once, in the order of the file."""
    report = Report()
    files = ListFiles(folder)
    node = read(text, report)
    policy = _policy(node, text, report, signals, files) if node is not None else None
    if policy is None or report.failed:
        return Compilation(None, report.findings(), files.stamps)
    return Compilation(policy, looked_at(policy, report), files.stamps)


def _policy(
    node: Fields, text: str, report: Report, signals: Mapping[str, SignalSpec], files: ListFiles
) -> Policy | None:
    section = Section(node, report, known=KEYS, what="policy")
    section.require("version", "id", "rules")
    _check_version(section)
    lists = read_lists(section.node("lists"), report, files)
    requirements = read_requirements(section.node("requirements"), report)
    environment = Environment(signals=signals, lists=lists)
    rules = read_rules(section.node("rules"), Surroundings(report, environment, requirements))
    conditions = tuple(rule.condition for rule in rules)
    policy = Policy(
        id=_id(section),
        text=text,
        digest="",
        rules=rules,
        environment=environment,
        binding=Binding(conditions, signals=signals, lists=lists),
        description=section.text("description"),
        levels=_levels(section),
        lists=lists,
        requirements=requirements,
        combine=section.choice("combine", (FIRST_MATCH, STRICTEST), FIRST_MATCH),
        unenrolled=_unenrolled(section),
        pending=section.choice("pending", (TELL, CHALLENGE), TELL),
        degraded=_degraded(section, requirements),
        files=tuple(sorted(files.read)),
        places={**_places(section, "lists"), **_places(section, "requirements")},
    )
    return replace(policy, digest=digest(text, files.read))


def _places(section: Section, name: str) -> dict[str, Place]:
    node = section.node(name)
    fields = node.fields if isinstance(node, Fields) else ()
    return {f"{name}.{key.value}": key.place for key, _ in fields}


def digest(text: str, files: Mapping[str, bytes]) -> str:
    """Return `sha256:…` over the text and every list file, each with its name and length before it."""
    total = hashlib.sha256()
    parts = [("", text.encode("utf-8", "surrogatepass")), *sorted(files.items())]
    for name, content in parts:
        total.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        total.update(content)
    return f"sha256:{total.hexdigest()}"


def _check_version(section: Section) -> None:
    version = section.scalar("version")
    if version is not None and version.value != VERSION:
        section.error(version.place, "bad-value", f"'version' is {quoted(version.value)}, expected {VERSION}")


def _id(section: Section) -> str:
    scalar = section.scalar("id")
    if scalar is not None and not 0 < len(scalar.value) <= 64:
        section.error(scalar.place, "bad-name", "'id' is empty or too long, expected 1 to 64 characters")
    return scalar.value if scalar else ""


def _inner(section: Section, name: str, known: tuple[str, ...]) -> Section | None:
    node = section.node(name)
    if isinstance(node, Fields):
        return Section(node, section.report, known=known, what=name)
    if node is not None:
        section.error(node.place, "wrong-type", f"'{name}' is not a mapping, expected the keys {', '.join(known)}")
    return None


def _levels(section: Section) -> Mapping[str, float]:
    inner = _inner(section, "levels", tuple(DEFAULT_LEVELS))
    if inner is None:
        return DEFAULT_LEVELS
    levels = {name: inner.number(name, low=0, high=100, default=usual) for name, usual in DEFAULT_LEVELS.items()}
    if levels["medium"] >= levels["high"]:
        message = f"'medium' is {levels['medium']:g} and 'high' {levels['high']:g}, expected medium below high"
        section.error(inner.place, "bad-value", message)
    return levels


def _unenrolled(section: Section) -> Mapping[str, str]:
    inner = _inner(section, "unenrolled", tuple(DEFAULT_UNENROLLED))
    if inner is None:
        return DEFAULT_UNENROLLED
    return {key: inner.choice(key, (ENROL, "deny", "allow"), usual) for key, usual in DEFAULT_UNENROLLED.items()}


def _degraded(section: Section, requirements: Mapping[str, Requirement]) -> Effect:
    node = section.node("degraded")
    if node is None:
        return DEFAULT_DEGRADED
    effect, _ = read_effect(node, section.report, requirements, where="degraded")
    if effect is not None and effect.bind:
        place = node.place if isinstance(node, Text | Fields) else section.place
        section.error(place, "bad-outcome", "'bind' makes no sense here: nothing can be spent while the store is away")
    return effect or DEFAULT_DEGRADED
