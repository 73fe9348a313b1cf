"""The policy shown and checked."""

from collections.abc import Iterable
from typing import Any

from doorward.core.times import rfc3339
from doorward.policies import Policies
from doorward.policy.findings import Finding
from doorward.policy.schema import schema

Json = dict[str, Any]


class PolicyDesk:
    """Implements `services.PolicyDesk`."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._schema = schema()

    def show(self, tenant: str, now: float) -> Json:
        """Return the policy in force, and what is wrong with a newer one that was refused."""
        loaded = self._policies.current(tenant, now)
        return {
            "id": loaded.policy.id,
            "digest": loaded.policy.digest,
            "text": loaded.policy.text,
            "loaded_at": rfc3339(loaded.loaded_at),
            "candidate": loaded.candidate.digest if loaded.candidate else None,
            "error": findings_json(loaded.error) if loaded.error else None,
        }

    def check(self, tenant: str, text: str) -> Json:
        return {"findings": findings_json(self._policies.check(tenant, text))}

    def schema(self) -> Json:
        return self._schema


def findings_json(findings: Iterable[Finding]) -> list[Json]:
    """Return findings in the shape of the contract."""
    return [
        {
            "severity": each.severity,
            "line": each.line,
            "column": each.column,
            "rule": each.rule,
            "code": each.code,
            "message": each.message,
            "suggestion": each.suggestion,
        }
        for each in findings
    ]
