"""What must hold of a passkey's answer, apart from its signature; each refusal says which did not.

The library looks at most of it again. It lets frames of other sites pass, and has one kind of error for all.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from doorward.authenticators.passkey_answers import ClientData
from doorward.ceremony import Realm
from doorward.core.errors import Refused

CREATE = "webauthn.create"
GET = "webauthn.get"

_PRESENT = 0x01
_VERIFIED = 0x04
_BACKUP_ELIGIBLE = 0x08
_BACKED_UP = 0x10


@dataclass(frozen=True, slots=True)
class Header:
    """What an authenticator says of itself in the first 37 bytes of what it signs (WebAuthn, section 6.1)."""

    rp_id_hash: bytes
    user_present: bool
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    sign_count: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        flags = data[32]
        return cls(
            rp_id_hash=data[:32],
            user_present=bool(flags & _PRESENT),
            user_verified=bool(flags & _VERIFIED),
            backup_eligible=bool(flags & _BACKUP_ELIGIBLE),
            backed_up=bool(flags & _BACKED_UP),
            sign_count=int.from_bytes(data[33:37], "big"),
        )


def check_client(client: ClientData, *, kind: str, challenges: Iterable[str], realm: Realm) -> None:
    """Return where the browser answered this ceremony, on one of the tenant's pages."""
    if client.type != kind:
        raise Refused(f"the answer is of another kind: '{kind}' was expected")
    if client.challenge not in tuple(challenges):  # the browser was told them: they are no secrets
        raise Refused("the answer is for another challenge, or for one that was replaced")
    if not realm.takes_origin(client.origin):
        raise Refused("the answer comes from an origin that is not the tenant's")
    if client.top_origin and client.top_origin not in realm.top_origins:
        raise Refused("the answer comes from a frame in a page of another origin (topOrigin)")
    if client.cross_origin and not client.top_origin:
        raise Refused("the answer comes from a frame in a page of another origin (crossOrigin)")


def check_header(header: Header, realm: Realm) -> None:
    """Return where a person was present at an authenticator that answered for the tenant's RP id."""
    if header.rp_id_hash != hashlib.sha256(realm.rp_id.encode()).digest():
        raise Refused("the answer is for another RP id")
    if not header.user_present:
        raise Refused("nobody was present at the authenticator (UP)")
    if header.backed_up and not header.backup_eligible:
        raise Refused("the passkey says that it is backed up, and that it cannot be (BS without BE)")
