"""Reads the `lists` of a policy: inline words, networks, areas, files, and lists that are filled at run time."""

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_network

from doorward.policy.files import ListFiles, UnreadableList
from doorward.policy.findings import Place, Report, nearest, one_of, quoted
from doorward.policy.lists import Area, AreaTable, NamedList, NetworkTable, RuntimeList, WordList, parse_network
from doorward.policy.section import Section, as_number, texts
from doorward.policy.source import Fields, Items, Node, Text

MAX_LISTS = 64
MAX_ENTRIES = 200_000
MAX_INLINE_WORDS = 1_000

KINDS = ("cidr", "cidr_file", "area", "file", "runtime")
HOLDS = ("address", "subject", "device")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,15}\Z", re.ASCII)
_CEL_WORDS = frozenset(("in", "as", "true", "false", "null", "if", "for", "let", "var", "while", "return", "void"))


def read_lists(node: Node | None, report: Report, files: ListFiles) -> dict[str, NamedList]:
    """Return every list by its name; one that does not pass is there and empty, so that its uses are not reported."""
    if node is None:
        return {}
    if not isinstance(node, Fields):
        report.error(node.place, "wrong-type", "'lists' is not a mapping of names to lists")
        return {}
    section = Section(node, report, known=(), what="lists")
    names = list(section.names())
    if len(names) > MAX_LISTS:
        report.error(node.place, "too-many", f"'lists' holds {len(names)}, expected at most {MAX_LISTS}")
    for name in names:
        if not _NAME.match(name) or name in _CEL_WORDS:
            expected = "small letters, digits and _, a letter first, no word of CEL"
            report.error(section.place_of_key(name), "bad-name", f"the list {quoted(name)}: expected {expected}")
    return {name: _list(name, section, files) for name in names[:MAX_LISTS]}


def _list(name: str, section: Section, files: ListFiles) -> NamedList:
    node = section.node(name)
    if not isinstance(node, Fields):
        return _words(name, node, section)
    only = Section(node, section.report, known=KINDS, what="list")
    kinds = [kind for kind in KINDS if kind in only]
    if len(kinds) != 1:
        section.error(node.place, "bad-list", f"the list '{name}' is of no one kind, expected one of {one_of(KINDS)}")
        return WordList(())
    return _READERS[kinds[0]](only, files)


def _words(name: str, node: Node | None, section: Section) -> NamedList:
    if node is None:
        return WordList(())
    found = texts(node, section, f"the list '{name}'")
    if len(found) > MAX_INLINE_WORDS:
        message = f"the list '{name}' holds {len(found)} words, expected at most {MAX_INLINE_WORDS}: use a file"
        section.error(node.place, "too-many", message)
    return typed_words(found, section, name)


def typed_words(found: Iterable[Text], section: Section, name: str) -> WordList:
    """Return a list of texts, or of numbers where all are plain numbers; report a mixture."""
    found = tuple(found)
    numbers = [as_number(each.value) is not None and not each.quoted for each in found]
    if found and all(numbers):
        if all(_WHOLE.match(each.value) for each in found):
            return WordList((int(each.value) for each in found), "int")
        return WordList((float(each.value) for each in found), "double")
    if any(numbers):
        odd = found[numbers.index(True)]
        message = f"the list '{name}' mixes texts and the number {quoted(odd.value)}, expected quotes around it"
        section.error(odd.place, "bad-list", message)
    return WordList(each.value for each in found)


def _cidr(section: Section, files: ListFiles) -> NamedList:
    del files
    entries = ((each.value, each.place, "") for each in section.texts("cidr"))
    return _networks(entries, section)


def _networks(entries: Iterable[tuple[str, Place, str]], section: Section) -> NetworkTable:
    networks = []
    for text, place, where in entries:
        try:
            networks.append(parse_network(text))
        except ValueError:
            suggestion = _without_host_bits(text)
            expected = suggestion or "an address or a network such as 198.51.100.0/24"
            section.error(place, "bad-network", f"{where}{quoted(text)} is no network, expected {expected}", suggestion)
    return NetworkTable(networks)


def _without_host_bits(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return ""


def _cidr_file(section: Section, files: ListFiles) -> NamedList:
    lines = _lines("cidr_file", section, files)
    return _networks(((text, place, where) for text, place, where in lines), section)


def _file(section: Section, files: ListFiles) -> NamedList:
    return WordList(text for text, _, _ in _lines("file", section, files))


def _lines(key: str, section: Section, files: ListFiles) -> list[tuple[str, Place, str]]:
    name = section.scalar(key)
    if name is None:
        return []
    try:
        lines = files.lines(name.value)
    except UnreadableList as error:
        section.error(name.place, "bad-file", f"the list file {quoted(name.value)} {error}")
        return []
    if len(lines) > MAX_ENTRIES:
        section.error(name.place, "too-many", f"{quoted(name.value)} holds more than {MAX_ENTRIES} entries")
    return [(text, name.place, f"{name.value}, line {number}: ") for number, text in lines[:MAX_ENTRIES]]


def _area(section: Section, files: ListFiles) -> NamedList:
    del files
    node = section.node("area")
    nodes = node.items if isinstance(node, Items) else (node,)
    return AreaTable(area for each in nodes for area in _circle(each, section))


def _circle(node: Node | None, section: Section) -> Iterable[Area]:
    if not isinstance(node, Fields):
        place = node.place if node else section.place
        section.error(place, "bad-list", "expected an area such as {lat: 52.52, lon: 13.40, km: 5}")
        return
    circle = Section(node, section.report, known=("lat", "lon", "km"), what="area")
    circle.require("lat", "lon", "km")
    yield Area(
        circle.number("lat", low=-90, high=90, default=0.0),
        circle.number("lon", low=-180, high=180, default=0.0),
        circle.number("km", low=0.001, high=20_100, default=1.0),
    )


def _runtime(section: Section, files: ListFiles) -> NamedList:
    del files
    scalar = section.scalar("runtime")
    if scalar is None or scalar.value not in HOLDS:
        value = scalar.value if scalar else ""
        place = scalar.place if scalar else section.place
        message = f"a run-time list of {quoted(value)}, expected one of {one_of(HOLDS)}"
        section.error(place, "bad-value", message, nearest(value, HOLDS))
        return RuntimeList("address")
    return RuntimeList(scalar.value)


_READERS: dict[str, Callable[[Section, ListFiles], NamedList]] = {
    "cidr": _cidr,
    "cidr_file": _cidr_file,
    "area": _area,
    "file": _file,
    "runtime": _runtime,
}
