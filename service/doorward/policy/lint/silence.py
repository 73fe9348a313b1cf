"""Comments that accept a warning: `# lint: allow <code>: <why>`. An error cannot be accepted.

One covers what is found on its own line, on the line below where it stands alone, and in the rule that begins there.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from doorward.policy.findings import WARNING, Finding, hint, nearest, quoted
from doorward.policy.model import Policy

BAD_COMMENT = "bad-lint-comment"
NEEDLESS_COMMENT = "needless-lint-comment"
MAX_DOUBTS = 100

_COMMENT = re.compile(r"(?:^|\s)#\s*lint:(?P<said>.*)$")
_ALLOW = re.compile(r"\s*allow\s+(?P<code>[A-Za-z0-9_-]+)\s*:\s*\S")


@dataclass(frozen=True, slots=True)
class _Comment:
    """One comment at its line and column, and the *lines* that it covers; *code* is empty where it makes no sense."""

    line: int
    column: int
    code: str
    lines: tuple[int, ...]


class Silences:
    """The comments of one policy."""

    def __init__(self, policy: Policy) -> None:
        self._comments = tuple(_comments(policy.text))
        self._rule_lines: Mapping[str, int] = {rule.id: rule.place.line for rule in policy.rules}
        self._accepted = {(each.code, line) for each in self._comments for line in each.lines}

    def kept(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings that no comment accepts."""
        return [each for each in findings if self._accepted.isdisjoint(self._marks(each))]

    def _marks(self, finding: Finding) -> set[tuple[str, int]]:
        """Return by what a comment can accept *finding*: its code, at its own line and at that of its rule."""
        if finding.severity != WARNING:
            return set()
        return {(finding.code, line) for line in (finding.line, self._rule_lines.get(finding.rule, finding.line))}

    def doubts(self, given: Iterable[Finding], *, codes: Collection[str], others: Collection[str]) -> list[Finding]:
        """Return what is wrong with the comments: *codes* were looked for and gave *given*, *others* were not."""
        marks = set[tuple[str, int]]().union(*map(self._marks, given))
        found: list[Finding] = []
        for each in self._comments:
            if len(found) >= MAX_DOUBTS:
                break
            if not each.code:
                found.append(_doubt(each, BAD_COMMENT, "expected '# lint: allow <code>: <why>'"))
            elif each.code not in codes and each.code not in others:
                near = nearest(each.code, (*codes, *others))
                message = f"there is no check {quoted(each.code)}{hint(near)}"
                found.append(_doubt(each, BAD_COMMENT, message, near))
            elif each.code in codes and marks.isdisjoint((each.code, line) for line in each.lines):
                found.append(_doubt(each, NEEDLESS_COMMENT, f"nothing is found here that '{each.code}' would accept"))
        return found


def _doubt(comment: _Comment, code: str, message: str, suggestion: str = "") -> Finding:
    return Finding(WARNING, comment.line, comment.column, "", code, message, suggestion)


def _comments(text: str) -> Iterable[_Comment]:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line) if "lint:" in line else None
        if match is None:
            continue
        allow = _ALLOW.match(match["said"])
        covered = (number, _next_line(lines, number)) if line.lstrip().startswith("#") else (number,)
        yield _Comment(number, line.index("#", match.start()) + 1, allow["code"] if allow else "", covered)


def _next_line(lines: list[str], number: int) -> int:
    """Return the next line that is no comment, so that several can stand above one another."""
    while number < len(lines) and lines[number].lstrip().startswith("#"):
        number += 1
    return number + 1
