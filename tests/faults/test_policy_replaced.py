"""A policy that is replaced under load, sometimes by a broken one: no caller notices, and the operator does."""

from collections.abc import Callable
from typing import Any

import pytest

from .replacing import HELD, REPLACEMENTS, Replaced, is_broken, policy_is_replaced, report


@pytest.fixture(scope="module")
def shown(start_for_all: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Replaced:
    folder = tmp_path_factory.mktemp("replaced")
    seen = policy_is_replaced(start_for_all, folder, pause=0.05, a_second=60)
    print(report(seen))
    return seen


def test_no_request_fails(shown: Replaced) -> None:
    failed = [(each.sent.kind, each.status, each.body) for each in shown.answers if not 200 <= each.status < 300]

    assert (failed, bool(shown.answers)) == ([], True)


def test_nothing_is_decided_by_a_broken_policy(shown: Replaced) -> None:
    seen = {each["policy"]["id"] for each in shown.decisions}

    assert seen <= {f"v{number}" for number in range(REPLACEMENTS + 2) if not is_broken(number)}
    assert {f"v{HELD - 1}", f"v{REPLACEMENTS + 1}"} <= seen
    assert [each for each in shown.decisions if each["degraded"]] == []


def test_a_digest_stands_for_one_policy(shown: Replaced) -> None:
    pairs = {(each["policy"]["id"], each["policy"]["digest"]) for each in shown.decisions}

    assert len(pairs) == len({digest for _, digest in pairs}) == len({name for name, _ in pairs})


def test_metrics_readiness_and_the_policy_tell_of_a_broken_one(shown: Replaced) -> None:
    assert shown.while_broken == {
        "readyz": ["ready", "refused"],
        "error": ["unknown-signal"],
        "id": f"v{HELD - 1}",
        "metric": 0,
    }


def test_the_last_good_one_is_in_force_in_the_end(shown: Replaced) -> None:
    assert shown.in_the_end == {"readyz": ["ready", "ok"], "error": [], "id": f"v{REPLACEMENTS + 1}", "metric": 1}
