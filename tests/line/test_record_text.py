"""How a record is kept as bytes: what was kept once can be read for good."""

import hashlib
import json
import zlib
from dataclasses import fields

import orjson
import pytest

from doorward.core.facts import FACT_GROUPS
from doorward.core.packing import Packing
from doorward.core.record import DecisionRecord
from doorward.core.record_row import OWN, TABLES, from_row, to_row
from doorward.core.record_words import WORDS
from doorward.core.record_words_two import WORDS_TWO
from doorward.core.request import Action, Client, Contact, Credential, DecisionRequest, Session, Subject
from doorward.record_text import from_bytes, to_bytes

# Whoever changes a letter of the words makes every record unreadable that was packed with them: see record_words.py.
DIGEST_OF_THE_WORDS = "b36233a8741e70a98082d5410dc4ea936b10363ce683fff9b61ed05c3548394e"
DIGEST_OF_THE_WORDS_OF_ROWS = "01066575f64fc49a8c652772afbbda549656a8f710f16621ce78efbe6c0fca83"
# How many names each group had when rows were first kept, and the digest of those: they must stay as they were.
FIRST_NAMES = "dbdb9c91ee12fba93326ecc307ead276b08b0ab9b4b2b9ec46a34d91e6d3e2c8"
AT_FIRST = (4, 3, 5, 7, 4, 2, 19, 6, 7, 23, 5, 4, 4)
AT_FIRST_OF_ITS_OWN = 18

KINDS = {"request.action": Action, "request.subject": Subject, "request.client": Client, "request.session": Session}
KINDS |= {"request.credential": Credential} | {f"facts.{name}": kind for name, kind in FACT_GROUPS.items()}
SECRETS = {"device_token", "assertion"}


def kept(house):
    """Return a record that the service has kept."""
    decision = house.decide()
    return house.wiring.services.records._kept.read("default", decision["id"], house.now[0])


def named(record):
    """Return the text of *record* as earlier versions wrote it."""
    return json.dumps(record.to_json(), separators=(",", ":"), ensure_ascii=False).encode()


def row_of(record):
    return orjson.loads(orjson.dumps(to_row(record)))


def test_a_record_comes_back_whole(house):
    record = kept(house)

    assert from_bytes(to_bytes(record)) == record


def test_a_request_with_everything_comes_back_without_its_secrets(house):
    request = DecisionRequest(
        kind="action",
        subject=Subject("u-1", ("staff",), {"tags": ["a", "b"]}, 1.5, (Contact("email", "u@x.example"),)),
        client=Client("192.0.2.1", "agent", "dvt_secret", True, "print", "nb", "Europe/Oslo", 3.5),
        attempt_id="a-1",
        application_id="web",
        action=Action("pay", {"to": "NO"}, "Pay"),
        session=Session("s-1", ("pwd", "otp"), "aal2", 2.5, "assertion-secret"),
        credential=Credential("passed", True),
        context={"sim_swap_recent": True},
    )
    record = kept(house)._replace(request=request)

    assert from_bytes(to_bytes(record)) == DecisionRecord.from_json(json.loads(named(record)))
    assert b"secret" not in orjson.dumps(to_row(record))


def test_a_record_of_an_earlier_version_is_read(house):
    record = kept(house)

    assert from_bytes(zlib.compress(named(record), 1)) == record


def test_a_record_that_was_packed_with_the_earlier_words_is_read(house):
    record = kept(house)

    assert from_bytes(Packing(WORDS).packed(named(record))) == record


def test_a_row_of_an_earlier_version_has_defaults_for_what_came_later(house):
    record = kept(house)
    row = row_of(record)
    network = list(TABLES).index("facts.network")
    shorter = [*row[: 2 + network], row[2 + network][:3], *row[3 + network : -1]]

    read = from_row(shorter)

    assert (read.facts.network.version, read.facts.network.kind_reason) == (record.facts.network.version, "")
    assert read.facts.enrolment.types == ()


def test_of_a_row_of_a_later_version_all_is_read_that_is_known(house):
    record = kept(house)
    longer = [[*group, "new"] if isinstance(group, list) else group for group in row_of(record)]

    assert from_row([*longer, ["a new group"]]) == record


@pytest.mark.parametrize("row", [[], [2], [3, [], []], [2, [], []], [2, 1, 2]])
def test_other_lists_are_no_records(row):
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_row(row)


def test_a_row_has_all_that_a_record_has_but_secrets():
    of_request = {each.name for each in fields(DecisionRequest)} - {name.partition(".")[2] for name in KINDS}

    assert set(TABLES["request"]) == of_request
    assert {where: set(names) for where, names in TABLES.items() if where in KINDS} == {
        where: {each.name for each in fields(kind)} - SECRETS for where, kind in KINDS.items()
    }
    assert set(OWN) - {"facts.zone"} == set(DecisionRecord._fields) - {"request", "facts"}


def test_no_name_of_the_first_rows_has_moved():
    groups = zip((OWN, *TABLES.values()), (AT_FIRST_OF_ITS_OWN, *AT_FIRST), strict=False)
    first = "\n".join([" ".join(names[:number]) for names, number in groups])

    assert hashlib.sha256(first.encode()).hexdigest() == FIRST_NAMES


def test_a_record_takes_a_third_of_its_text(house):
    record = kept(house)

    assert len(to_bytes(record)) < len(json.dumps(record.to_json())) / 3


@pytest.mark.parametrize(("words", "digest"), [(WORDS, DIGEST_OF_THE_WORDS), (WORDS_TWO, DIGEST_OF_THE_WORDS_OF_ROWS)])
def test_the_words_are_those_that_records_were_packed_with(words, digest):
    assert hashlib.sha256(words).hexdigest() == digest
