"""Our own shape as a table: CSV (RFC 4180) with a first line that names the columns. An empty cell says nothing."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from doorward.adopted_fields import FIELDS, FLAG, TEXTS, WHOLE
from doorward.offline.authenticator_files.contents import Contents, Said, add_fields

COLUMNS = ("subject", "type", "label", "uri", *FIELDS)


def read_table(text: str, said: Said) -> Contents:
    """Return the entries of *text*; nothing where its first line names a column that there is not."""
    contents = Contents()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = _rows(reader, contents)
    header = [cell.strip() for cell in next(rows, (0, []))[1]]
    if contents.entries or not _is_header(header):
        # What was taken for names may be a first line of secrets.
        contents.wrong("line 1", f"the names of columns were expected, each once, among {', '.join(COLUMNS)}")
        return contents
    for number, cells in rows:
        if contents.is_full:
            contents.too_many()
            break
        if len(cells) == len(header):
            _add(contents, f"line {number}", dict(zip(header, cells, strict=True)), said)
        else:
            contents.wrong(f"line {number}", "as many cells as there are columns were expected")
    return contents


def _is_header(header: list[str]) -> bool:
    return "subject" in header and set(header) <= set(COLUMNS) and len(set(header)) == len(header)


def _rows(reader: Any, contents: Contents) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line that it begins in; what is no CSV ends the reading."""
    while True:
        began = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            contents.wrong(f"line {began}", "is no CSV: a quote, or a cell that is too long")
            return
        if any(cell.strip() for cell in cells):
            yield began, cells


def _add(contents: Contents, place: str, cells: dict[str, str], said: Said) -> None:
    fields: dict[str, Any] = {}
    for name, cell in cells.items():
        text = cell.strip()
        if text:
            fields[name] = _value(FIELDS.get(name, ""), text)
    add_fields(contents, place, fields, said)


def _value(kind: str, text: str) -> Any:
    """Return what a cell says; one that is not of its kind stays text, and is refused as such."""
    if kind == WHOLE and text.isascii() and text.isdigit() and len(text) <= 16:
        return int(text)
    if kind == FLAG and text in ("true", "false"):
        return text == "true"
    return text.split() if kind == TEXTS else text
