"""Lists: networks, areas, words, files, and those that are filled at run time."""

import os
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.policy.lists import NetworkTable, network_table

REST = '\n  - {id: rest, when: "true", then: allow}\n'


def test_an_address_is_found_in_its_network_and_in_no_other():
    table = network_table(["198.51.100.0/24", "2001:db8::/48", "203.0.113.9"])

    inside = [each in table for each in ("198.51.100.255", "2001:db8:0:ffff::1", "203.0.113.9", "::ffff:198.51.100.1")]
    outside = [each in table for each in ("198.51.101.0", "2001:db8:1::1", "203.0.113.8", "::ffff:198.51.101.1")]

    assert inside == [True] * 4
    assert outside == [False] * 4


def test_what_is_no_address_is_neither_in_nor_out():
    with pytest.raises(ValueError, match="address"):
        assert "localhost" in network_table(["10.0.0.0/8"])


NETWORKS = st.one_of(
    st.builds(lambda a, p: ip_network((a, p), strict=False), st.integers(0, 2**32 - 1), st.integers(0, 32)),
    st.builds(lambda a, p: ip_network((a | 1 << 127, p), strict=False), st.integers(0, 2**100), st.integers(1, 128)),
)


@given(st.lists(NETWORKS, max_size=8), st.integers(0, 2**32 - 1))
def test_a_table_answers_what_asking_each_network_answers(networks, number):
    address = ip_address(number)

    found = str(address) in NetworkTable(networks)

    assert found == any(address in each for each in networks)


LISTS = """
lists:
  office: {cidr: [198.51.100.0/24]}
  near: {area: [{lat: 52.52, lon: 13.40, km: 5}, {lat: 48.1, lon: 11.6, km: 5}]}
  words: [KP, SY]
  numbers: [64500, 64501]
  agents: ["*curl*", "bot-?", "a*b*c"]
  banned: {runtime: subject}
  blocked: {runtime: address}
"""


@pytest.fixture
def matches(rule):
    def answer(when, values, **changes):
        text = f"  - {{id: a, when: '{when}', on_unknown: skip, then: deny}}{REST}{LISTS}"
        return rule(text, values, **changes).outcome == "deny"

    return answer


@pytest.mark.parametrize(
    ("when", "values", "expected"),
    [
        ("in_network(ip.address, lists.office)", {"ip.address": "198.51.100.7"}, True),
        ("in_network(ip.address, lists.office)", {"ip.address": "198.51.101.7"}, False),
        ("within(geo.lat, geo.lon, lists.near)", {"geo.lat": 52.5, "geo.lon": 13.4}, True),
        ("within(geo.lat, geo.lon, lists.near)", {"geo.lat": 48.1, "geo.lon": 11.6}, True),
        ("within(geo.lat, geo.lon, lists.near)", {"geo.lat": 52.5, "geo.lon": 13.6}, False),
        ("geo.country in lists.words", {"geo.country": "SY"}, True),
        ("geo.country in lists.words", {"geo.country": "NO"}, False),
        ("network.asn in lists.numbers", {"network.asn": 64501}, True),
        ("network.asn in lists.numbers", {"network.asn": 1}, False),
        ("matches_any(device.browser, lists.agents)", {"device.browser": "my CURL/8"}, True),
        ("matches_any(device.browser, lists.agents)", {"device.browser": "bot-1"}, False),
        ("matches_any(device.browser, lists.agents)", {"device.browser": "a-b-b-c"}, True),
        ("matches_any(device.browser, lists.agents)", {"device.browser": "ac"}, False),
    ],
)
def test_a_rule_reads_a_list(matches, when, values, expected):
    assert matches(when, values) is expected


def test_a_runtime_list_of_subjects_holds_whom_it_holds(matches):
    held = {"runtime_lists": {"banned": frozenset(["u-1"])}}

    assert matches("subject.id in lists.banned", {"subject.id": "u-1"}, **held)
    assert not matches("subject.id in lists.banned", {"subject.id": "u-2"}, **held)


def test_a_runtime_list_of_addresses_holds_networks(matches):
    held = {"runtime_lists": {"blocked": network_table(["203.0.113.0/24"])}}

    assert matches("in_network(ip.address, lists.blocked)", {"ip.address": "203.0.113.7"}, **held)
    assert not matches("in_network(ip.address, lists.blocked)", {"ip.address": "203.0.114.7"}, **held)


def test_a_runtime_list_that_nobody_filled_is_empty(matches):
    assert not matches("in_network(ip.address, lists.blocked)", {"ip.address": "203.0.113.7"})
    assert not matches("subject.id in lists.banned", {"subject.id": "u-1"})


def test_a_runtime_list_that_could_not_be_read_is_unknown(rule):
    text = "  - {id: a, when: subject.id in lists.banned, on_unknown: deny, then: deny}" + REST + LISTS

    ruling = rule(text, {"subject.id": "u-1"}, runtime_lists={"banned": None})

    assert (ruling.outcome, ruling.rule) == ("deny", "a")


def test_entries_of_another_kind_than_the_list_now_declares_are_nothing_to_it(matches):
    swapped = {"runtime_lists": {"banned": network_table(["203.0.113.7"]), "blocked": frozenset(["203.0.113.7"])}}
    values = {"ip.address": "203.0.113.7", "subject.id": "203.0.113.7"}

    assert not matches("in_network(ip.address, lists.blocked)", values, **swapped)
    assert not matches("subject.id in lists.banned", values, **swapped)


