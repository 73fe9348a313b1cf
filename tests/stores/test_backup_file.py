import json
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.backup_file import Header, UnusableBackup, open_backup, write
from doorward.row_kinds import KIND_OF, Row

from .samples import NOW

KEY = b"k" * 32
HEADER = Header(NOW, "a" * 32, ("authenticators", "spent"))
ROWS = [
    Row("authenticators", (b"subject\0\xff", "acme", b"sealed")),
    Row("spent", ("jti-é", "acme", NOW + 0.1)),
    Row("list_entries", ("acme", "names", b"key", b"", None, NOW)),
]


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "backup"
    write(file, HEADER, ROWS, KEY)
    return file


def refusal(file, key=KEY):
    with pytest.raises(UnusableBackup) as refused, open_backup(file, key):
        pass
    return str(refused.value)


@pytest.mark.parametrize("left", [0, 1, 2, 3])
def test_a_file_that_was_cut_off_at_a_line_is_refused(file, left):
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[: left + 1]))

    assert "not whole" in refusal(file)


@pytest.mark.parametrize("cut", [1, 5, 100])
def test_a_file_that_was_cut_off_anywhere_is_refused(file, cut):
    file.write_bytes(file.read_bytes()[:-cut])

    assert refusal(file)


def test_a_file_that_was_altered_is_refused(file):
    file.write_bytes(file.read_bytes().replace(b'"acme"', b'"ecma"', 1))

    assert "altered" in refusal(file)


def test_a_row_that_was_taken_out_is_missed(file):
    lines = file.read_bytes().splitlines(keepends=True)
    last = json.loads(lines[-1]) | {"rows": 2}
    file.write_bytes(b"".join([*lines[:2], lines[3], json.dumps(last).encode() + b"\n"]))

    assert "altered" in refusal(file)


def test_what_was_added_at_the_end_is_refused(file):
    file.write_bytes(file.read_bytes() + b"\n")

    assert refusal(file)


def test_a_file_of_another_secret_is_refused(file):
    assert "DOORWARD_SECRET" in refusal(file, b"x" * 32)


@pytest.mark.parametrize("text", ["", "{}\n", "[]\n", "not JSON", '{"format":"doorward-backup","version":2}\n'])
def test_something_else_is_refused(tmp_path, text):
    (tmp_path / "else").write_text(text)

    assert refusal(tmp_path / "else")


def test_a_row_of_an_unknown_kind_is_refused(tmp_path):
    write(tmp_path / "newer", HEADER, [Row("passports", ())], KEY)

    assert "kind" in refusal(tmp_path / "newer")


def test_a_file_that_is_there_is_not_written_over(file):
    with pytest.raises(UnusableBackup):
        write(file, HEADER, [], KEY)

    with open_backup(file, KEY) as found:
        assert found.number == len(ROWS)


def test_it_is_for_its_owner_alone_and_leaves_nothing_beside(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["backup"]


def test_everything_is_read_as_it_was_written(file):
    with open_backup(file, KEY) as found:
        assert found.header == HEADER
        assert list(found.rows()) == list(found.rows()) == ROWS


plain = st.none() | st.text() | st.binary() | st.integers() | st.floats(allow_nan=False) | st.booleans()
rows = st.sampled_from(sorted(KIND_OF)).flatmap(
    lambda kind: st.tuples(*[plain] * len(KIND_OF[kind].columns)).map(lambda values: Row(kind, values))
)


@settings(deadline=None, max_examples=50)
@given(st.lists(rows, max_size=5))
def test_any_row_is_read_as_it_was_written(tmp_path_factory, given_rows):
    file = tmp_path_factory.mktemp("backup") / "file"
    write(file, HEADER, given_rows, KEY)

    with open_backup(file, KEY) as found:
        assert list(found.rows()) == given_rows
