"""For development: prints each code to standard error instead of sending it."""

import sys

from doorward.ceremony import Message
from doorward.core.code_texts import masked

WARNING = "DOORWARD IS SET TO PRINT CODES (console:): FOR DEVELOPMENT ONLY, ANYBODY WHO READS THIS LOG CAN SIGN IN"


class Console:
    """Prints the channel, the masked address and the code, with a warning that cannot be overlooked."""

    def __init__(self) -> None:
        print(WARNING, file=sys.stderr, flush=True)

    def send(self, message: Message) -> None:
        code = message.code or "(no code)"
        print(f"{WARNING}\n  {message.channel} to {masked(message.to)}: {code}", file=sys.stderr, flush=True)
