"""The table of what is fuzzed. A new parser that faces callers, files or a store is one row in one of the five."""

from .of_browsers import BROWSERS
from .of_callers import CALLERS
from .of_files import FILES
from .of_redis import REDIS
from .of_stores import STORES
from .target import Target

TARGETS: tuple[Target, ...] = (*CALLERS, *BROWSERS, *FILES, *STORES, *REDIS)
