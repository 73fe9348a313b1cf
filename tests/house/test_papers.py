"""The papers of the house agree with each other and with the code, and hold nothing that does not belong there."""

import hashlib
import re
import tomllib

import pytest

from doorward import __version__

FOLDERS = ("service", "tests", "rules", "models", "docs", "bench", "helm", "examples", "requirements", ".ci")
BUILT = re.compile(r"__pycache__|\.egg-info|\.hypothesis")
BINARY = {".mmdb", ".png", ".gz", ".woff2"}

# SHA-256 of the text as the Apache Software Foundation publishes it.
APACHE_2_0 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"

MACHINE_PATH = re.compile(r"/(?:home|Users|root|work|mnt|private)/[A-Za-z0-9_.-]+/|[A-Z]:\\\\?Users\\")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20}")
HOST = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|@ ")
PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+?)(?:\s*;.*)?\s*\\?$")


@pytest.fixture(scope="module")
def papers(root):
    """Every text file of the repository, by its path."""
    # In a second working tree of one repository `.git` is a file, and names where the first is.
    files = [path for path in root.iterdir() if path.is_file() and path.name != ".git"]
    files += [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    kept = [path for path in files if not BUILT.search(str(path)) and path.suffix not in BINARY]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in kept}


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(text):
    """Return each pinned name with its version and the number of hashes that follow it."""
    found, name = {}, ""
    for line in text.splitlines():
        match = PIN.match(line.strip())
        if match:
            name = match[1].lower().replace("_", "-")
            found[name] = [match[2], 0]
        elif line.strip().startswith("--hash=sha256:") and name:
            found[name][1] += 1
    return found


def test_the_licence_is_the_unchanged_apache_licence(root):
    assert hashlib.sha256((root / "LICENSE").read_bytes()).hexdigest() == APACHE_2_0


def test_the_notice_credits_the_data_that_may_be_fetched(papers):
    notice = papers["NOTICE"]

    assert "DB-IP" in notice
    assert "https://creativecommons.org/licenses/by/4.0/" in notice


def test_every_decision_is_in_the_index(papers):
    index = papers["docs/adr/README.md"]
    pages = [path.split("/")[-1] for path in papers if re.match(r"docs/adr/\d{4}-.*\.md$", path)]

    assert sorted(set(re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", index))) == sorted(pages)


def test_every_decision_has_its_five_parts(papers):
    parts = ["Status", "Context", "Decision", "Consequences", "What we did not do"]
    short = [
        path
        for path, text in papers.items()
        if re.match(r"docs/adr/\d{4}-", path) and re.findall(r"^## (.+)$", text, re.MULTILINE) != parts
    ]

    assert short == []


def test_the_changelog_speaks_of_this_version(papers):
    headings = re.findall(r"^## (.+)$", papers["CHANGELOG.md"], re.MULTILINE)

    assert __version__ in headings[0]


def test_the_package_takes_its_version_from_one_place(project):
    assert "version" not in project
    assert "version" in project["dynamic"]


@pytest.mark.parametrize(
    "name", ["run.txt", "dev.txt", "chart.txt", "granian.txt", "trace.txt", "sbom.txt", "scan.txt"]
)
def test_every_requirement_is_pinned_and_hashed(papers, name):
    found = pins(papers[f"requirements/{name}"])

    assert found
    assert [package for package, (_, hashes) in found.items() if hashes == 0] == []


@pytest.mark.parametrize(
    "name", ["run.txt", "dev.txt", "tools.txt", "chart.txt", "granian.txt", "trace.txt", "sbom.txt", "scan.txt"]
)
def test_requirements_name_no_host(papers, name):
    assert HOST.findall(papers[f"requirements/{name}"]) == []


@pytest.mark.parametrize(
    ("group", "name"),
    [
        *[
            ("run", "run.txt"),
            ("dev", "dev.txt"),
            ("report", "tools.txt"),
            ("train", "tools.txt"),
            ("train", "dev.txt"),
        ],
        *[("granian", "granian.txt"), ("trace", "trace.txt"), ("run", "trace.txt"), ("run", "granian.txt")],
    ],
)
def test_the_requirements_hold_what_the_project_declares(papers, project, group, name):
    declared = project["dependencies"] if group == "run" else project["optional-dependencies"][group]
    wanted = {PIN.match(each)[1].lower().replace("_", "-"): PIN.match(each)[2] for each in declared}
    found = {package: version for package, (version, _) in pins(papers[f"requirements/{name}"]).items()}

    assert {package: found.get(package) for package in wanted} == wanted


def test_no_file_names_a_machine(papers):
    # This file must name what it looks for.
    assert [
        path for path, text in papers.items() if path != "tests/house/test_papers.py" and MACHINE_PATH.search(text)
    ] == []


def test_no_file_holds_a_private_key(papers):
    assert [path for path, text in papers.items() if PRIVATE_KEY.search(text)] == []


def test_the_check_of_private_keys_sees_one():
    assert PRIVATE_KEY.search("-----BEGIN EC PRIVATE KEY-----\n" + "A" * 64)


def test_the_walk_through_names_only_files_that_exist(papers, root):
    named = set(re.findall(r"`([a-z_/]+(?:\.py|\.json|/))`", papers["docs/one-request.md"]))
    places = (root / "service" / "doorward", root)

    assert [path for path in sorted(named) if not any((place / path).exists() for place in places)] == []
