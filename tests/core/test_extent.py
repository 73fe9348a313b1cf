"""What a signal can be, as its row's range says it."""

import pytest

from doorward.core.signals import SIGNALS
from doorward.core.signals.extent import extent_of
from doorward.facts.kinds import KINDS
from doorward.risk.floors import LEVELS, UNSCORED

OPEN = {"", "IANA names", "RFC 8176"}


def test_every_range_is_understood_or_known_to_be_open():
    assert {spec.range for spec in SIGNALS.values() if extent_of(spec) is None} <= OPEN


@pytest.mark.parametrize(
    ("name", "held", "not_held"),
    [
        ("event.hour", (0, 23), (-1, 24)),
        ("geo.lat", (-90.0, 90.0), (90.5,)),
        ("ip.version", (4, 6), (5,)),
        ("device.type", ("mobile", "other"), ("phone", "")),
        ("credential.result", ("passed", ""), ("ok",)),
        ("subject.flags", ("exempt",), ("",)),
        ("geo.country", ("NO", "XK"), ("no", "Norway", "NO\n")),
    ],
)
def test_a_signal_holds_what_its_range_says(name, held, not_held):
    extent = extent_of(SIGNALS[name])

    assert all(map(extent.holds, held))
    assert not any(map(extent.holds, not_held))


def test_the_words_are_those_of_the_code_that_makes_them():
    assert set(extent_of(SIGNALS["network.kind"]).words) == set(KINDS)
    assert set(extent_of(SIGNALS["risk.level"]).words) == {*LEVELS, UNSCORED, ""}
