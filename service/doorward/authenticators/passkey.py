"""Passkeys and security keys (WebAuthn level 3); the signatures are checked by py_webauthn.

A passkey is asked for by its own id, also where it could be found without: an answer must name the authenticator
that the challenge was begun with. What UV, BE and BS say goes into the assurance table.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorward.authenticators import passkey_library
from doorward.authenticators.passkey_adopting import adopted
from doorward.authenticators.passkey_answers import (
    AssertionAnswer,
    RegistrationAnswer,
    from_base64url,
    read_credential,
    to_base64url,
)
from doorward.authenticators.passkey_checks import CREATE, GET, Header, check_client, check_header
from doorward.ceremony import Begun, Ceremony, Enrolment, Json, Realm, Verified
from doorward.core.enrolment import Authenticator
from doorward.core.errors import (
    BadInput,
    ClonedAuthenticator,
    Conflict,
    ExpiredCode,
    Mistake,
    Refused,
    ReplayedCode,
)

CHALLENGE_BYTES = 32
USER_HANDLE_BYTES = 32
BINDING_SECONDS = 600
# In how many tabs one challenge can be begun at a time.
MOST_LIVE = 4


class Passkey:
    """State: the key, its RP id, its last sign count, and what it said of itself when it was bound.

    Of one from another system the user handle and BE may be None, not known; BE is then what its first answer says.
    """

    type = "passkey"

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:
        """Return the options for `navigator.credentials.create`; a subject's passkeys share one random user handle."""
        realm = ceremony.realm
        if not realm.rp_id:
            raise BadInput([Mistake("passkeys are not set up for this tenant", "#/type")])
        others = [each.state for each in held if each.type == self.type]
        known = (each["user_handle"] for each in others if each["user_handle"] is not None)
        handle = next(known, to_base64url(secrets.token_bytes(USER_HANDLE_BYTES)))
        challenge = _new_challenge()
        name = asked.get("account_name") or ceremony.subject_id
        live = {
            "challenge": challenge,
            "until": ceremony.now + BINDING_SECONDS,
            "bound": [each["credential_id"] for each in others],
        }
        options = _creation_options(realm, handle, name, challenge, others)
        return Enrolment({"user_handle": handle}, {"public_key": options}, live)

    def adopt(self, asked: Mapping[str, Any], ceremony: Ceremony) -> Json:
        """Return the state of a passkey that another system has bound, for the same RP id."""
        return adopted(asked, ceremony.realm)

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        """Return the state that holds the new key; what its maker attests is not looked at, and told to nobody."""
        if live is None or ceremony.now >= live["until"]:
            raise ExpiredCode("the time to bind this passkey is over")
        if not isinstance(answer, RegistrationAnswer):
            raise Refused(f"the answer is of another kind: '{CREATE}' was expected")
        check_client(answer.client, kind=CREATE, challenges=[live["challenge"]], realm=ceremony.realm)
        data = passkey_library.authenticator_data(answer.attestation_object)
        header = Header.of(data)
        check_header(header, ceremony.realm)
        challenge = from_base64url(live["challenge"]) or b""
        found = passkey_library.register(answer, data, challenge=challenge, realm=ceremony.realm)
        if found.credential_id != answer.credential_id:
            raise Refused("the answer names another passkey than it brings")
        if to_base64url(found.credential_id) in live["bound"]:
            raise Refused("this passkey is bound already")
        bound = _bound(found, header, answer.transports) | {"rp_id": ceremony.realm.rp_id}
        return Verified(
            state | bound | {"answered": live["challenge"]},
            user_verified=header.user_verified,
            synced=header.backup_eligible,
        )

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:
        """Return the options for `navigator.credentials.get`: another challenge each time, good beside the last ones.

        One that replaced the last would break whoever has two tabs open.
        """
        if ceremony.realm.rp_id != held.state["rp_id"]:
            raise Conflict("the passkey belongs to another RP id than the tenant has now")
        challenge = _new_challenge()
        earlier = live["challenges"] if live is not None else []
        options = {
            "challenge": challenge,
            "timeout": max(1000, int((ceremony.expires_at - ceremony.now) * 1000)),
            "rpId": ceremony.realm.rp_id,
            "allowCredentials": [_descriptor(held.state)],
            "userVerification": "required" if ceremony.needs_user_verification else "preferred",
        }
        return Begun({"challenges": [*earlier, challenge][-MOST_LIVE:]}, {"public_key": options})

    def read(self, response: Mapping[str, Any]) -> AssertionAnswer | RegistrationAnswer:
        return read_credential(response)

    def is_guess(self, answer: Any) -> bool:  # noqa: ARG002
        return True

    def prepare(self, state: Json, answer: Any) -> Any:
        """Check the signature, which takes longest; `verify` tells what came of it, after what it can name better."""
        passkey_library.load()
        if not isinstance(answer, AssertionAnswer) or "public_key" not in state:
            return answer  # one that is just being bound has no key yet
        try:
            passkey_library.check_assertion(
                answer, rp_id=state["rp_id"], public_key=from_base64url(state["public_key"]) or b""
            )
        except Refused as refusal:
            return _Checked(answer, refusal)
        return _Checked(answer)

    def verify(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        """Return the state with the new sign count, which is believed only of a right signature."""
        if not isinstance(answer, _Checked):
            raise Refused(f"the answer is of another kind: '{GET}' was expected")
        _check_account(answer.answer, state)
        client = answer.answer.client
        if client.challenge == state["answered"]:
            raise ReplayedCode("the answer was used before")
        if live is None:
            raise Refused("nothing was begun with this passkey")
        check_client(client, kind=GET, challenges=live["challenges"], realm=ceremony.realm)
        header = Header.of(answer.answer.authenticator_data)
        check_header(header, ceremony.realm)
        _check_flags(header, state, ceremony)
        if answer.refusal is not None:
            raise answer.refusal
        _check_count(header.sign_count, state["sign_count"])
        used = {"sign_count": header.sign_count, "backed_up": header.backed_up, "answered": client.challenge}
        used["backup_eligible"] = header.backup_eligible  # not known before, or the same
        return Verified(state | used, user_verified=header.user_verified, synced=header.backup_eligible)


@dataclass(frozen=True, slots=True)
class _Checked:
    """An assertion whose signature was looked at; *refusal* says what was wrong with it."""

    answer: AssertionAnswer
    refusal: Refused | None = None


def _new_challenge() -> str:
    return to_base64url(secrets.token_bytes(CHALLENGE_BYTES))


def _creation_options(realm: Realm, handle: str, name: str, challenge: str, others: list[Mapping[str, Any]]) -> Json:
    """Return PublicKeyCredentialCreationOptions as `parseCreationOptionsFromJSON` takes them."""
    return {
        "rp": {"id": realm.rp_id, "name": realm.name},
        "user": {"id": handle, "name": name, "displayName": name},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in passkey_library.ALGORITHMS],
        "timeout": BINDING_SECONDS * 1000,
        "excludeCredentials": [_descriptor(each) for each in others],
        "authenticatorSelection": {
            "residentKey": "preferred",
            "requireResidentKey": False,
            "userVerification": "preferred",
        },
        "attestation": "none",
    }


