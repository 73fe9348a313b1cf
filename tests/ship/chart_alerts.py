"""Alert rules and dashboard: PromQL that promtool reads, alerts that fire when they should, and a page for each."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from chart import CHART, Json, Scenario, Tools, rendered
from dockerfile import ROOT

RULES = CHART / "alerts" / "doorward.yaml"
TESTS = ROOT / "tests" / "ship" / "alerts_test.yaml"
DASHBOARD = CHART / "dashboards" / "doorward.json"


def groups() -> list[Json]:
    found: list[Json] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return found


def alerts() -> list[Json]:
    return [rule for group in groups() for rule in group["rules"]]


def queries() -> list[str]:
    """Return every query of the dashboard, with what Grafana would put in place of its variables."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    return [re.sub(r"\$(namespace|job|tenant)", ".*", query.replace("$__rate_interval", "5m")) for query in asked]


def alert_rows(tools: Tools) -> list[tuple[str, str, list[str]]]:
    """Return a row for the rules, their tests and the dashboard's queries."""
    return [
        ("alerts: rules", f"{len(alerts())} rules", rules_wrong(tools, RULES)),
        ("alerts: each fires and is quiet", f"{len(alerts())} tests", tests_wrong(tools)),
        ("alerts: as the values choose them", "", choice_wrong(tools)),
        ("dashboard: queries", f"{len(queries())} queries", dashboard_wrong(tools)),
    ]


def rules_wrong(tools: Tools, file: Path) -> list[str]:
    done = tools.run("promtool", "check", "rules", "--lint-fatal", str(file))
    return [] if done.returncode == 0 else [done.stdout + done.stderr]


def tests_wrong(tools: Tools) -> list[str]:
    """Every alert is seen firing once; promtool also fails where one fires that should not."""
    tests = [
        rule for test in yaml.safe_load(TESTS.read_text(encoding="utf-8"))["tests"] for rule in test["alert_rule_test"]
    ]
    seen = {test["alertname"] for test in tests if test["exp_alerts"]}
    found = [f"no test lets {each['alert']} fire" for each in alerts() if each["alert"] not in seen]
    done = tools.run("promtool", "test", "rules", str(TESTS))
    return found + ([] if done.returncode == 0 else [done.stdout + done.stderr])


def delivered_wrong(tools: Tools, scenario: Scenario) -> list[str]:
    """What the chart delivers is what was tried: rules that promtool reads, and the dashboard unchanged."""
    found = []
    with TemporaryDirectory() as folder:
        for each in scenario.of("PrometheusRule"):
            file = Path(folder, "rules.yaml")
            file.write_text(yaml.safe_dump(each["spec"]))
            found += rules_wrong(tools, file)
    dashboards = [each["data"]["doorward.json"] for each in scenario.of("ConfigMap") if "doorward.json" in each["data"]]
    whole = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return found + ["the dashboard is not delivered as it is" for each in dashboards if json.loads(each) != whole]


def choice_wrong(tools: Tools) -> list[str]:
    """Values leave alerts out, add labels without changing how grave one is, and say where the page is."""
    chosen = (
        "enabled=true",
        "without={DoorwardModelOld}",
        "alertLabels.team=a",
        "alertLabels.severity=low",
        "runbook=https://r",
    )
    scenario = rendered(tools, "chosen", settings=tuple(f"metrics.alerts.{each}" for each in chosen))
    [delivered] = scenario.of("PrometheusRule")
    found = {rule["alert"]: rule for group in delivered["spec"]["groups"] for rule in group["rules"]}
    wanted = {each["alert"]: each for each in alerts() if each["alert"] != "DoorwardModelOld"}
    if found.keys() != wanted.keys():
        return [f"these are delivered or missing: {sorted(found.keys() ^ wanted.keys())}"]
    return [
        f"{name} is not as it was chosen"
        for name, rule in found.items()
        if rule["labels"] != wanted[name]["labels"] | {"team": "a"}
        or rule["annotations"]["runbook_url"] != f"https://r#{name.lower()}"
    ]


def dashboard_wrong(tools: Tools) -> list[str]:
    """The queries are read as recording rules, which is how promtool reads PromQL alone."""
    rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries())]
    with TemporaryDirectory() as folder:
        file = Path(folder, "queries.yaml")
        file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
        return rules_wrong(tools, file)
