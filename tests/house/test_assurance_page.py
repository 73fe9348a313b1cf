"""The page of assurance names tests that exist, and every row that a test cites."""

import re

ROW = re.compile(r"\bN-[A-Z]+-[0-9]+\b")


def test_every_test_that_the_page_names_exists(root):
    page = (root / "docs" / "assurance.md").read_text(encoding="utf-8")
    text = "\n".join(path.read_text(encoding="utf-8") for path in (root / "tests").rglob("*.py"))
    files = {path.name for path in (root / "tests").rglob("test_*.py")}

    assert sorted(set(re.findall(r"`(test_[a-z_]+\.py)`", page)) - files) == []
    assert [name for name in re.findall(r"`(test_[a-z0-9_]+)`", page) if f"def {name}(" not in text] == []


def test_every_row_that_a_test_cites_stands_on_the_page(root):
    page = (root / "docs" / "assurance.md").read_text(encoding="utf-8")
    cited = {
        row for path in (root / "tests").rglob("test_*.py") for row in ROW.findall(path.read_text(encoding="utf-8"))
    }

    assert sorted(cited - set(ROW.findall(page))) == []
