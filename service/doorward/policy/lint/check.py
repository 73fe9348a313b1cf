"""What a lint check is: one small class that looks at a whole policy and says what was probably not meant."""

from typing import Protocol

from doorward.policy.findings import START, Place, Report
from doorward.policy.model import Policy

# How most examples end.
REST = '{id: rest, when: "true", then: allow}'


class Check(Protocol):
    """*code* names it in findings; *bad* and *good* are the heart of a policy that trips it and one that does not."""

    code: str
    bad: str
    good: str

    def look(self, policy: Policy, report: Report) -> None:
        """Add a warning to *report* for each place that *policy* trips over."""
        ...


def place_of(policy: Policy, kind: str, name: str) -> Place:
    """Return where the list or requirement *name* stands."""
    return policy.places.get(f"{kind}.{name}", START)
