"""Instants in texts."""

import pytest

from doorward.core.times import beginning_of, moment, rfc3339


@pytest.mark.parametrize("text", ["", "november", "2026", "2026-13", "2026-02-30", "20261-11", "2026-111", "2026-11-"])
def test_a_text_that_begins_with_no_month_has_no_beginning(text: str) -> None:
    assert beginning_of(text) is None


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("2026-11", "2026-11-01T00:00:00Z"),
        ("2026-11-27", "2026-11-27T00:00:00Z"),
        ("2026-11-27.2", "2026-11-27T00:00:00Z"),
        ("2026-11 autumn", "2026-11-01T00:00:00Z"),
    ],
)
def test_a_month_and_a_day_begin_at_midnight(text: str, beginning: str) -> None:
    begun = beginning_of(text)

    assert begun is not None
    assert rfc3339(begun) == beginning


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (1_790_000_000.0, "2026-09-21T14:13:20Z"),
        (1_790_000_000.0004, "2026-09-21T14:13:20Z"),
        (1_790_000_000.25, "2026-09-21T14:13:20.250Z"),
        (0.0, "1970-01-01T00:00:00Z"),
    ],
)
def test_an_instant_has_milliseconds_only_where_it_is_between_two_seconds(at: float, text: str) -> None:
    assert rfc3339(at) == text


@pytest.mark.parametrize(
    "text", ["2026-09-21T14:13:20Z", "2026-09-21t14:13:20z", "2026-09-21T14:13:20", "2026-09-21T16:13:20+02:00"]
)
def test_a_moment_is_read_however_rfc_3339_lets_it_be_written(text: str) -> None:
    assert moment(text) == 1_790_000_000.0
