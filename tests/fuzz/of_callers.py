"""What callers, browsers and devices send: headers, bodies, tokens, answers of authenticators."""

import json
from functools import cache
from typing import Any

import cbor2

from doorward.api.auth import authenticate
from doorward.api.body import strict_json
from doorward.api.errors import BadJson, NotAuthenticated
from doorward.api.trace import request_id, traceparent
from doorward.authenticators.device_keys import DeviceKeys
from doorward.authenticators.passkey_answers import AssertionAnswer, ClientData, RegistrationAnswer, read_credential
from doorward.authenticators.passkey_library import (
    authenticator_data,
    check_assertion,
    check_brought_key,
    register,
)
from doorward.ceremony import Realm
from doorward.core.errors import BadInput, BadSignature, InvalidAssertion, NotFound, Refused
from doorward.core.origins import is_within
from doorward.device_tokens import device_id_of, issue, presented
from doorward.facts.agents import UserAgents
from doorward.rows import DeviceRecord

from ..authenticators.soft_passkey import Ed25519, Es256, SoftPasskey
from ..challenges.conftest import bound_totp, challenged
from ..challenges.devices import Device
from ..line.conftest import CHROME, NOW, House, house_in, login
from .target import SECRET, Target, json_of, latin, scratch, seeds_of, text


@cache
def house() -> House:
    """Return one service in memory, for the parsers that are part of it."""
    return house_in(scratch())


def _authorised(header: str) -> object:
    return authenticate(header, house().wiring.services.api_keys, NOW)


def _assertion(said: str) -> object:
    return house().wiring.services.assertions.read("default", said, now=NOW)


def _link(said: str) -> object:
    return house().wiring.services.was_this_you._links.read(said, NOW)


def _asked(path: str) -> object:
    """Return the status of a path of the API, which is never a fault of ours."""
    answer = house().get(path)
    if answer.status_code >= 500:
        raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
    return answer.status_code


@cache
def _challenge() -> str:
    """Return the id of a challenge of u-1, whose grant and receipt may be guessed."""
    bound_totp(house())
    return str(challenged(house())["id"])


def _granted(said: str) -> object:
    return _posted("/v1/subjects/u-1/authenticators", {"type": "totp", "enrolment_grant": said})


def _collected(said: str) -> object:
    return _posted(f"/v1/challenges/{_challenge()}/result", {"receipt": said})


def _posted(path: str, body: dict[str, str]) -> object:
    return _posted_raw(path, json.dumps(body).encode())


def _decided(raw: bytes) -> object:
    return _posted_raw("/v1/decisions", raw)


def _posted_raw(path: str, raw: bytes) -> object:
    served = house()
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
    answer = served.client.post(path, data=raw, headers=headers)
    if answer.status_code >= 500:
        raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
    return answer.status_code


_ISSUED = issue(now=NOW, life_seconds=86_400)
_RECORD: DeviceRecord = _ISSUED.record


def _presented(said: str) -> object:
    return device_id_of(said), presented(said, _RECORD, NOW, key=b"k" * 32)


_DEVICE = Device()
_SIGNED = b'{"a":1}'
_KEYS = DeviceKeys()
_KEY = Es256()
_COSE = cbor2.dumps(_KEY.cose())
_CLIENT = ClientData(b"{}", "webauthn.get", "AA", "https://example.org")
_REALM = Realm("default", rp_id="example.org", origins=("https://example.org",))


def _credentials() -> list[dict[str, Any]]:
    """Return what a browser gives for a new passkey, and for one that is known."""
    soft = SoftPasskey(key=_KEY)
    new = soft.create({"user": {"id": "AA"}, "challenge": "AA"})
    return [{"credential": new}, {"credential": soft.get({"challenge": "AA"})}]


_NEW, _KNOWN = (read_credential(each) for each in _credentials())
assert isinstance(_NEW, RegistrationAnswer)
assert isinstance(_KNOWN, AssertionAnswer)
_DATA = authenticator_data(_NEW.attestation_object)


def _registered(data: bytes) -> object:
    return register(_NEW, data, challenge=b"\0", realm=_REALM)


def _checked(data: bytes) -> object:
    answer = AssertionAnswer(_KNOWN.credential_id, _CLIENT, data, _KNOWN.signature, None)
    return check_assertion(answer, rp_id="example.org", public_key=_COSE)


def _signature(raw: bytes) -> object:
    answer = AssertionAnswer(_KNOWN.credential_id, _CLIENT, _KNOWN.authenticator_data, raw, None)
    return check_assertion(answer, rp_id="example.org", public_key=_COSE)


