"""The reference page of the checks, made from the table so that it cannot say anything else."""

import inspect

from doorward.policy.lint import CHECKS, RULE_WITHOUT_TEST
from doorward.policy.lint.check import Check
from doorward.policy.lint.silence import BAD_COMMENT, NEEDLESS_COMMENT

_OPENING = """\
# Linting

This page is made by `make docs` from the checks in `doorward/policy/lint/`; a test fails where the two differ.

```console
$ doorward rules lint                      # the folder that DOORWARD_RULES_DIR names, with all that is below it
$ doorward rules lint rules/shop           # one folder
$ doorward rules lint rules/shop/candidate.yaml --strict
$ doorward rules lint --format json        # one array; `--format github` annotates a pull request
```

It reads every `policy.yaml`, `candidate.yaml` and `tenant.yaml`, needs no service, and tells everything at once, each
finding with file, line and column, the rule, its code, and what to write instead where that is known. The counts stand
at the end, on standard error. The exit status is 0 where there is nothing, or warnings alone; 1 where there is an error
(with `--strict` also a warning); 2 where there is nothing to check. `POST /v1/policy/check` finds the same, but for
`{elsewhere}`.

*Errors* are what keeps a policy from being loaded: YAML, keys, names, types, conditions, outcomes, and a condition that
can stay unknown without `on_unknown`. Their messages say what was expected. *Warnings* are what loads and is probably
not meant; they are the checks below. They are looked for where there is no error.

A check is silent where it cannot tell. `never-true` and `unreachable-rule` are said only of what is so for every value
of every signal, known or not. Of conditions that have many alternatives, policies that have many such rules and lists
that are very long, only a part is compared.

## Accepting a warning

A comment accepts one, with a reason for whoever reads it next:

```yaml
lists:
  # lint: allow unused-list: the next release reads it
  spare: [NO]
```

`# lint: allow <code>: <why>` covers its own line, the line below where it stands alone, and everything that is found in
the rule whose `id` stands there. An error cannot be accepted. A comment without a reason or with an unknown code is
`{bad}`; one that accepts nothing any more is `{needless}`.

## In a hook and in CI

`.pre-commit-hooks.yaml` describes two hooks for [pre-commit](https://pre-commit.com); `examples/ci/` holds a workflow.

## Warnings
"""

_ELSEWHERE = f"""
### `{RULE_WITHOUT_TEST}`

No `*_test.yaml` beside the policy expects this rule to decide, or there is none at all. Looked for by
`doorward rules lint` alone, by the `rule` and `rules` that the tests name; a rule in shadow needs none, and of a
candidate without tests of its own nothing is said.
"""


def markdown() -> str:
    """Return the whole page, one section for each check in the order of the table."""
    opening = _OPENING.format(elsewhere=RULE_WITHOUT_TEST, bad=BAD_COMMENT, needless=NEEDLESS_COMMENT)
    return opening + "".join(map(_section, CHECKS)) + _ELSEWHERE


def _section(check: Check) -> str:
    about = inspect.getdoc(type(check))
    return f"\n### `{check.code}`\n\n{about}\n\n{_example('Found', check.bad)}\n{_example('Not found', check.good)}"


def _example(title: str, text: str) -> str:
    """Return an example with each of its rules on a line of its own."""
    head, found, rules = text.partition("rules: [")
    shown = head.rstrip("\n")
    if found:
        shown = f"{head}rules:\n  - " + rules.removesuffix("]").replace("}, {id:", "}\n  - {id:")
    return f"{title}:\n```yaml\n{shown}\n```\n"
