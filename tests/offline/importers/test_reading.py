"""Files: what they may be wrapped in, and that nothing that is broken stops the rest."""

import gzip
import json
import os
import zlib
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import BadInput
from doorward.offline import reading
from doorward.offline.importers import Report, read
from doorward.offline.json_values import Broken, objects_of_text


def event(number=1, at="2026-03-01T08:15:00Z"):
    request = {"kind": "login", "subject": {"id": f"u-{number}"}, "client": {}}
    return {"at": at, "request": request, "verified": True, "facts": {}, "label": None, "family": None}


EVENTS = [event(number) for number in range(1, 6)]
LINES = "".join(json.dumps(each) + "\n" for each in EVENTS).encode()


def read_file(path, **more):
    report = Report()
    return list(read([path], report=report, **more)), report


def subjects(events):
    return [each["request"]["subject"]["id"] for each in events]


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        LINES.replace(b"\n", b"\r\n\r\n"),
        b"\xef\xbb\xbf" + LINES,
        LINES.rstrip(),
        json.dumps(EVENTS).encode(),
        json.dumps(EVENTS, indent=2).encode(),
        b"\n".join(json.dumps(each, indent=1).encode() for each in EVENTS),
        json.dumps({"Records": EVENTS}).encode(),
        json.dumps({"@odata.context": "x", "value": EVENTS, "@odata.nextLink": "y"}).encode(),
        json.dumps({"total": 5, "logs": EVENTS, "start": 0}, indent=4).encode(),
        b"\n".join(json.dumps({"records": [each]}).encode() for each in EVENTS),
        b"\n".join(json.dumps([each]).encode() for each in EVENTS),
        gzip.compress(LINES),
        gzip.compress(json.dumps({"Records": EVENTS}).encode()),
    ],
)
def test_a_file_is_read_whatever_it_is_wrapped_in(tmp_path, content):
    file = tmp_path / "log"
    file.write_bytes(content)

    events, report = read_file(file)

    assert events == EVENTS
    assert report.unreadable == 0
    assert report.read_bytes == report.total_bytes == len(content)


def test_a_broken_line_is_shown_with_its_place_and_stops_nothing(tmp_path):
    file = tmp_path / "log.jsonl"
    lines = LINES.splitlines()
    lines[1:3] = [lines[1][:40], b'{"at": NaN}', b"\xff{}", b"[" * 100_000, b"7"]
    file.write_bytes(b"\n".join(lines))

    events, report = read_file(file)

    assert subjects(events) == ["u-1", "u-4", "u-5"]
    assert [str(wrong) for wrong in report.first] == [
        f"{file}:2: no JSON",
        f"{file}:3: no JSON",
        f"{file}:4: no JSON",
        f"{file}:5: nested too deeply",
        f"{file}:6: no JSON object",
    ]


