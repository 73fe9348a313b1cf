"""What another system would hand over: seeds, numbers, and passkeys that a soft authenticator holds."""

import base64
import json
from typing import Any

import cbor2

from ..authenticators.soft_passkey import SoftPasskey, b64

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTHER_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
SHORT_SEED = "JBSWY3DPEHPK3PXP"
PHONE = "+4915112345678"
ADDRESS = "anna@example.org"
HANDLE = "dS1oYW5kbGU"
USER = "0a1b2c3d-0000-4000-8000-000000000001"


def totp(subject: str = "u-1", **more: Any) -> dict[str, Any]:
    return {"subject": subject, "type": "totp", "secret": SEED, **more}


def passkey(soft: SoftPasskey, subject: str = "u-1", **more: Any) -> dict[str, Any]:
    """Return what another system knows of *soft*, which it has bound."""
    soft.user_handle = HANDLE
    return {
        "subject": subject,
        "type": "passkey",
        "credential_id": b64(soft.id),
        "public_key": b64(cbor2.dumps(soft.key.cose())),
        "sign_count": soft.count,
        "rp_id": soft.rp_id,
        "user_handle": HANDLE,
        "transports": ["internal", "hybrid"],
        **more,
    }


def keycloak(soft: SoftPasskey, seed: str) -> dict[str, Any]:
    """Return a realm with one user, who has a password, an app and a passkey, as Keycloak writes it."""
    soft.user_handle = b64(USER.encode())
    webauthn = {
        "aaguid": "00000000-0000-0000-0000-000000000000",
        "credentialId": base64.b64encode(soft.id).decode(),
        "counter": soft.count,
        "credentialPublicKey": b64(cbor2.dumps(soft.key.cose())),
        "attestationStatementFormat": "none",
        "transports": ["usb"],
    }
    otp = {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"}
    credentials = [
        {"type": "password", "secretData": "{}", "credentialData": "{}"},
        {"type": "otp", "userLabel": "phone", **_parts(otp, {"value": seed})},
        {"type": "webauthn", "userLabel": "key", **_parts(webauthn, {})},
    ]
    return {"realm": "shop", "webAuthnPolicyRpId": soft.rp_id, "users": [{"id": USER, "credentials": credentials}]}


def _parts(credential: dict[str, Any], secret: dict[str, Any]) -> dict[str, str]:
    return {"credentialData": json.dumps(credential), "secretData": json.dumps(secret)}
