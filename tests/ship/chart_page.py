"""The page for people: it answers at the address that a tenant names, by a way that the chart opens."""

import json
from urllib.parse import urlencode, urlsplit

import yaml
from chart import Json, Scenario
from chart_rehearsal import Rehearsal, must

# A policy for people has them answer a challenge here.
BREACHED = {
    "kind": "login",
    "subject": {"id": "u-2"},
    "client": {},
    "credential": {"result": "passed", "breached": True},
}
TENANT = "..tenant.yaml"


def ways_in(scenario: Scenario) -> dict[str, list[str]]:
    """Return the paths that people reach, by host."""
    found = {
        rule["host"]: [path["path"] for path in rule["http"]["paths"]]
        for each in scenario.of("Ingress")
        for rule in each["spec"]["rules"]
    }
    for route in scenario.of("HTTPRoute"):
        paths = [match["path"]["value"] for rule in route["spec"]["rules"] for match in rule["matches"]]
        found |= dict.fromkeys(route["spec"]["hostnames"], paths)
    return found


def tenants(scenario: Scenario) -> dict[str, Json]:
    """Return what each `tenant.yaml` says."""
    texts = {key: text for each in scenario.of("ConfigMap") for key, text in each["data"].items()}
    return {key.removesuffix(TENANT): yaml.safe_load(text) for key, text in texts.items() if key.endswith(TENANT)}


def people_are_met(scenario: Scenario) -> list[str]:
    """Where people come in there is a page, and every tenant's address is one of those ways."""
    hosts = ways_in(scenario)
    if not hosts:
        return []
    addresses = {tenant: told["base_url"] for tenant, told in tenants(scenario).items() if "base_url" in told}
    named = {tenant: urlsplit(address).hostname for tenant, address in addresses.items()}
    found = [] if "default" in named else ["people come in, and the tenant default has no base_url"]
    lost = [tenant for tenant, host in named.items() if host not in hosts]
    return found + [f"nobody comes in at the base_url of {tenant}" for tenant in lost]


def show_page(rehearsal: Rehearsal, key: str) -> str:
    """Have a sign-in challenged and see the page that asks, where people come in; return what is said of it."""
    hosts = ways_in(rehearsal.scenario)
    if not hosts:
        return ""
    decision = json.loads(rehearsal.fetch("/v1/decisions", key, BREACHED))
    must(decision["outcome"] == "challenge", f"a breached password is answered {decision['outcome']}")
    tenant = tenants(rehearsal.scenario).get("default", {})
    must({"base_url", "return_to"} <= tenant.keys(), "the tenant default has no base_url or return_to")
    path = f"/challenge/{decision['challenge']['id']}"
    let_in = hosts[str(urlsplit(tenant["base_url"]).hostname)]
    must(any(path.startswith(each) for each in let_in), f"no way leads to {path}")
    page = rehearsal.fetch(f"{path}?{urlencode({'return_to': tenant['return_to'][0]})}")
    must("<h1" in page and tenant["name"] in page, f"the page says: {page[:500]}")
    return ", the page asks"
