"""A realm of Keycloak as `kc.sh export` writes it, whole or its users alone: the credentials of users.

Taken are `otp`, `webauthn` and `webauthn-passwordless`; all else is counted. Read from Keycloak's own sources: the
seed is the text itself in UTF-8 unless `secretEncoding` says BASE32; the user handle of a passkey is the user's id.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from doorward.adopting import Entry
from doorward.offline.authenticator_files.contents import Contents, Said, json_of

SUBJECT_FIELDS = ("id", "username", "email")

_RP_ID = {"webauthn": "webAuthnPolicyRpId", "webauthn-passwordless": "webAuthnPolicyPasswordlessRpId"}
_ALGORITHMS = {"HmacSHA1": "SHA1", "HmacSHA256": "SHA256", "HmacSHA512": "SHA512"}
# What users of other directories are listed as.
_USERS = ("users", "federatedUsers")

Json = Mapping[str, Any]


class _Unreadable(Exception):
    """A credential that has not the shape of one; says what was expected, and nothing of what stands there."""


def read_keycloak(text: str, said: Said) -> Contents:
    """Return the entries of *text*."""
    contents = Contents()
    try:
        realm = json_of(text)
    except ValueError:
        realm = None
    if not isinstance(realm, dict) or not any(isinstance(realm.get(name), list) for name in _USERS):
        contents.wrong("", "a realm of Keycloak with a list of users, in JSON, was expected")
        return contents
    for place, user, credential in _credentials(realm, contents):
        if contents.is_full:
            contents.too_many()
            break
        try:
            _add(contents, place, realm, user, credential, said)
        except _Unreadable as wrong:
            contents.wrong(place, str(wrong))
    return contents


def _credentials(realm: Json, contents: Contents) -> Iterator[tuple[str, Json, Json]]:
    """Yield each credential with its place and its user."""
    for name in _USERS:
        for at, user in enumerate(realm.get(name) or ()):
            held = user.get("credentials") if isinstance(user, dict) else user
            if not isinstance(held, list | None):
                contents.wrong(f"{name}[{at}]", "a user was expected, with a list of credentials")
                continue
            for number, credential in enumerate(held or ()):
                place = f"{name}[{at}].credentials[{number}]"
                if isinstance(credential, dict):
                    yield place, user, credential
                else:
                    contents.wrong(place, "a credential was expected")


def _add(contents: Contents, place: str, realm: Json, user: Json, credential: Json, said: Said) -> None:
    said_kind = credential.get("type")
    kind = said_kind if isinstance(said_kind, str) else ""
    if kind == "otp":
        ours, asked = _otp(_part(credential, "credentialData"), _part(credential, "secretData"))
    elif kind in _RP_ID:
        rp_id = realm.get(_RP_ID[kind]) or said.rp_id or None
        ours, asked = "passkey", _passkey(_part(credential, "credentialData"), user, rp_id)
    else:
        contents.left_out[kind if kind.isprintable() and 1 <= len(kind) <= 32 else "other"] += 1
        return
    subject, label = user.get(said.subject_field), credential.get("userLabel") or ""
    if not isinstance(subject, str) or not isinstance(label, str):
        raise _Unreadable(f"a user with the text '{said.subject_field}' was expected, and a label that is text")
    contents.entries.append(Entry(place, subject, ours, label, asked))


def _part(credential: Json, name: str) -> Json:
    """Return what lies in *name*: JSON, in a text as a rule."""
    found = credential.get(name)
    try:
        found = json_of(found) if isinstance(found, str) else found
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _Unreadable(f"{name}: a JSON object was expected")
    return found


def _otp(said: Json, secret: Json) -> tuple[str, dict[str, Any]]:
    kind, seed, algorithm = said.get("subType"), secret.get("value"), said.get("algorithm")
    if kind not in ("totp", "hotp") or not isinstance(seed, str):
        raise _Unreadable("a seed of subType totp or hotp was expected")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise _Unreadable(f"algorithm: one of {', '.join(_ALGORITHMS)} was expected")
    if said.get("secretEncoding") is None:
        seed = base64.b32encode(seed.encode("utf-8", "surrogatepass")).decode("ascii")
    elif said["secretEncoding"] != "BASE32":
        raise _Unreadable("secretEncoding: BASE32 was expected, or none")
    moving = "period" if kind == "totp" else "counter"
    return kind, {
        "secret": seed,
        "algorithm": _ALGORITHMS[algorithm],
        "digits": said.get("digits"),
        moving: said.get(moving),
    }


def _passkey(said: Json, user: Json, rp_id: Any) -> dict[str, Any]:
    handle = user.get("id")
    return {
        "credential_id": said.get("credentialId"),
        "public_key": said.get("credentialPublicKey"),
        "sign_count": said.get("counter"),
        "aaguid": said.get("aaguid"),
        "transports": said.get("transports"),
        "rp_id": rp_id,
        # Whether the key can be backed up is in none of it.
        "user_handle": None if not isinstance(handle, str) else _text(handle.encode("utf-8", "surrogatepass")),
    }


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
