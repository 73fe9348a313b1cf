"""Records shown: the whole of one decision, computed again from its facts, and pages of many."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from doorward.core.errors import BadInput, Mistake
from doorward.core.keyed import KeyedHash
from doorward.core.record import DecisionRecord, request_to_json
from doorward.core.times import rfc3339
from doorward.explained import candidate_json, contributions_json, signals_json
from doorward.judge import Case, Judgement, explain_rules, judge
from doorward.kept import KeptRecords
from doorward.meter import NullMeter
from doorward.own_scales import OwnScales
from doorward.policies import Loaded, Policies
from doorward.policy.model import Policy
from doorward.policy_texts import PolicyTexts
from doorward.ports import DecisionStore, RecordQuery, RecordRow
from doorward.runtime_lists import lists_again
from doorward.services import RecordFilter
from doorward.subjects import subject_key

Json = dict[str, Any]


class RecordDesk:
    """Implements `services.Records`."""

    def __init__(
        self,
        store: DecisionStore,
        kept: KeptRecords,
        hasher: KeyedHash,
        policies: Policies,
        texts: PolicyTexts,
        scales: OwnScales,
    ) -> None:
        self._store = store
        self._kept = kept
        self._hasher = hasher
        self._policies = policies
        self._texts = texts
        self._scales = scales

    def show(self, tenant: str, decision_id: str, now: float) -> Json:
        """Return the whole record; what cannot be computed as it was says so under `replay`."""
        record = self._kept.read(tenant, decision_id, now)
        rules = self._policies.current(tenant, now)
        held = self._held(tenant, record.policy_digest, rules)
        policy, same_policy = held or rules.policy, held is not None
        case = case_of(record, policy)
        card, same_scale = self._scales.card_of(tenant, record)
        judgement = judge(case, policy, card, NullMeter())
        return {
            "id": record.id,
            "decided_at": rfc3339(record.at),
            "request": request_to_json(record.request),
            "facts": record.facts.to_json(),
            "decision": record.answer,
            "signals": signals_json(judgement.signals),
            "contributions": contributions_json(judgement),
            "rules": explain_rules(case, policy, judgement.signals),
            "candidate": self._candidate(tenant, record, judgement, rules) if record.candidate_digest else None,
            "replay": {
                "policy": "recorded" if same_policy else "the present policy; the recorded one is not held any more",
                "model": "recorded" if record.model == card.id else f"present model; recorded: {record.model}",
                "scale": "recorded" if same_scale else "the present scale; the recorded one is not held any more",
                "outcome": judgement.ruling.outcome,
                "rule": judgement.ruling.rule,
            },
            "shadow_model": record.shadow_model,
            "reports": [_dated(each) for each in record.reports],
            "feedback": [_dated(each) for each in record.feedback],
            "events": [_dated(each) for each in record.events],
        }

    def _candidate(self, tenant: str, record: DecisionRecord, judgement: Judgement, rules: Loaded) -> Json:
        """Return what the candidate said, as it was recorded, and its rules where its text is still held."""
        said = record.answer["shadow"][-1]
        held = self._held(tenant, record.candidate_digest, rules)
        shown = {"digest": record.candidate_digest} | {name: said[name] for name in ("policy", "rule", "outcome")}
        if held is None:
            return shown | {
                "level": None,
                "replay": "the recorded candidate is not held any more, or a list file of it has changed",
                "rules": [],
            }
        return candidate_json(case_of(record, held), judgement, held, shown)

    def _held(self, tenant: str, digest: str, rules: Loaded) -> Policy | None:
        """Return the policy of *digest*: in force, a candidate, or kept; None where it is gone or its lists changed."""
        for present in filter(None, (rules.policy, rules.candidate)):
            if present.digest == digest:
                return present
        text = self._texts.text(tenant, digest)
        policy = self._policies.compile(tenant, text)[0] if text is not None else None
        return policy if policy is not None and policy.digest == digest else None

    def page(self, tenant: str, query: RecordFilter, now: float) -> Json:
        """Return a page of records, newest first."""
        rows = self._store.records(
            RecordQuery(
                tenant=tenant,
                subject=subject_key(self._hasher, tenant, query.subject_id) if query.subject_id else None,
                outcome=query.outcome,
                rule=query.rule,
                since=query.since,
                until=query.until,
                before=_read_cursor(query.cursor),
                limit=query.limit + 1,
            ),
            now,
        )
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        return {
            "items": [self._row(row) for row in shown],
            "next_cursor": _cursor(shown[-1]) if more and shown else None,
        }

    def _row(self, row: RecordRow) -> Json:
        record = self._kept.open(row)
        decision = record.answer
        return {
            "id": record.id,
            "decided_at": rfc3339(record.at),
            "kind": record.request.kind,
            "subject": record.request.subject.id,
            "application": record.request.application_id,
            "outcome": decision["outcome"],
            "rule": decision["policy"]["rule"],
            "score": decision["risk"]["score"],
            "level": decision["risk"]["level"],
            "learning": decision["learning"],
            "reported": record.reports[0]["result"] if record.reports else None,
            "labels": [each["label"] for each in record.feedback],
        }


def case_of(record: DecisionRecord, policy: Policy) -> Case:
    """Return what a record was judged by."""
    runtime = lists_again(policy, record)
    return Case(record.request, record.facts, record.at, record.proofs, runtime, degraded=bool(record.degraded))


def _dated(said: Json) -> Json:
    return {name: rfc3339(value) if name in ("at", "auth_time") else value for name, value in said.items()}


def _cursor(row: RecordRow) -> str:
    return urlsafe_b64encode(f"{row.at!r} {row.id}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[float, str] | None:
    if not cursor:
        return None
    try:
        at, record_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(" ")
        return float(at), record_id
    except (ValueError, UnicodeDecodeError):
        raise BadInput([Mistake("expected a cursor that a page gave", "#/cursor")]) from None
