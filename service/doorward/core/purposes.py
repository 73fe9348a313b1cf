"""For what a value is sealed: its kind and its place in the store, so that one that was moved does not open."""

# No tenant, id or name of ours holds it, so that no two places read alike.
_BETWEEN = "\x1f"


def purpose_at(kind: str, tenant: str, *place: str | bytes | float | None) -> str:
    """Return the purpose of what is kept at *place*; stores hand whole numbers back as floats, so all are that."""
    return _BETWEEN.join((kind, tenant, *map(_word, place)))


def _word(part: str | bytes | float | None) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, bytes):
        return part.hex()
    return "" if part is None else repr(float(part))
