"""Work for other processes, which end with the one that asked: also where that is killed and can tell nobody."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread


def processes(number: int) -> ProcessPoolExecutor:
    """Return *number* processes that take work; each starts anew, and so has no thread or lock of this one."""
    return ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # whoever would have read the result is gone
