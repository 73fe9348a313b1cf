"""Records as lines of JSON for tools that work on many: each one whole, with the policies and scales it was judged by.

The lines hold what the store keeps sealed, in clear: addresses, agents, subjects. Secrets of requests are in no record.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from doorward.kept import KeptRecords
from doorward.own_scales import OwnScales, scale_name
from doorward.policy_texts import PolicyTexts
from doorward.ports import DecisionStore, RecordQuery

Json = dict[str, Any]

# What the lines are known by: the first one of a file, and those that hold a policy's text.
HEADER, POLICY, SCALE = "doorward_records", "doorward_policy", "doorward_scale"
VERSION = 1

PAGE_ROWS = 500


def export(
    store: DecisionStore, kept: KeptRecords, texts: PolicyTexts, scales: OwnScales, query: RecordQuery, now: float
) -> Iterator[Json]:
    """Yield the header, then the records that *query* means, the newest first; its limit is that of a page.

    The text of a policy, and a version of the tenant's own scale, come before the first record that rests on them.
    """
    yield {HEADER: VERSION}
    told: set[str] = set()
    scaled: set[tuple[str, str]] = set()
    before = query.before
    while True:
        rows = store.records(replace(query, before=before, limit=PAGE_ROWS), now)
        for row in rows:
            record = kept.open(row)
            for digest in {record.policy_digest, record.candidate_digest} - told - {""}:
                told.add(digest)
                text = texts.text(query.tenant, digest)
                if text is not None:
                    yield {POLICY: digest, "text": text}
            scale = scale_name(record)
            if scale is not None and scale not in scaled:
                scaled.add(scale)
                held = scales.kept(query.tenant, *scale)
                if held is not None:
                    yield {SCALE: list(scale), "scale": held}
            yield record.to_json()
        if len(rows) < PAGE_ROWS:
            return
        before = (rows[-1].at, rows[-1].id)
