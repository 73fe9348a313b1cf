"""Files in which another system hands over authenticators; `SHAPES` is the table."""

from collections.abc import Callable, Mapping

from doorward.offline.authenticator_files.contents import Contents, Said
from doorward.offline.authenticator_files.keycloak import read_keycloak
from doorward.offline.authenticator_files.lines import read_lines
from doorward.offline.authenticator_files.table import read_table

SHAPES: Mapping[str, Callable[[str, Said], Contents]] = {
    "jsonl": read_lines,
    "csv": read_table,
    "keycloak": read_keycloak,
}
# What a file's name says, where nobody says more.
BY_ENDING: Mapping[str, str] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".json": "keycloak"}
