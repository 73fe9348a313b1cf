"""The page of threats names tests that exist, and says something to each threat."""

import re


def rows_of(page):
    """Return the cells of each row of a table that has a column of proofs."""
    kept, proved = [], False
    for line in page.splitlines():
        if not line.startswith("|"):
            proved = False
        elif line.endswith("| proved by |"):
            proved = True
        elif proved and not line.startswith("|---"):
            kept.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return kept


def test_every_test_that_the_page_names_exists(root):
    page = (root / "docs" / "threat-model.md").read_text(encoding="utf-8")
    text = "\n".join(path.read_text(encoding="utf-8") for path in (root / "tests").rglob("*.py"))
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", page))

    assert len(named) > 80
    assert [name for name in sorted(named) if f"def {name}(" not in text] == []


def test_every_threat_has_a_test_or_is_said_to_be_left(root):
    page = (root / "docs" / "threat-model.md").read_text(encoding="utf-8")
    bare = [row for row in rows_of(page) if "test_" not in row[-1] and "**" not in " ".join(row[:2])]

    assert bare == []
