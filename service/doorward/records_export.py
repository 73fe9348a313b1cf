"""Records as lines of JSON for tools that work on many: each one whole, and the texts of the policies that decided.

The lines hold what the store keeps sealed, in clear: addresses, agents, subjects. Secrets of requests are in no record.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from doorward.kept import KeptRecords
from doorward.policy_texts import PolicyTexts
from doorward.ports import DecisionStore, RecordQuery

Json = dict[str, Any]

# What the lines are known by: the first one of a file, and those that hold a policy's text.
HEADER, POLICY = "doorward_records", "doorward_policy"
VERSION = 1

PAGE_ROWS = 500


def export(
    store: DecisionStore, kept: KeptRecords, texts: PolicyTexts, query: RecordQuery, now: float
) -> Iterator[Json]:
    """Yield the header, then the records that *query* means, the newest first; its limit is that of a page.

    The text of a policy comes before the first record that it decided.
    """
    yield {HEADER: VERSION}
    told: set[str] = set()
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
            yield record.to_json()
        if len(rows) < PAGE_ROWS:
            return
        before = (rows[-1].at, rows[-1].id)
