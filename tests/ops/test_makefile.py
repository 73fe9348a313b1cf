import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def targets() -> list[str]:
    return re.findall(r"^([a-z]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=30)


def test_make_alone_explains_every_target() -> None:
    explained = re.findall(r"^  make ([a-z]+) +\S", make().stdout, re.MULTILINE)

    assert explained == targets()


def test_a_python_that_is_too_old_is_refused_by_name(tmp_path: Path) -> None:
    old = tmp_path / "python2"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 2.7.18"\nexit 1\n')
    old.chmod(0o755)

    refused = make("run", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")

    assert refused.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in refused.stderr
    assert "Python 2.7.18" in refused.stderr


def test_the_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
