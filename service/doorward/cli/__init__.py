"""The command line; `COMMANDS` tells all there is."""

from doorward.cli.main import main

__all__ = ["main"]
