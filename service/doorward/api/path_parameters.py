"""What may stand in a path: one row for each parameter's name, for the OpenAPI document.

What does not fit names nothing that is there: the answer is 404, as for an identifier that was never given out.
"""

from collections.abc import Mapping

from doorward.api.fields import JsonSchema
from doorward.api.lists import ENTRY_LENGTH, NAME
from doorward.api.paths import MAX_SUBJECT
from doorward.api.text import safe_pattern

TEXT: JsonSchema = {"type": "string", "minLength": 1}


def identifier(prefix: str) -> JsonSchema:
    """Return the schema of an identifier with *prefix*, as `core.identifiers` makes and knows it."""
    return {"type": "string", "pattern": f"^{prefix}_[A-Za-z0-9_-]{{22}}$"}


SUBJECT_ID = TEXT | {"maxLength": MAX_SUBJECT, "pattern": safe_pattern("/")}

# A parameter that has no row may be any text.
PARAMETERS: Mapping[str, JsonSchema] = {
    "decision_id": identifier("dec"),
    "challenge_id": identifier("chl"),
    "subject_id": SUBJECT_ID,
    "authenticator_id": identifier("fac"),
    "device_id": identifier("dev"),
    "name": {"type": "string", "pattern": f"^{NAME.pattern}$"},
    "entry": TEXT | {"maxLength": ENTRY_LENGTH, "pattern": safe_pattern()},
}
