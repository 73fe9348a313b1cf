"""Dashboard and alerts ask for what the service exports, and every alert has its section in the papers."""

import inspect
import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from doorward.core.standing import Standing
from doorward.meter import STAGES
from doorward.metrics import METRICS, Metrics

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "doorward"

METRIC = re.compile(r"\b(doorward_[a-z_0-9]+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'([a-z_]+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')
GROUPED = re.compile(r"\bby \(([^)]*)\)")
# What Prometheus adds to each target, and what a histogram's quantile needs.
ADDED = {"namespace", "job", "pod", "instance", "le"}


def alerts() -> list[dict]:
    groups = yaml.safe_load((CHART / "alerts" / "doorward.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict:
    return json.loads((CHART / "dashboards" / "doorward.json").read_text(encoding="utf-8"))


def panel_queries() -> list[str]:
    return [target["expr"] for panel in dashboard()["panels"] for target in panel.get("targets", [])]


def queries() -> list[str]:
    variables = [each["definition"] for each in dashboard()["templating"]["list"] if "definition" in each]
    return panel_queries() + variables + [alert["expr"] for alert in alerts()]


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """The labels of every series that the service exports once it has been told of everything there is to tell."""
    metrics = Metrics()
    metrics.own_scale(Standing("t", "2026-11-01", 1, ("tail",), 1.0, 0.1, 0.9, made_at=1.0, shift=0.1))
    for name in STAGES:
        with metrics.stage(name):
            pass
    given = {"status": "200", "seconds": 0.1, "number": 1, "at": 1.0, "available": False, "accepted": True}
    for name, tell in inspect.getmembers(metrics, inspect.ismethod):
        wanted = inspect.signature(tell).parameters
        if name not in ("own_scale", "stage") and not name.startswith("_"):
            told = {each: given.get(each, "x") for each in wanted} | (
                {"degraded": True} if "degraded" in wanted else {}
            )
            tell(**told)
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    found: dict[str, set[str]] = {}
    for family in families:
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_the_time_since_a_load_is_not_called_the_age_of_the_policy() -> None:
    """Every pod loads the policy when it starts, so that time says nothing of how old the text is."""
    loaded = [
        panel["title"]
        for panel in dashboard()["panels"]
        for target in panel.get("targets", [])
        if "doorward_policy_loaded_timestamp_seconds" in target["expr"]
    ]

    assert loaded == ["Since the policy was loaded"]


def test_the_service_was_told_of_everything(exported: dict[str, set[str]]) -> None:
    silent = [row.name for row in METRICS if not {row.name, f"{row.name}_bucket"} & exported.keys()]

    assert silent == []


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_query_asks_for_series_that_are_exported(query: str, exported: dict[str, set[str]]) -> None:
    asked = METRIC.findall(query)
    labels = {label for name, _ in asked for label in exported.get(name, ())} | ADDED
    grouped = {label.strip() for group in GROUPED.findall(query) for label in group.split(",")}

    assert asked
    assert [name for name, _ in asked if name not in exported] == []
    assert [
        label
        for name, matchers in asked
        for label, _ in MATCHER.findall(matchers)
        if label not in exported[name] | ADDED
    ] == []
    assert grouped - labels == set()


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for query in panel_queries() for name, _ in METRIC.findall(query)}

    assert [row.name for row in METRICS if not {row.name, f"{row.name}_bucket"} & shown] == []


def test_every_metric_is_in_the_papers() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert [row.name for row in METRICS if f"| `{row.name}` |" not in page] == []


def test_every_panel_has_room_of_its_own() -> None:
    taken = [
        (place["x"] + x, place["y"] + y)
        for place in (panel["gridPos"] for panel in dashboard()["panels"])
        for x in range(place["w"])
        for y in range(place["h"])
    ]

    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_every_alert_says_what_is_wrong_and_where_that_is_explained(alert: dict) -> None:
    page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {alert['alert']}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)

    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    assert alert["annotations"]["runbook_url"] == f"docs/alerts.md#{alert['alert'].lower()}"
    assert alert["labels"]["severity"] in ("critical", "warning", "info")
    assert section, "no section of docs/alerts.md is about it"
    assert all(part in section[1] for part in ("**It means**", "**Look at**", "**Do**"))


def test_no_section_explains_an_alert_that_is_gone() -> None:
    page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")

    assert re.findall(r"^## (Doorward\w+)$", page, re.MULTILINE) == [alert["alert"] for alert in alerts()]
