"""JUnit's XML, as continuous integration reads it: a suite for each test file, with what its schemas all ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

# What the schema wants where a test has run, which is nobody's business.
HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Row:
    """One case: *failure* is empty where it passed, and else begins with a line that says it in short."""

    name: str
    seconds: float = 0.0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """One test file and the policy that it tests; *error* holds what kept it from being run."""

    path: str
    policy: str
    rows: Sequence[Row]
    error: str = ""


def junit(files: Sequence[File], *, at: float) -> bytes:
    """Return the XML document; *at* is when the run began, in seconds since 1970 UTC."""
    root = Element("testsuites")
    for number, file in enumerate(files):
        root.append(_suite(file, number, datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")))
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _suite(file: File, number: int, at: str) -> Element:
    rows = file.rows if not file.error else (*file.rows, Row("the test file can be read"))
    suite = Element(
        "testsuite",
        {
            "name": _text(file.path),
            "package": "doorward.rules",
            "id": str(number),
            "timestamp": at,
            "hostname": HOST,
            "tests": str(len(rows)),
            "failures": str(sum(bool(row.failure) for row in rows)),
            "errors": str(int(bool(file.error))),
            "time": f"{sum(row.seconds for row in rows):.3f}",
        },
    )
    # One schema asks for properties, another for a property in them.
    SubElement(SubElement(suite, "properties"), "property", {"name": "policy", "value": _text(file.policy)})
    for row in file.rows:
        _case(suite, file, row, "failure", row.failure)
    if file.error:
        _case(suite, file, rows[-1], "error", file.error)
    SubElement(suite, "system-out")
    SubElement(suite, "system-err")
    return suite


def _case(suite: Element, file: File, row: Row, kind: str, told: str) -> None:
    case = SubElement(
        suite, "testcase", {"name": _text(row.name), "classname": _text(file.path), "time": f"{row.seconds:.3f}"}
    )
    if told:
        first = told.splitlines()[0]
        SubElement(case, kind, {"message": _text(first), "type": kind}).text = _text(told)


def _text(text: str) -> str:
    """Return *text* without the characters that XML 1.0 has no way to write."""
    return "".join(
        char
        for char in text
        if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff" and not 0xD800 <= ord(char) <= 0xDFFF)
    )