def test_a_first_line_that_is_broken_does_not_spoil_the_others(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_bytes(b'{"at": "2026-\n' + LINES)

    events, report = read_file(file)

    assert events == EVENTS
    assert report.unreadable == 1


def test_an_entry_of_an_array_that_is_broken_does_not_spoil_the_others(tmp_path):
    file = tmp_path / "log.json"
    file.write_text("[" + ",\n".join([json.dumps(EVENTS[0]), '{"at": oops}', json.dumps(EVENTS[1])]) + "]")

    events, report = read_file(file)

    assert events == EVENTS[:2]
    assert [str(wrong) for wrong in report.first] == [f"{file}:2: no JSON"]


def test_an_array_is_longer_than_what_is_held_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LENGTH", 2_000)
    many = [event(number) for number in range(2_000)]
    file = tmp_path / "log.json"
    file.write_text(json.dumps({"Records": [*many, event("x" * 50_000)]}))

    events, report = read_file(file)

    assert events == many
    assert report.unreadable == 1


def test_a_line_that_is_too_long_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LENGTH", 2_000)
    file = tmp_path / "log.jsonl"
    file.write_bytes(LINES + json.dumps(event("x" * 300_000)).encode() + b"\n" + LINES)

    events, report = read_file(file)

    assert events == EVENTS + EVENTS
    assert [str(wrong) for wrong in report.first] == [f"{file}:6: longer than 2000 bytes"]


def test_gzip_data_that_is_cut_off_gives_what_is_there(tmp_path):
    file = tmp_path / "log.gz"
    many = "".join(json.dumps(event(number)) + "\n" for number in range(20_000)).encode()
    packed = gzip.compress(many)
    file.write_bytes(packed[: len(packed) // 2])

    events, report = read_file(file)

    readable = zlib.decompressobj(wbits=31).decompress(file.read_bytes()).count(b"\n")
    assert 0 < readable < 20_000
    assert len(events) == readable
    file.write_bytes(packed[:5])
    assert [str(each) for each in read_file(file)[1].first] == [f"{file}: its gzip data is damaged or cut off"]
    assert str(report.first[-1]) == f"{file}: its gzip data is damaged or cut off"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (LINES.decode().encode("utf-16"), "is UTF-16 text; UTF-8 was expected"),
        (b"PK\x03\x04\x00\x00", "is no text"),
        (b"Nov 27 20:15 host sshd: hello", "is neither JSON nor CSV"),
        (b'{"a": 1, "b": 2}', "no known format: its objects have 'a', 'b', which none of the formats has"),
        (
            b'{"class_uid": 3002, "user": {}}',
            "no known format: its objects have 'class_uid', 'user'; the nearest is ocsf, which has 'activity_id', "
            "'status_id', 'src_endpoint', 'metadata', 'time' too",
        ),
    ],
)
def test_a_file_that_nobody_knows_says_what_it_looks_like(tmp_path, content, reason):
    file = tmp_path / "log"
    file.write_bytes(content)

    events, report = read_file(file)

    assert events == []
    assert [str(wrong) for wrong in report.first] == [f"{file}: {reason}"]


def test_an_empty_file_is_nothing_and_no_mistake(tmp_path):
    file = tmp_path / "log"
    file.write_bytes(b"")

    assert read_file(file) == ([], Report(total_bytes=0))


def test_a_folder_is_read_in_the_order_of_its_names_without_what_is_hidden(tmp_path):
    for name, number in (("b/2.jsonl", 3), ("a/1.jsonl", 1), ("a/9.jsonl", 2), (".git/x", 7), ("a/.swp", 8)):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(event(number)) + "\n")

    events, report = read_file(tmp_path)

    assert subjects(events) == ["u-1", "u-2", "u-3"]
    assert report.formats == {"canonical": 3}


def test_a_pipe_is_read_as_a_file_is(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    Thread(target=pipe.write_bytes, args=(LINES,)).start()

    assert read_file(pipe)[0] == EVENTS


def test_a_path_that_does_not_exist_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(BadInput, match="there is no file or folder"):
        read([tmp_path / "nowhere"])


def test_a_format_that_does_not_exist_is_told_before_anything_is_read():
    with pytest.raises(BadInput, match="unknown format 'syslog': expected auto, canonical"):
        read([], form="syslog")


def test_events_out_of_order_are_counted(tmp_path):
    file = tmp_path / "log.jsonl"
    times = ["2026-03-01T08:15:00Z", "2026-03-01T08:15:00.5Z", "2026-03-01T08:15:00Z", "2026-03-01T09:16:00+01:00"]
    file.write_text("".join(json.dumps(event(at=at)) + "\n" for at in times))

    assert read_file(file)[1].backwards == 1


def test_a_sign_in_whose_records_lie_in_two_files_is_joined(tmp_path):
    for hour, clock, code in (("01", "01:59", 50074), ("02", "02:01", 0)):
        entry = {
            "createdDateTime": f"2026-03-01T{clock}:00Z",
            "userPrincipalName": "ada@example.org",
            "userId": "u-17",
            "correlationId": "c-1",
            "status": {"errorCode": code},
        }
        (tmp_path / f"{hour}.json").write_text(json.dumps(entry))

    events, _ = read_file(tmp_path)

    assert [(each["at"], each["verified"]) for each in events] == [("2026-03-01T01:59:00Z", True)]


def test_progress_is_told_up_to_the_end(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_bytes(LINES * 1_000)
    told = []

    list(read([file], note=lambda report: told.append((report.events, report.read_bytes))))

    assert told == sorted(told)
    assert told[-1] == (5_000, len(LINES) * 1_000)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6) | st.just('}, {"'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=4), max_size=6)


@given(objects=OBJECTS, size=st.integers(1, 9), indent=st.none() | st.integers(0, 2), wrapped=st.booleans())
def test_an_array_in_pieces_of_any_size_reads_as_it_was_written(objects, size, indent, wrapped):
    text = json.dumps({"n": 1, "value": objects, "next": "x"} if wrapped else objects, indent=indent)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]

    assert list(objects_of_text(pieces, most=10_000)) == objects


@given(text=st.text(alphabet='{}[]",:\\ \na1tfn', max_size=60), size=st.integers(1, 9))
def test_any_text_is_read_to_its_end(text, size):
    pieces = [text[at : at + size] for at in range(0, len(text), size)]

    assert all(isinstance(each, dict | Broken) for each in objects_of_text(pieces, most=50))
