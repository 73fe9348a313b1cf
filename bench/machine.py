"""What the machine did meanwhile, read from /proc: the processor time of processes, and what was idle or taken away."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_LIBRARIES = ("doorward", "flask", "werkzeug", "gunicorn", "redis", "apsw", "marshmallow", "cel-expr-python")


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds of all cores since the start of the machine; *stolen* went to other machines on the same hardware."""

    total: float
    idle: float
    stolen: float

    @classmethod
    def now(cls) -> "Clocks":
        fields = [int(each) / TICKS for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return cls(total=sum(fields), idle=fields[3] + fields[4], stolen=fields[7])

    def shares_since(self, before: "Clocks") -> dict[str, float]:
        """Return which share of all cores' time since *before* nobody used, and which somebody else did."""
        total = max(self.total - before.total, 1 / TICKS)
        return {
            "idle": round((self.idle - before.idle) / total, 3),
            "stolen": round((self.stolen - before.stolen) / total, 3),
        }


def tree(pid: int) -> list[int]:
    """Return *pid* and everything that it has started and that still runs."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += tree(int(child))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """Return the processor time, the system's work for them included, that *pids* have used so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def versions() -> dict[str, str]:
    """Return what was measured, and on what."""
    found = {name: version(name) for name in _LIBRARIES}
    return found | {"python": platform.python_version(), "kernel": platform.release(), "processor": _processor()}


def _processor() -> str:
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()
