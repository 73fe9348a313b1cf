"""Conditions as plain Python say exactly what CEL says, unknowns included."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.signals import SIGNALS, Signals
from doorward.policy.binding import Binding
from doorward.policy.conditions import Condition, Environment
from doorward.policy.lists import Area, AreaTable, RuntimeList, WordList, network_table

OFFICE = network_table(["198.51.100.0/24", "2001:db8::/32"])
HOME = AreaTable([Area(52.5, 13.4, 50.0)])
LISTS = {
    "embargoed": WordList(["KP", "IR"]),
    "hours": WordList([3, 4], "int"),
    "shares": WordList([0.5], "double"),
    "office": OFFICE,
    "home": HOME,
    "patterns": WordList(["*.example", "a*"]),
    "subjects": RuntimeList("subject"),
    "many": WordList(["KP", "a", "low", "a@x", *(f"w{number}" for number in range(WordList.COPIED_WHOLE))]),
}
ENVIRONMENT = Environment(signals=SIGNALS, lists=LISTS)
FIXED = {"lists.embargoed": ["KP", "IR"], "lists.hours": [3, 4], "lists.shares": [0.5], "lists.office": OFFICE.handle,
         "lists.home": HOME.handle, "lists.patterns": ["*.example", "a*"],
         "lists.many": LISTS["many"].words}  # fmt: skip

WORDS = st.sampled_from(["", "KP", "NO", "a", "abc", "é", "a.example", "low", "198.51.100.7", "nonsense", "5.00"])
NUMBERS = st.sampled_from([-1, 0, 1, 3, 20, 21, 2**62])
DOUBLES = st.sampled_from([-1.5, 0.0, -0.0, 0.5, 52.5, 13.4, 95.0, 1e300, float("inf"), float("nan")])
VALUES = {
    "bool": st.booleans(),
    "int": NUMBERS,
    "double": DOUBLES,
    "string": WORDS,
    "list(string)": st.lists(WORDS, max_size=3),
    "map(string, string)": st.dictionaries(st.sampled_from(["amount", "to"]), WORDS, max_size=2),
    "map(string, dyn)": st.dictionaries(st.sampled_from(["a", "b"]), st.booleans() | NUMBERS | WORDS, max_size=2),
}
NAMES = {
    "bool": ["device.known", "new.ip", "event.weekend", "travel.impossible"],
    "int": ["event.hour", "velocity.ip_subjects_1h", "device.browser_major"],
    "double": ["risk.score", "geo.lat", "geo.lon", "subject.logins"],
    "string": ["geo.country", "subject.id", "ip.address", "risk.level", "device.type"],
    "list(string)": ["subject.groups", "subject.flags"],
    "map(string, string)": ["action.binding"],
    "map(string, dyn)": ["context"],
}


def quoted(word):
    return '"' + word + '"'


def number(value):
    return f"({value})"


def double(value):
    return f"({value!r})"


CONSTANTS = {
    "string": WORDS.map(quoted),
    "int": NUMBERS.map(number),
    "double": st.sampled_from([-1.5, 0.0, 0.5, 95.0]).map(double),
}


def operand(kind):
    return st.sampled_from(NAMES[kind]) | CONSTANTS[kind]


def compared(kind):
    signs = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    return st.builds("{} {} {}".format, operand(kind), signs, operand(kind))


STRINGS = operand("string") | st.just("action.binding.amount") | st.just("string(event.hour)")
LEAVES = st.one_of(
    st.sampled_from(NAMES["bool"]),
    st.sampled_from(["true", "false", "has(context.a)", 'context.a == "a"', "context.b == 3", '"a" in context']),
    compared("string"),
    compared("int"),
    compared("double"),
    st.builds("{} in {}".format, STRINGS, st.sampled_from(
        ["lists.embargoed", "lists.subjects", "lists.many", "subject.groups",
         '["low", "a", "NO"]', "[]", '["a", geo.country]'])),
    st.builds("{} in {}".format, operand("int"), st.sampled_from(["lists.hours", "[1, 3]"])),
    st.builds("{} in lists.shares".format, st.sampled_from(NAMES["double"])),
    st.builds("{}.{}({})".format, operand("string"), st.sampled_from(["startsWith", "endsWith", "contains", "matches"]),
              CONSTANTS["string"]),
    st.builds("size({}) {} {}".format, st.sampled_from(["subject.groups", "geo.country", "[1, 2]"]),
              st.sampled_from([">", "=="]), CONSTANTS["int"]),
    st.builds("in_network({}, lists.office)".format, operand("string")),
    st.builds("within({}, {}, lists.home)".format, operand("double"), operand("double")),
    st.builds("matches_any({}, {})".format, operand("string"), st.sampled_from(["lists.patterns", '["a*", "x"]'])),
    st.builds("hour_between(event.hour, {}, {})".format, CONSTANTS["int"], CONSTANTS["int"]),
    st.builds("decimal({}) > {}".format, STRINGS, CONSTANTS["double"]),
    st.builds("double({}) > {}".format, operand("int"), CONSTANTS["double"]),
    st.builds("event.hour + {} > {}".format, CONSTANTS["int"], CONSTANTS["int"]),
    st.sampled_from(['subject.groups.exists(g, g == "a")', 'subject.flags.all(f, f != "KP")',
                     'event.time > timestamp("2026-01-01T00:00:00Z")']),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({}) && ({})".format, inner, inner),
        st.builds("({}) || ({})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("(({}) ? ({}) : ({}))".format, inner, inner, inner),
    ),
    max_leaves=6,
)


@st.composite
def decisions(draw):
    values = dict(FIXED)
    for kind, names in NAMES.items():
        for name in names:
            if draw(st.booleans()):
                values[name] = draw(VALUES[kind])
    if draw(st.booleans()):
        values["lists.subjects"] = draw(st.lists(WORDS, max_size=2))
    return values


SOUGHT = st.one_of(
    STRINGS,
    st.sampled_from(['subject.id + "@x"', "context.a", 'subject.groups[0] + ""']),
)
OVER = st.sampled_from(
    ["subject.groups", '["a", "KP@x"]', 'subject.groups.map(g, g + "@x")', "subject.groups.filter(g, g != context.a)",
     '[geo.country + ""]', "action.binding", '{"a": "b"}', "context"]
)  # fmt: skip
SEARCHES = st.one_of(
    st.builds("{} in lists.many".format, SOUGHT),
    st.builds("{}.exists({}, {} in lists.many)".format, OVER, st.just("m"), st.sampled_from(["m", 'm + "@x"'])),
    st.builds("{}.{}(context, context in lists.many)".format, OVER, st.sampled_from(["exists", "all"])),
    st.builds("{}.exists(g, subject.groups.exists(m, {} in lists.many))".format, OVER, st.sampled_from(["g", "m"])),
)


@settings(max_examples=300)
@given(st.one_of(SEARCHES, st.builds("({}) && ({})".format, SEARCHES, LEAVES)), decisions())
def test_a_long_list_answers_as_if_it_had_never_been_narrowed(text, values):
    compiled = ENVIRONMENT.compile(text)
    if isinstance(compiled, Condition):
        signals = Signals({name: value for name, value in values.items() if not name.startswith("lists.")}, {})
        held = {"subjects": values.get("lists.subjects")}
        narrowed = Binding([compiled], signals=SIGNALS, lists=LISTS).values(signals, held)
        assert compiled.evaluate(ENVIRONMENT.given(narrowed)) is compiled.whole.by_cel(ENVIRONMENT.given(values))


@settings(max_examples=600)
@given(CONDITIONS, decisions())
def test_python_and_cel_agree(text, values):
    compiled = ENVIRONMENT.compile(text)
    if isinstance(compiled, Condition):  # a constant pattern that is none, for one, is refused
        at = ENVIRONMENT.given(values)
        assert compiled.evaluate(at) is compiled.whole.by_cel(at)
        assert [part.evaluate(at) for part in compiled.parts] == [part.by_cel(at) for part in compiled.parts]
        passed_over = compiled.opening is not None and compiled.opening.answer(values) is False
        assert not passed_over or compiled.whole.by_cel(at) is False


@pytest.mark.parametrize(
    "text",
    [
        'geo.country in ["KP"] && !device.known',
        "velocity.ip_subjects_1h > 20 || in_network(ip.address, lists.office)",
        'risk.level == "high"',
        "decimal(action.binding.amount) > 500.0",
    ],
)
def test_the_usual_conditions_are_plain(text):
    assert ENVIRONMENT.compile(text).whole.plain is not None


@pytest.mark.parametrize(
    "text",
    ['context.a == "x"', 'geo.city.matches("a+")', "event.hour + 1 > 3", 'subject.groups.exists(g, g == "a")'],
)
def test_what_python_might_answer_otherwise_is_left_to_cel(text):
    assert ENVIRONMENT.compile(text).whole.plain is None


def test_as_many_brackets_as_cel_takes_are_fine():
    text = "!(" * 14 + "(device.known ? new.ip : false)" + ")" * 14
    compiled = ENVIRONMENT.compile(text)
    assert compiled.evaluate(ENVIRONMENT.given({**FIXED, "device.known": True, "new.ip": True})) is True
