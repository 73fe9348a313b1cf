"""What operators count of why decisions came out as they did: the one thing that raised the risk most."""

from dataclasses import dataclass, field

import pytest

from doorward.meter import NullMeter

from .conftest import NEW_YORK, house_in


@dataclass
class Reasons(NullMeter):
    told: list[str] = field(default_factory=list)

    def decided(self, *, outcome: str, kind: str, rule: str, reason: str, degraded: bool) -> None:
        self.told.append(reason)


@pytest.fixture
def meter():
    return Reasons()


@pytest.fixture
def house(tmp_path, meter):
    made = house_in(tmp_path, meter=meter)
    yield made
    made.wiring.stop()


def test_a_floor_goes_before_every_reason(house, meter):
    for number in range(40):
        decision = house.decide(f"u-{number}", ip=NEW_YORK, result="failed")

    assert decision["risk"]["floors"] == ["spray"]
    assert meter.told[-1] == "spray"


def test_what_speaks_for_somebody_is_no_reason(house, meter):
    token = None
    for _ in range(6):
        decision = house.decide(token=token)
        token = decision["device"]["token"]
        house.wait(86_400)

    assert [reason for reason in decision["risk"]["reasons"] if reason["points"] > 0] == []
    assert meter.told[-1] == ""


def test_the_largest_reason_is_told(house, meter):
    token = None
    for _ in range(6):
        token = house.decide(token=token)["device"]["token"]
        house.wait(86_400)

    decision = house.decide(ip=NEW_YORK)

    assert meter.told[-1] == max(decision["risk"]["reasons"], key=lambda reason: reason["points"])["code"]
