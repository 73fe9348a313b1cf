import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def targets() -> list[str]:
    return re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=30)


def test_make_alone_explains_every_target() -> None:
    explained = re.findall(r"^  make ([a-z-]+) +\S", make().stdout, re.MULTILINE)

    assert explained == targets()


def test_a_python_that_is_too_old_is_refused_by_name(tmp_path: Path) -> None:
    old = tmp_path / "python2"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 2.7.18"\nexit 1\n')
    old.chmod(0o755)

    refused = make("run", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")

    assert refused.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in refused.stderr
    assert "Python 2.7.18" in refused.stderr


def test_the_check_of_the_chart_says_where_it_runs(tmp_path: Path) -> None:
    elsewhere = tmp_path / "uname"
    elsewhere.write_text('#!/bin/sh\necho "Linux aarch64"\n')
    elsewhere.chmod(0o755)
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    for made in ("bin/python", ".ready-to-test"):
        (tmp_path / "venv" / made).touch()

    path = f"PATH={tmp_path}:{os.environ['PATH']}"
    refused = make("helm-check", path, f"VENV={tmp_path / 'venv'}", f"CHART={tmp_path / 'chart'}")

    assert refused.returncode != 0
    assert "needs Linux on amd64" in refused.stderr
    assert "this is Linux aarch64" in refused.stderr


def test_the_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
