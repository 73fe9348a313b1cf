"""What tests of push say to the service, and read of it."""

SIGNED_BY_NOBODY = {"status": 401, "type": "urn:doorward:problem:bad-signature"}


def begun(house, challenge, made):
    answer = house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": made["id"]})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def asked(house, challenge, made, response=None):
    """Ask how the push stands."""
    body = {"authenticator": made["id"], "response": response or {}}
    return house.post(f"/v1/challenges/{challenge['id']}/verify", body)


def attempts_left(house, challenge):
    return house.get(f"/v1/challenges/{challenge['id']}").get_json()["attempts_left"]


def events(house, challenge):
    record = house.get(f"/v1/decisions/{challenge['decision']}").get_json()
    return [each["what"] for each in record["events"]]


def is_refused_like_a_stranger(answer):
    problem = answer.get_json()
    return {name: problem[name] for name in SIGNED_BY_NOBODY} == SIGNED_BY_NOBODY
