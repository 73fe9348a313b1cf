"""A dump of the store holds nothing that was said or used: no seed, code, number, address, agent, name or proof."""

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from redis.client import Redis

from doorward.ceremony import Realm
from doorward.senders.outbox import Outbox
from doorward.stores import open_store

from ..line.conftest import CHROME, House, house_in
from ..stores.redis_servers import Server, taken_into_use
from .conftest import ADMIN, challenged, code_of, login, verify
from .devices import Device, bound_push
from .sent import CHANNELS, begin

SUBJECT = "subject-4711@example.org"
PHONE = "+4915199887766"
MAIL = "anna.4711@example.org"
ADDRESS = "84.208.77.11"
SESSION = "session-of-the-browser-4711"
IBAN = "DE02120300000000202051"
FINGERPRINT = "fingerprint-4711-4711"
NOTE = "told on the telephone 4711"

# Takes whatever is bound here.
ANY = """
version: 1
id: any
requirements:
  any: {any_of: [totp, sms, email, push, recovery_code], aal: 1}
rules:
  - id: all
    when: "true"
    then: {challenge: any, bind: true}
"""

Dump = Callable[[], bytes]


@pytest.fixture(params=["sqlite", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Dump]]:
    """The URL of a store, and what gives all that it has written."""
    if request.param == "sqlite":
        file = tmp_path / "state" / "one.db"
        file.parent.mkdir()
        yield f"sqlite:///{file}", lambda: b"".join(each.read_bytes() for each in file.parent.iterdir())
        return
    server = Server(tmp_path / "redis")
    server.start()
    try:
        url = taken_into_use(f"redis://{server.address}")
        yield url, lambda: contents(server) + log_of(server)
    finally:
        server.kill()


def contents(server: Server) -> bytes:
    """Return every key with what stands under it."""
    read = {b"string": "GET", b"hash": "HGETALL", b"zset": "ZRANGE", b"set": "SMEMBERS", b"list": "LRANGE"}
    with closing(Redis(port=server.port, protocol=2)) as redis:
        found: list[Any] = []
        for key in redis.scan_iter(count=1000):
            kind = redis.type(key)
            bounds = (0, -1) if kind in (b"zset", b"list") else ()
            found += [key, redis.execute_command(read[kind], key, *bounds)]
    return repr(found).encode() + b"".join(flat(found))


def flat(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, list | dict):
        for each in value.items() if isinstance(value, dict) else value:
            yield from flat(each)
    elif isinstance(value, tuple):
        yield from flat(list(value))


def log_of(server: Server) -> bytes:
    """Return the append-only file: every command, whatever was deleted since."""
    return b"".join(file.read_bytes() for file in server.folder.rglob("appendonly.aof*") if file.is_file())


def enrol(house: House, asked: dict[str, Any]) -> dict[str, Any]:
    answer = house.post(f"/v1/subjects/{SUBJECT}/authenticators", {"label": "mine", **ADMIN, **asked})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.get_json())


def confirm(house: House, made: dict[str, Any], code: str) -> None:
    path = f"/v1/subjects/{SUBJECT}/authenticators/{made['id']}/confirm"
    answer = house.post(path, {"code": code})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def asked(number: int) -> dict[str, Any]:
    action = {"name": "pay", "binding": {"amount": "950.00", "to": IBAN}, "display": f"Pay to {IBAN}"}
    session = {"id": f"{SESSION}-{number}", "amr": ["pwd"]}
    client = {"ip": ADDRESS, "user_agent": CHROME, "fingerprint": FINGERPRINT}
    return {"kind": "action", "action": action, "session": session, "client": client}


def run(url: str, folder: Path) -> tuple[dict[str, str], str]:
    """Do everything that handles a secret; return what no dump may hold, by a name, and something that it must."""
    store = open_store(url)
    outbox = Outbox()
    realm = Realm("default", base_url="https://auth.example.org")
    outside = {"senders": dict.fromkeys(CHANNELS, outbox), "realm_of": lambda _: realm}
    house = house_in(folder, store=store, outside=outside)
    try:
        return lived(house, outbox)
    finally:
        house.wiring.stop()


