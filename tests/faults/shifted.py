"""`doorward` on a clock that is stepped while it runs: SHIFT_FILE holds by how many seconds.

Everything in this process that asks for the time is told so, the wiring's clock first; Redis and callers are not.
"""

import os
import sys
import time
from pathlib import Path

_FILE = Path(os.environ["SHIFT_FILE"])
_true = time.time


def _stepped() -> float:
    return _true() + float(_FILE.read_text() or 0)


time.time = _stepped

if __name__ == "__main__":
    from doorward.cli import main

    sys.exit(main())
