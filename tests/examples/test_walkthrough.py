"""The walk through the whole of it, as somebody types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "walkthrough.sh"


def walk(**environ: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DOORWARD_")}
    return subprocess.run(
        [str(SCRIPT)],
        env=clean | {"PYTHON": sys.executable} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def walked() -> "subprocess.CompletedProcess[str]":
    return walk()


def test_it_goes_from_an_enrolment_to_a_spent_proof(walked: "subprocess.CompletedProcess[str]") -> None:
    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert walked.stdout.endswith("All as it should be.\n")


def test_it_shows_each_refusal(walked: "subprocess.CompletedProcess[str]") -> None:
    refusals = ("wrong_code", "replayed_code", "refused: it was issued for another application", "it was used before")

    assert [each for each in refusals if each not in walked.stdout] == []


def test_it_ends_with_an_error_where_nobody_answers() -> None:
    assert walk(DOORWARD_URL="http://127.0.0.1:9").returncode != 0
