"""The pages lead to each other."""

import re


def test_every_link_between_the_papers_leads_somewhere(root):
    files = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "models").rglob("*.md")]
    pages = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in files}

    dead = [
        f"{path}: {target}"
        for path, text in pages.items()
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
        if "://" not in target and not (root / path).parent.joinpath(target).exists()
    ]

    assert dead == []