_BODY = json.dumps(login("u-1", token=_ISSUED.token, session={"id": "s-1", "amr": ["pwd"]})).encode()
_JWS = b"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiZG9vcndhcmQtcHJvb2Yrand0In0.e30." + b"A" * 86

CALLERS = (
    Target(
        "body", strict_json, (BadJson,), [_BODY, b'{"a":[1.5e3,-0,"\\u00e9",null]}', b'["\\ud83d\\ude00"]'], most=65_536
    ),
    Target("decision", _decided, (), [_BODY], [b'"ip":"::1"', b'"user_agent":', b'"context":{'], most=8192, tries=30),
    Target(
        "authorization",
        latin(_authorised),
        (NotAuthenticated,),
        [b"Bearer dwk_" + b"A" * 43, b"bearer  " + SECRET.encode(), b"Basic dTpw"],
        [b"Bearer ", b"dwk_"],
    ),
    Target("request id", latin(request_id), seeds=[b"req_1.2-x"], most=512),
    Target("traceparent", latin(traceparent), seeds=[b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"], most=512),
    Target("device token", text(_presented), seeds=[_ISSUED.token.encode(), b"dvt_" + b"A" * 43], words=[b"dvt_"]),
    Target(
        "assertion",
        text(_assertion),
        (InvalidAssertion,),
        [_JWS, SECRET.encode() + b".e30."],
        [b".", b"e30"],
        most=9000,
    ),
    Target("grant", text(_granted), seeds=[b"grt_%s.%s" % (b"A" * 22, b"B" * 43), b"grt_"], words=[b"grt_"], tries=30),
    Target("receipt", text(_collected), seeds=[b"rcp_" + b"A" * 22], words=[b"rcp_"], most=512, tries=30),
    Target("link of a message", text(_link), (NotFound,), [b"wty_" + b"A" * 90], [b"wty_"]),
    Target(
        "cursor",
        text(lambda said: _asked_for("cursor", said)),
        seeds=[b"MTc4MjkwMDAwMC4wIGRlY18x", b"bmFuIHg"],
        most=600,
        tries=40,
    ),
    Target(
        "time in a query",
        text(lambda said: _asked_for("from", said)),
        seeds=[b"2026-07-01T10:00:00Z"],
        most=64,
        tries=30,
    ),
    Target(
        "return_to",
        text(lambda said: is_within(said, ("https://shop.example/account",))),
        seeds=[b"https://shop.example/account/x?y=1"],
        words=[b"\\", b"//", b"/../", b"%2e"],
    ),
    Target(
        "user agent",
        text(lambda said: UserAgents().parse(said)),
        seeds=[CHROME.encode(), b"curl/8.5.0"],
        words=[b"Mozilla/5.0 (", b"Version/", b"; wv) ", b"bot"],
        tries=30,
    ),
    Target(
        "device's key", json_of(_KEYS.read, dict), (BadInput,), seeds_of(_DEVICE.jwk, Device("Ed25519").jwk), [b'"d":']
    ),
    Target(
        "device's signature",
        text(lambda said: _KEYS.check(_DEVICE.jwk, _SIGNED, said)),
        (BadSignature,),
        [_DEVICE.signed({"a": 1})["signature"].encode()],
    ),
    Target("passkey's answer", json_of(read_credential, dict), (BadInput,), seeds_of(*_credentials()), most=16_384),
    Target(
        "attestation",
        authenticator_data,
        (Refused,),
        [_NEW.attestation_object, cbor2.dumps({"authData": b"x" * 40})],
        [b"\x9f", b"\xbf", b"\xff", b"\x81" * 64, b"\xd8\x1c", b"\xc2\x58\xff", b"\x5f"],
        most=12_288,
    ),
    Target("passkey's new data", _registered, (Refused,), [_DATA], [b"\xa5\x01\x02", b"\x81" * 64], tries=100),
    Target("passkey's known data", _checked, (Refused,), [_KNOWN.authenticator_data], [b"\xc0", b"\x80"]),
    Target("passkey's signature", _signature, (Refused,), [_KNOWN.signature], most=1024),
    Target("passkey's key", check_brought_key, (Refused,), [_COSE, cbor2.dumps(Ed25519().cose())], [b"\x81" * 64]),
)


def _asked_for(name: str, said: str) -> object:
    from urllib.parse import quote

    return _asked(f"/v1/decisions?{name}={quote(said, safe='')}")
