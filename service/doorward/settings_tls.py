"""The settings of TLS on the service's own port."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorward.settings_parsers import optional_file
from doorward.settings_row import Setting
from doorward.settings_serving import ServingSettings

TLS = (
    Setting(
        "tls_cert",
        optional_file,
        "",
        "The certificate of the HTTP API with those that vouch for it, in PEM: the port speaks TLS 1.2 and newer.",
        shown="none: plain HTTP",
    ),
    Setting(
        "tls_key",
        optional_file,
        "",
        "The private key of `DOORWARD_TLS_CERT`, in PEM without a password.",
        shown="none: plain HTTP",
    ),
    Setting(
        "tls_client_ca",
        optional_file,
        "",
        "Certificate authorities in PEM: whoever connects to the HTTP API must have a certificate of theirs.",
        shown="none: no certificate is asked for",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings(ServingSettings):
    """What the rows of `TLS` say, and all that the serving process is told."""

    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None


def contradictions(values: Mapping[str, Any]) -> list[str]:
    """Return what does not go together in the settings of TLS."""
    mistakes = []
    if values["tls_cert"] and not values["tls_key"]:
        mistakes.append("DOORWARD_TLS_KEY: DOORWARD_TLS_CERT is set; say where its key is")
    if values["tls_key"] and not values["tls_cert"]:
        mistakes.append("DOORWARD_TLS_CERT: DOORWARD_TLS_KEY is set; say where its certificate is")
    if values["tls_client_ca"] and not values["tls_cert"]:
        mistakes.append("DOORWARD_TLS_CERT: DOORWARD_TLS_CLIENT_CA asks for TLS, which needs a certificate")
    if values["tls_cert"] and values["server"] != "gunicorn":
        mistakes.append(
            "DOORWARD_TLS_CERT: granian is served behind a proxy, which speaks TLS; use gunicorn for it here"
        )
    return mistakes
