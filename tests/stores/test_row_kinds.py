"""The one table of kinds fits both stores: whoever adds a kind to one is told where it is missing."""

from doorward.row_kinds import ALL, KINDS
from doorward.stores.redis.hashes import TABLES
from doorward.stores.redis.shapes import SHAPES
from doorward.stores.sqlite import open_store

# Made anew, or of one store alone.
NOT_MOVED = {"meta"}
OF_SQLITE_ALONE = {"number", "version"}


def columns(path, closing):
    """Return the columns of every table of a new file."""
    store = closing(open_store(path))
    names = [name for (name,) in store._rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    told = {name: store._rows(f"SELECT name, type, pk FROM pragma_table_info('{name}')") for name in names}
    return {name: {column for column, _, _ in found} for name, found in told.items() if name not in NOT_MOVED}


def test_every_table_of_sqlite_is_a_kind_with_its_columns(path, closing):
    found = columns(path, closing)
    # A number of SQLite's own stands beside the key of a table whose rows are large.
    own = {name: OF_SQLITE_ALONE | ({"id"} if "id" not in KIND.columns else set()) for name, KIND in by_name().items()}

    assert {name: here - own[name] for name, here in found.items()} == {kind.name: set(kind.columns) for kind in KINDS}


def by_name():
    return {kind.name: kind for kind in KINDS}


def test_every_kind_has_a_shape_in_redis():
    assert {*SHAPES, *TABLES} == set(ALL)
