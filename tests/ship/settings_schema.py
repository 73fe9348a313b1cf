"""`make docs`: write the settings that the chart takes into its schema, one row for each that it does not decide."""

import json
from pathlib import Path

from doorward.settings import SETTINGS
from doorward.settings_row import Setting

SCHEMA = Path(__file__).resolve().parents[2] / "helm" / "doorward" / "values.schema.json"

# What the chart sets by itself, from values of its own.
DECIDED_ELSEWHERE = {"bind", "metrics_bind", "state_dir", "store", "rules_dir", "model", "geo"}
# TLS is an ingress's or a mesh's: the probes of the chart speak plain HTTP.
DECIDED_ELSEWHERE |= {"tls_cert", "tls_key", "tls_client_ca"}

# Secrets whose keys have values of their own.
SECRETS_WITH_A_VALUE = {"secret", "encryption_keys", "store"}


def taken() -> list[Setting]:
    """Return the settings that stand in `settings` of the values; secrets come from a Secret alone."""
    return [row for row in SETTINGS if row.field not in DECIDED_ELSEWHERE and not row.secret]


def type_of(row: Setting) -> list[str]:
    """Return as what a setting may be written: YAML reads `on` and `off` as booleans where nobody quotes them."""
    is_switch = takes(row, "off") and not takes(row, "neither on nor off")
    return ["string", "boolean"] if is_switch else ["string", "integer"]


def takes(row: Setting, text: str) -> bool:
    try:
        row.parse(text)
    except ValueError:
        return False
    return True


def secret() -> list[Setting]:
    """Return the settings that may stand in `secrets.settings`, each with its key in the Secret."""
    return [row for row in SETTINGS if row.secret and row.field not in SECRETS_WITH_A_VALUE]


if __name__ == "__main__":
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    values = schema["properties"]
    values["settings"]["properties"] = {row.field: {"type": type_of(row)} for row in taken()}
    values["secrets"]["properties"]["settings"]["properties"] = {
        row.field: {"type": "string", "pattern": "^[-._a-zA-Z0-9]+$"} for row in secret()
    }
    SCHEMA.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")
