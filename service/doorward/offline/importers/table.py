"""The formats that can be read, in the order in which an unknown file is tried. A new one is a file and a row here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorward.offline.importers import auth0, canonical, cloudtrail, entra, keycloak, ocsf, okta, rba, records
from doorward.offline.importers.joining import Joined
from doorward.offline.importers.outcomes import Each, Importer, Json
from doorward.records_export import HEADER

_SHOWN_KEYS = 8
_SHOWN_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Format:
    """One row. *recognises* answers whether an object is of this format, *keys* are what its objects usually have."""

    name: str
    doc: str
    keys: tuple[str, ...]
    recognises: Callable[[Json], bool]
    begin: Callable[[], Importer]


def _has(*keys: str) -> Callable[[Json], bool]:
    return lambda found: all(key in found for key in keys)


def _is_okta(found: Json) -> bool:
    return "actor" in found and "outcome" in found and ("eventType" in found or "eventtype" in found)


def _is_entra(found: Json) -> bool:
    if "properties" in found:
        return "category" in found and ("correlationId" in found or "correlationid" in found)
    return _has("createdDateTime", "correlationId", "userPrincipalName")(found)


def _is_auth0(found: Json) -> bool:
    inner = found.get("data")
    entry = inner if isinstance(inner, dict) else found
    return "log_id" in found and "type" in entry and "date" in entry


def _is_keycloak(found: Json) -> bool:
    return found.get("loggerName") == keycloak.LOGGER or _has("type", "realmId", "ipAddress")(found)


IMPORTERS: tuple[Format, ...] = (
    Format(
        "canonical",
        "Doorward's own sign-in events, one JSON object a line.",
        canonical.KEYS,
        _has("at", "request", "verified"),
        lambda: Each(canonical.convert),
    ),
    Format(
        "records",
        "Doorward's decisions, as `doorward records export` writes them.",
        records.KEYS,
        lambda found: HEADER in found or _has("at", "request", "facts", "answer")(found),
        lambda: Each(records.convert),
    ),
    Format(
        "rba",
        "The public data set for risk-based authentication, as CSV.",
        rba.KEYS,
        _has("Login Timestamp", "User ID", "Login Successful"),
        lambda: Each(rba.convert),
    ),
    Format("okta", "Okta System Log.", okta.KEYS, _is_okta, lambda: Joined(okta.read, goes_on=True)),
    Format(
        "entra",
        "Microsoft Entra ID sign-in logs, from Graph or from diagnostic settings.",
        entra.KEYS,
        _is_entra,
        lambda: Joined(entra.read),
    ),
    Format(
        "cloudtrail",
        "AWS CloudTrail, sign-ins to the console.",
        cloudtrail.KEYS,
        _has("eventName", "eventSource", "userIdentity"),
        lambda: Each(cloudtrail.convert),
    ),
    Format("auth0", "Auth0 tenant logs.", auth0.KEYS, _is_auth0, lambda: Joined(auth0.read)),
    Format(
        "keycloak",
        "Keycloak user events, from the admin interface or the JSON log.",
        keycloak.KEYS,
        _is_keycloak,
        lambda: Each(keycloak.convert),
    ),
    Format(
        "ocsf",
        "OCSF authentication events (class 3002), such as Amazon Security Lake's.",
        ocsf.KEYS,
        _has("class_uid", "activity_id"),
        lambda: Each(ocsf.convert),
    ),
)


def recognised(first: Sequence[Json]) -> Format | None:
    """Return the format of the objects that a file begins with, None where no format knows any of them."""
    return next((each for each in IMPORTERS if any(each.recognises(found) for found in first)), None)


def unknown_shape(first: Sequence[Json]) -> str:
    """Say what an unknown file looks like, and which format comes nearest."""
    keys = list(dict.fromkeys(key for found in first for key in found))
    if not keys:
        return "no known format: it holds no objects"
    shown = ", ".join(f"'{_printable(key)}'" for key in keys[:_SHOWN_KEYS]) + (", …" if len(keys) > _SHOWN_KEYS else "")
    nearest = max(IMPORTERS, key=lambda each: len(set(each.keys) & set(keys)) / len(each.keys))
    lacking = [key for key in nearest.keys if key not in keys]
    if len(lacking) == len(nearest.keys):
        return f"no known format: its objects have {shown}, which none of the formats has"
    also = ", ".join(f"'{key}'" for key in lacking)
    return f"no known format: its objects have {shown}; the nearest is {nearest.name}, which has {also} too"


def _printable(key: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in key[:_SHOWN_KEY_LENGTH])
