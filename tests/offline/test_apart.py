"""Processes that work for another one do not outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ASKING = """
import os, sys, time
from doorward.offline.apart import processes

if __name__ == "__main__":
    with processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""


def test_who_works_for_a_killed_process_ends(tmp_path: Path) -> None:
    program = tmp_path / "asking.py"
    program.write_text(ASKING)
    with subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        worker = int(asking.stdout.readline())

        asking.send_signal(signal.SIGKILL)

        assert is_gone(worker)


def is_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