FILES = """
version: 1
id: x
lists: {LIST}
rules:
  - {id: a, when: "WHEN", on_unknown: skip, then: deny}
  - {id: rest, when: "true", then: allow}
"""


def with_file(check, named, when="in_network(ip.address, lists.x)"):
    return check(FILES.replace("LIST", f"x: {named}").replace("WHEN", when))


def test_a_file_of_networks_is_read_beside_the_policy(check, tmp_path, rule):
    (tmp_path / "nets.txt").write_text("# ours\n198.51.100.0/24  # the office\n\n2001:db8::/32\n")

    policy = with_file(check, "{cidr_file: nets.txt}").policy

    assert rule(policy, {"ip.address": "198.51.100.9"}).outcome == "deny"
    assert rule(policy, {"ip.address": "192.0.2.9"}).outcome == "allow"
    assert policy.files == ("nets.txt",)


def test_a_long_list_of_words_is_searched_as_a_short_one(check, tmp_path, rule):
    (tmp_path / "words.txt").write_text("\n".join(f"u-{number}" for number in range(5000)))
    policy = with_file(check, "{file: words.txt}", "subject.id in lists.x").policy

    assert rule(policy, {"subject.id": "u-4999"}).outcome == "deny"
    assert rule(policy, {"subject.id": "u-5000"}).outcome == "allow"


def test_a_long_list_is_whole_where_what_is_sought_is_computed(check, tmp_path, rule):
    (tmp_path / "words.txt").write_text("\n".join(f"u-{number}" for number in range(5000)))
    policy = with_file(check, "{file: words.txt}", "('u-' + subject.id) in lists.x").policy

    assert rule(policy, {"subject.id": "4999"}).outcome == "deny"


@pytest.mark.parametrize(
    "when",
    [
        "subject.groups.map(g, g + '99').exists(m, m in lists.x)",
        "['u-4999'].exists(m, m in lists.x)",
        "['u-4999'].exists(context, context in lists.x)",
    ],
)
def test_a_long_list_is_whole_where_a_macro_goes_over_what_no_signal_holds(check, tmp_path, rule, when):
    (tmp_path / "words.txt").write_text("\n".join(f"u-{number}" for number in range(5000)))
    policy = with_file(check, "{file: words.txt}", when).policy

    assert rule(policy, {"subject.groups": ["u-49"]}).outcome == "deny"


def test_the_variable_of_a_macro_over_a_signal_is_sought_in_a_runtime_list(matches):
    held = {"runtime_lists": {"banned": frozenset(["admins"])}}

    assert matches("subject.groups.exists(g, g in lists.banned)", {"subject.groups": ["staff", "admins"]}, **held)
    assert not matches("subject.groups.exists(g, g in lists.banned)", {"subject.groups": ["staff"]}, **held)


@pytest.mark.parametrize("over", ["subject.groups.map(g, g + 'x')", "['admins']", "[subject.id]"])
def test_what_no_signal_holds_is_not_sought_in_a_runtime_list(check, over):
    found = with_file(check, "{runtime: subject}", f"{over}.exists(m, m in lists.x)").errors

    assert [(each.code, each.message) for each in found] == [
        ("type", "'lists.x' is filled at run time, expected a signal on the left of `in`")
    ]


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "link.txt", "missing.txt", ".", "pipe", '"\\0"'])
def test_a_file_outside_the_folder_or_that_is_no_file_is_refused(check, tmp_path, name):
    (tmp_path.parent / "secret.txt").write_text("10.0.0.0/8\n")
    (tmp_path / "link.txt").symlink_to(tmp_path.parent / "secret.txt")
    os.mkfifo(tmp_path / "pipe")

    found = with_file(check, f"{{cidr_file: {name}}}").errors

    assert [(each.code, each.line) for each in found] == [("bad-file", 4)]


def test_a_bad_line_of_a_file_is_named(check, tmp_path):
    (tmp_path / "nets.txt").write_text("10.0.0.0/8\nten\n")

    finding = with_file(check, "{cidr_file: nets.txt}").errors[0]

    assert finding.message.startswith("nets.txt, line 2: 'ten' is no network")


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("{cdr: [10.0.0.0/8]}", "unknown-list-key"),
        ("{cidr: [10.0.0.0/8], file: a}", "bad-list"),
        ("{}", "bad-list"),
        ("{cidr: [10.0.0.1/8]}", "bad-network"),
        ("{cidr: ['fe80::1%eth0']}", "bad-network"),
        ("{cidr: [[1]]}", "wrong-type"),
        ("{runtime: adress}", "bad-value"),
        ("[KP, 5]", "bad-list"),
        ("{area: {lat: 91, lon: 0, km: 1}}", "bad-value"),
        ("{area: {lat: 1, lon: 0}}", "missing-key"),
        ("{area: here}", "bad-list"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(check, named, code):
    found = with_file(check, named, "event.weekend").errors

    assert [each.code for each in found] == [code]


def test_a_list_is_named_by_a_plain_word(check):
    found = check(FILES.replace("LIST", "in: [a], Bad: [b]").replace("WHEN", "event.weekend")).errors

    assert [each.code for each in found] == ["bad-name", "bad-name"]
