"""Records as text: rows of JSON, packed with the words that most records share. Sealing is `kept.py`'s."""

import orjson

from doorward.core.packing import Packing
from doorward.core.record import DecisionRecord
from doorward.core.record_row import from_row, to_row
from doorward.core.record_words import WORDS
from doorward.core.record_words_two import WORDS_TWO

# Far more than a request of 64 KiB, its facts and what came later can add up to.
MAX_BYTES = 4_000_000

_PACKING = Packing(WORDS_TWO, WORDS)


def to_bytes(record: DecisionRecord) -> bytes:
    return _PACKING.packed(orjson.dumps(to_row(record)))


def from_bytes(body: bytes) -> DecisionRecord:
    """Return the record that was kept, as a row or, as earlier versions did, with the names of its values.

    KeyError, TypeError or ValueError where the body is none of ours, Unreadable where it is not even packed.
    """
    kept = orjson.loads(_PACKING.unpacked(body, at_most=MAX_BYTES))
    return from_row(kept) if isinstance(kept, list) else DecisionRecord.from_json(kept)