def _bound(found: passkey_library.Registered, header: Header, transports: tuple[str, ...]) -> Json:
    return {
        "credential_id": to_base64url(found.credential_id),
        "public_key": to_base64url(found.public_key),
        "aaguid": found.aaguid,
        "transports": list(transports),
        "user_verified": header.user_verified,
        "backup_eligible": header.backup_eligible,
        "backed_up": header.backed_up,
        "sign_count": header.sign_count,
    }


def _descriptor(state: Mapping[str, Any]) -> Json:
    named = {"type": "public-key", "id": state["credential_id"]}
    return named | ({"transports": state["transports"]} if state["transports"] else {})


def _check_account(answer: AssertionAnswer, state: Json) -> None:
    """Return where the passkey that was asked answered, for the account that it was made for."""
    if to_base64url(answer.credential_id) != state["credential_id"]:
        raise Refused("another passkey answered than was asked")
    given, known = answer.user_handle, state["user_handle"]
    if given is not None and known is not None and to_base64url(given) != known:
        raise Refused("the answer names another account")


def _check_flags(header: Header, state: Json, ceremony: Ceremony) -> None:
    """Return where UV is what the challenge needs, and BE what it was at first (WebAuthn, section 6.1.3)."""
    if ceremony.needs_user_verification and not header.user_verified:
        raise Refused("the authenticator did not verify the person, which this challenge needs (UV)")
    if state["backup_eligible"] not in (None, header.backup_eligible):
        raise Refused("the passkey changed whether it can be backed up (BE)")


def _check_count(count: int, last: int) -> None:
    """Return where the count grew, or where the passkey does not count: synced ones always say 0."""
    if (count or last) and count <= last:
        raise ClonedAuthenticator("the passkey's sign count did not grow: there may be a copy of it")
