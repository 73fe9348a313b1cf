"""The table of events is whole: the code tells of nothing else, and the page shows every row."""

import ast
import re
from pathlib import Path

from doorward.core.notices import BY_NAME, EVENTS

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"[a-z_]+\.[a-z_]+\Z")


def told_in(tree):
    """Return the names that a module tells of: in a Notice, in its own `_tell`, or as its NOTICE."""
    for node in ast.walk(tree):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called.endswith(("Notice", "_tell")) or (isinstance(node, ast.Assign) and "NOTICE" in ast.unparse(node)):
            yield from (
                each.value
                for each in ast.walk(node)
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and NAME.match(each.value)
            )


def test_whatever_the_code_tells_of_has_its_row():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "service").rglob("*.py")]
    found = {name for tree in trees for name in told_in(tree)}

    assert found - BY_NAME.keys() == set()
    assert len(found) >= 9


def test_the_page_has_a_row_for_every_event():
    page = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.*) \|$", page, re.MULTILINE))

    assert rows == {
        event.name: " | ".join(
            (event.doc, _owner(event), "yes" if event.operators else "no", "yes" if event.by_anyone else "no")
        )
        for event in EVENTS
    }


def _owner(event):
    if not event.subject:
        return "no"
    return "unless the password was wrong" if event.after_password else "yes"
