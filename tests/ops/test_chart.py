"""The image and the chart agree with the package; `make helm-check` looks closer, with helm."""

import json
import re
from pathlib import Path

import click
import jsonschema
import pytest
import yaml

from doorward import __version__
from doorward.cli import main as doorward
from doorward.settings import SETTINGS, known_names

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "doorward"
VALUES = sorted(CHART.glob("values*.yaml"))

# What the image sets, or other values of the chart decide.
DECIDED_ELSEWHERE = {"bind", "metrics_bind", "state_dir", "store", "rules_dir", "model", "geo"}
# TLS is an ingress's or a mesh's: the probes of the chart speak plain HTTP.
DECIDED_ELSEWHERE |= {"tls_cert", "tls_key", "tls_client_ca"}
SECRETS_WITH_A_VALUE = {"secret", "encryption_keys", "store"}


@pytest.fixture(scope="module")
def schema() -> dict:
    return json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def read(file: Path) -> dict:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def objects_of(schema: dict) -> list[dict]:
    """Return *schema* and everything below it that declares properties."""
    below = [each for part in schema.get("properties", {}).values() for each in objects_of(part)]
    return [schema, *below] if "properties" in schema else below


def test_the_chart_and_the_image_have_the_version_of_the_package(dockerfile: str) -> None:
    chart = read(CHART / "Chart.yaml")

    assert (chart["version"], chart["appVersion"]) == (__version__, __version__)
    assert f"ARG VERSION={__version__}\n" in dockerfile


@pytest.mark.parametrize("file", VALUES, ids=lambda file: file.name)
def test_the_values_that_ship_conform_to_the_schema(file: Path, schema: dict) -> None:
    jsonschema.Draft7Validator.check_schema(schema)

    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(read(file))] == []


def test_a_value_that_there_is_not_is_refused_everywhere(schema: dict) -> None:
    assert [each for each in objects_of(schema) if each.get("additionalProperties") is not False] == []


def test_every_way_to_deploy_says_when_it_is_the_one() -> None:
    ways = [file for file in VALUES if file.name != "values.yaml"]
    silent = [file.name for file in ways if not file.read_text(encoding="utf-8").startswith("# For ")]

    assert len(ways) >= 8
    assert silent == []


def test_every_way_to_deploy_has_its_row_in_the_page() -> None:
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")

    assert [file.name for file in VALUES if f"../helm/doorward/{file.name}" not in page] == []


def test_a_tenants_file_cannot_lie_outside_its_folder(schema: dict) -> None:
    climbing = {"policies": {"default": {"policy.yaml": "x", "../x": "y"}}}

    assert not jsonschema.Draft7Validator(schema).is_valid(climbing)


def test_a_way_to_redis_names_its_ports(schema: dict) -> None:
    """Kubernetes takes a rule without ports, and without a destination, for leave to go anywhere."""
    anywhere = {"networkPolicy": {"egress": {"redis": {"to": [], "ports": []}}}}

    assert not jsonschema.Draft7Validator(schema).is_valid(anywhere)


def test_every_value_of_the_schema_stands_in_the_values(schema: dict) -> None:
    assert set(read(CHART / "values.yaml")) | {"global"} == set(schema["properties"])


def test_the_chart_takes_every_setting_that_it_does_not_decide_itself(schema: dict) -> None:
    """A new setting is also a row of helm/doorward/values.schema.json, which `make docs` writes."""
    plain = {row.field for row in SETTINGS if not row.secret}
    secret = {row.field for row in SETTINGS if row.secret}
    values = schema["properties"]

    assert set(values["settings"]["properties"]) == plain - DECIDED_ELSEWHERE
    assert set(values["secrets"]["properties"]["settings"]["properties"]) == secret - SECRETS_WITH_A_VALUE


@pytest.mark.parametrize("name", ["trace", "pin_workers", "knowledge"])
def test_what_is_on_or_off_needs_no_quotes(name: str, schema: dict) -> None:
    """YAML reads `on` as a boolean; a number of workers is none."""
    check = jsonschema.Draft7Validator(schema)

    assert check.is_valid({"settings": yaml.safe_load(f"{name}: on")})
    assert check.is_valid({"settings": {name: "off"}})
    assert not check.is_valid({"settings": {"workers": True}})


def test_every_variable_in_the_templates_and_the_image_is_a_setting(dockerfile: str) -> None:
    texts = [file.read_text(encoding="utf-8") for file in (CHART / "templates").rglob("*") if file.is_file()]
    named = {name for text in [*texts, dockerfile] for name in re.findall(r"DOORWARD_[A-Z_]*[A-Z]", text)}

    assert named - set(known_names()) == set()


def test_the_image_runs_as_a_number_that_is_not_root(dockerfile: str) -> None:
    user = re.search(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE)

    assert user
    assert "0" not in user.groups()


def test_what_the_image_copies_is_not_ignored(dockerfile: str) -> None:
    copied = [line.split()[1:-1] for line in dockerfile.splitlines() if re.match(r"COPY (?!--from)", line)]
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}

    assert {name for names in copied for name in names} == kept


def test_the_commands_that_the_notes_tell_exist() -> None:
    notes = (CHART / "templates" / "NOTES.txt").read_text(encoding="utf-8")
    told = set(re.findall(r"-- doorward ([a-z]+ [a-z]+)", notes))

    assert told
    assert [line for line in told if not is_command(line.split())] == []


def is_command(words: list[str]) -> bool:
    at: click.Command | None = doorward
    for word in words:
        at = at.commands.get(word) if isinstance(at, click.Group) else None
    return at is not None


@pytest.mark.parametrize("values", VALUES, ids=lambda file: file.name)
def test_the_chart_lets_strangers_to_what_they_need_and_to_no_readiness(values: Path) -> None:
    given = read(values)
    paths = [path for way in ("ingress", "route") for path in given.get(way, {}).get("paths", ())]

    assert set(paths) <= {"/challenge/", "/was-this-you/", "/v1/push/"}
    assert paths or values.name != "values.yaml"
