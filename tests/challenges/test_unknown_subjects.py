"""No answer tells whether a subject or an authenticator exists (ASVS 6.3.8): same shape, same status."""

from .conftest import bound_totp, challenged, verify

NOBODY = "nobody-knows-me"


def shape(answer):
    body = answer.get_json()
    return answer.status_code, sorted(body) if isinstance(body, dict) else type(body).__name__


def test_an_unknown_subject_lists_like_one_without_authenticators(house):
    house.decide("u-2")

    assert shape(house.get(f"/v1/subjects/{NOBODY}/authenticators")) == shape(
        house.get("/v1/subjects/u-2/authenticators")
    )
    assert shape(house.get(f"/v1/subjects/{NOBODY}/devices"))[0] == 200


def test_an_unknown_authenticator_is_refused_like_another_subjects(house):
    theirs = bound_totp(house, "u-2")["id"]
    bound_totp(house)
    challenge = challenged(house)

    unknown = verify(house, challenge, "fac_" + "A" * 22, "123456")
    known = verify(house, challenge, theirs, "123456")

    assert unknown.get_json() == known.get_json()
    assert unknown.status_code == known.status_code == 422


def test_an_unknown_challenge_reads_like_another_tenants(house):
    bound_totp(house)
    challenge = challenged(house)
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    theirs = house.call("GET", f"/v1/challenges/{challenge['id']}", Authorization=f"Bearer {key}")
    unknown = house.get("/v1/challenges/chl_" + "A" * 22)

    assert theirs.get_json() == unknown.get_json()
