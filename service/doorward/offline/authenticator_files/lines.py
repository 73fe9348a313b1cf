"""Our own shape: one JSON object a line."""

from doorward.offline.authenticator_files.contents import MAX_LINE, Contents, Said, add_fields, json_of


def read_lines(text: str, said: Said) -> Contents:
    """Return the entries of *text*; a line that is empty is passed over."""
    contents = Contents()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if contents.is_full:
            contents.too_many()
            break
        _add(contents, f"line {number}", line, said)
    return contents


def _add(contents: Contents, place: str, line: str, said: Said) -> None:
    if len(line) > MAX_LINE:
        contents.wrong(place, f"is longer than {MAX_LINE // 1024} KiB")
        return
    try:
        found = json_of(line)
    except ValueError as wrong:
        contents.wrong(place, str(wrong))
        return
    if not isinstance(found, dict):
        contents.wrong(place, "a JSON object was expected")
        return
    add_fields(contents, place, found, said)
