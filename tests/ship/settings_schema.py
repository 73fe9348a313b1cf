"""`make docs`: write the settings that the chart takes into its schema, one row for each that it does not decide."""

import json
from pathlib import Path

from doorward.settings import SETTINGS

SCHEMA = Path(__file__).resolve().parents[2] / "helm" / "doorward" / "values.schema.json"

# What the chart sets by itself, from values of its own.
DECIDED_ELSEWHERE = {"bind", "metrics_bind", "state_dir", "store", "rules_dir", "model", "geo"}
# TLS is an ingress's or a mesh's: the probes of the chart speak plain HTTP.
DECIDED_ELSEWHERE |= {"tls_cert", "tls_key", "tls_client_ca"}

# Secrets whose keys have values of their own.
SECRETS_WITH_A_VALUE = {"secret", "encryption_keys", "store"}


def taken() -> list[str]:
    """Return the settings that stand in `settings` of the values; secrets come from a Secret alone."""
    return [row.field for row in SETTINGS if row.field not in DECIDED_ELSEWHERE and not row.secret]


def secret() -> list[str]:
    """Return the settings that may stand in `secrets.settings`, each with its key in the Secret."""
    return [row.field for row in SETTINGS if row.secret and row.field not in SECRETS_WITH_A_VALUE]


if __name__ == "__main__":
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    values = schema["properties"]
    values["settings"]["properties"] = {field: {"type": ["string", "integer"]} for field in taken()}
    values["secrets"]["properties"]["settings"]["properties"] = {
        field: {"type": "string", "pattern": "^[-._a-zA-Z0-9]+$"} for field in secret()
    }
    SCHEMA.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")