def lived(house: House, outbox: Any) -> tuple[dict[str, str], str]:
    house.wiring.policies.replace("default", ANY, house.now[0])
    used = {"subject": SUBJECT, "phone": PHONE, "mail": MAIL, "address": ADDRESS, "agent": CHROME[-24:]}
    used |= {"session": SESSION, "iban": IBAN, "fingerprint": FINGERPRINT, "note": NOTE, "key": house.key}
    totp = enrol(house, {"type": "totp"})
    confirm(house, totp, code_of(house, totp))
    house.wait(30)
    hotp = enrol(house, {"type": "hotp"})
    confirm(house, hotp, pyotp.HOTP(hotp["secret"]).at(hotp["counter"]))
    used |= {"totp-seed": totp["secret"], "hotp-seed": hotp["secret"]}
    made = {"totp": totp}
    for channel, where in (("sms", {"phone": PHONE}), ("email", {"address": MAIL})):
        made[channel] = enrol(house, {"type": channel, **where})
        used[f"{channel}-confirmation"] = outbox.messages()[-1].code
        confirm(house, made[channel], used[f"{channel}-confirmation"])
        house.wait(61)
    made["recovery_code"] = enrol(house, {"type": "recovery_code"})
    used |= {f"recovery-{number}": code for number, code in enumerate(made["recovery_code"]["codes"])}
    used["totp-code"] = code_of(house, totp)
    for number, (kind, one) in enumerate(made.items()):
        challenge = challenged(house, SUBJECT, **asked(number))
        if kind in ("sms", "email"):
            begin(house, challenge, one["id"])
            used[f"{kind}-code"] = outbox.messages()[-1].code
        code = {"totp": used["totp-code"], "recovery_code": used["recovery-0"]}.get(kind, used.get(f"{kind}-code"))
        passed = verify(house, challenge, one["id"], code).get_json()
        assert passed["status"] == "passed", (kind, passed)
        used[f"{kind}-proof"] = passed["assertion"].split(".")[2]
        used |= {"new-recovery": passed["recovery_code"]} if "recovery_code" in passed else {}
        house.wait(61)
    pushed(house, used)
    bypassed(house, used)
    open_challenge = challenged(house, SUBJECT, **asked(9))
    begin(house, open_challenge, made["sms"]["id"])
    used["live-code"] = outbox.messages()[-1].code
    decision = signed_in(house, used)
    return used, decision


def pushed(house: House, used: dict[str, str]) -> None:
    """Pair a device, and have it approve with the number that is shown."""
    device = Device()
    made = bound_push(house, device, SUBJECT)
    used["pairing-code"] = parse_qs(urlsplit(made["pairing_uri"]).query)["code"][0]
    used["device-key"] = device.jwk["x"]
    challenge = challenged(house, SUBJECT, **asked(7))
    used["push-number"] = begin(house, challenge, made["id"]).get_json()["number"]
    push = device.waiting(house)
    used["push-nonce"] = push["nonce"]
    assert device.answer(house, push, number=used["push-number"]).status_code == 200
    body = {"authenticator": made["id"], "response": {}}
    passed = house.post(f"/v1/challenges/{challenge['id']}/verify", body).get_json()
    assert passed["status"] == "passed", passed


def bypassed(house: House, used: dict[str, str]) -> None:
    """Have the help desk make a code, and use it."""
    made = house.post(f"/v1/subjects/{SUBJECT}/bypass-codes", {"reason": NOTE}).get_json()
    used["bypass-code"] = made["code"]
    passed = verify(house, challenged(house, SUBJECT, **asked(8)), made["id"], made["code"]).get_json()
    assert passed["status"] == "passed", passed


def signed_in(house: House, used: dict[str, str]) -> str:
    """Sign in with contacts, twice with one key, report it, block somebody; return the decision's id: no secret."""
    house.wiring.policies.replace("default", ANY.replace("{challenge: any, bind: true}", "allow"), house.now[0])
    contacts = [{"channel": "email", "address": MAIL}]
    body = login(SUBJECT, ip=ADDRESS) | {"subject": {"id": SUBJECT, "contacts": contacts}}
    answer = house.post("/v1/decisions", body, Idempotency_Key="once-4711").get_json()
    used["device-token"] = answer["device"]["token"]
    house.wiring.policies.restore("default")
    house.post(f"/v1/decisions/{answer['id']}/feedback", {"label": "genuine", "source": "analyst", "note": NOTE})
    for path in (f"blocked_addresses/{ADDRESS}", f"blocked_subjects/{SUBJECT}"):
        assert house.call("PUT", f"/v1/lists/{path}", {"reason": NOTE}).status_code == 200
    return str(answer["id"])


def forms(secret: str) -> list[bytes]:
    """Return *secret* as it could stand in a dump: as it is, as bytes of a seed, in hexadecimal, in base64."""
    plain = [secret.encode(), secret.replace("-", "").encode()]
    if secret.isalnum() and secret.isupper() and len(secret) >= 26:
        plain.append(base64.b32decode(secret + "=" * (-len(secret) % 8)))
    return [form for each in plain for form in (each, each.hex().encode(), base64.b64encode(each).rstrip(b"="))]


def stands_in(dump: bytes, secret: str) -> bool:
    if secret.isdigit():
        # The figures of a time may hold those of a code.
        return re.search(rb"(?<![0-9.])" + secret.encode() + rb"(?![0-9.])", dump) is not None
    return any(form in dump for form in forms(secret))


def test_a_dump_holds_nothing_that_was_said_or_used(kept: tuple[str, Dump], tmp_path: Path) -> None:
    url, dump = kept

    used, decision = run(url, tmp_path)

    found = dump()
    assert decision.encode() in found  # what stands in clear is seen
    assert len(used) > 25
    assert [name for name, secret in used.items() if stands_in(found, secret)] == []
