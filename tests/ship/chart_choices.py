"""What single values choose: what must come out of the chart for them, one row for each."""

from collections.abc import Callable

from chart import Json, Scenario, Tools, rendered
from chart_alerts import groups
from chart_image import environment

Found = list[str]
INIT = "initContainers[0]"
CHOSEN_INIT = (
    f"{INIT}.name=first",
    f"{INIT}.image=i",
    f"{INIT}.securityContext.readOnlyRootFilesystem=false",
    f"{INIT}.securityContext.capabilities.add={{CHOWN}}",
)
STORE_ALERTS = {rule["alert"] for group in groups() if group["name"] == "doorward.store" for rule in group["rules"]}
WITHOUT_STORE = ("metrics.alerts.enabled=true", f"metrics.alerts.without={{{','.join(sorted(STORE_ALERTS))}}}")
SWITCHES = ("settings.trace=true", "settings.pin_workers=false", "settings.log_level=warning")


def container_keeps_its_own(scenario: Scenario) -> Found:
    """An init container is as restricted as the service but for what it says itself."""
    [pod] = [each for each in scenario.pods() if "initContainers" in each]
    expected: Json = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": False,
        "capabilities": {"add": ["CHOWN"]},
    }
    got = pod["initContainers"][0]["securityContext"]
    return [] if got == expected else [f"expected {expected}, got {got}"]


def groups_have_rules(scenario: Scenario) -> Found:
    """A group of which every alert is left out is left out itself."""
    [delivered] = scenario.of("PrometheusRule")
    rules_of = {each["name"]: each["rules"] for each in delivered["spec"]["groups"]}
    found = [f"the group {name} has no rules" for name, rules in rules_of.items() if not rules]
    return found + (["the group doorward.store is there"] if "doorward.store" in rules_of else [])


def switches_are_words(scenario: Scenario) -> Found:
    """What YAML reads as true and false is on and off for the service."""
    expected = {"DOORWARD_TRACE": "on", "DOORWARD_PIN_WORKERS": "off", "DOORWARD_LOG_LEVEL": "warning"}
    [pod] = [each["spec"]["template"]["spec"] for each in scenario.of("Deployment")]
    got = environment(pod["containers"][0])
    return [] if got == expected else [f"expected {expected}, got {got}"]


CHOICES: tuple[tuple[str, tuple[str, ...], Callable[[Scenario], Found]], ...] = (
    ("an init container keeps what it says", CHOSEN_INIT, container_keeps_its_own),
    ("a group of alerts that are all left out", WITHOUT_STORE, groups_have_rules),
    ("on and off as YAML reads them", SWITCHES, switches_are_words),
)


def choice_rows(tools: Tools) -> list[tuple[str, str, Found]]:
    rows = []
    for name, settings, check in CHOICES:
        scenario = rendered(tools, name, settings=settings)
        rows.append((f"chosen: {name}", "", [scenario.refused] if scenario.refused else check(scenario)))
    return rows
