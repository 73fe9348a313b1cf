"""Records: whole, without secrets, computed again, and the tenant's own."""

from .conftest import house_in, login

DAY = 86_400


def test_two_tenants_share_nothing(house):
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])
    token = house.decide()["device"]["token"]

    answer = house.post("/v1/decisions", login(token=token), Authorization=f"Bearer {key}").get_json()

    assert answer["risk"]["confidence"] == "none"
    shown = house.call("GET", f"/v1/decisions/{answer['id']}", Authorization=f"Bearer {key}").get_json()
    assert shown["signals"]["device.token_state"]["value"] == "foreign"
    assert shown["signals"]["velocity.ip_attempts_1h"]["value"] == 1


def test_records_page_from_the_newest(house):
    made = [house.decide(f"u-{number}")["id"] for number in range(5)]

    first = house.get("/v1/decisions?limit=3").get_json()
    rest = house.get(f"/v1/decisions?limit=3&cursor={first['next_cursor']}").get_json()

    assert sorted(each["id"] for each in first["items"] + rest["items"]) == sorted(made)
    assert rest["next_cursor"] is None


def test_a_record_holds_no_secret(house):
    token = house.decide()["device"]["token"]
    decision = house.decide(token=token)

    text = house.get(f"/v1/decisions/{decision['id']}").get_data(as_text=True)

    assert "dvt_" not in text


def test_a_record_is_computed_again_as_it_was_decided(house):
    for _ in range(3):
        decision = house.decide()
        house.wait(DAY)

    shown = house.get(f"/v1/decisions/{decision['id']}").get_json()

    assert shown["replay"] == {
        "policy": "recorded",
        "model": "recorded",
        "scale": "recorded",
        "outcome": decision["outcome"],
        "rule": decision["policy"]["rule"],
    }
    assert round(shown["contributions"]["score"], 2) == decision["risk"]["score"]


def test_a_record_outlives_its_policy(house, tmp_path):
    decision = house.decide()
    path = next(tmp_path.glob("rules/default/policy.yaml"))
    path.write_text(path.read_text().replace("id: default", "id: newer"))
    house.wait(10)
    assert house.decide("u-2")["policy"]["id"] == "newer"

    shown = house.get(f"/v1/decisions/{decision['id']}").get_json()

    assert shown["replay"]["policy"] == "recorded"


def test_history_is_kept_from_one_process_to_the_next(tmp_path):
    (tmp_path / "a").mkdir()
    first = house_in(tmp_path / "a")
    token = first.decide()["device"]["token"]

    second = house_in(tmp_path / "a", store=first.wiring.store)

    assert second.decide(token=token)["risk"]["confidence"] == "learning"
    first.wiring.stop()
