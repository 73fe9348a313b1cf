"""Bodies that are changed in one place, by what stands at the edges of what may stand there."""

import copy

from hypothesis import strategies as st

UNSAFE = [chr(code) for code in (0, 9, 10, 31, 127, 133, 159, 0x61C, 0x200E, 0x2028, 0x202E, 0x2066, 0x2069)]
NEARLY_UNSAFE = [chr(code) for code in (32, 126, 160, 0x61B, 0x200D, 0x2027, 0x202F, 0x2065, 0x206A, 0xFEFF, 0x1F600)]
TIMES = [
    "2026-11-22T10:00:00Z", "1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "1969-12-31T23:59:59Z",
    "2100-01-01T00:00:00Z", "2024-02-29T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T23:60:00Z", "2026-01-01T23:59:60Z", "2026-12-31T23:59:60Z", "2026-12-31T23:59:61Z",
    "2026-01-01T12:00:60Z", "2026-11-22T10:00:00+00:00", "2026-11-22t10:00:00z", "2026-11-22 10:00:00Z",
    "2026-11-22T10:00:00.1Z", "2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.1234567890Z",
    "2026-11-22T10:00:00.Z", "2026-11-22T10:00Z", "2026-11-22", "+02026-11-22T10:00:00Z", "2026-11-22T10:00:00Z\n",
]  # fmt: skip
ADDRESSES = [
    "203.0.113.7", "::", "::1", "2001:db8::7", "::ffff:203.0.113.7", "fe80::1%eth0", "203.0.113.07", "203.0.113",
    "203.0.113.256", "203.0.113.7/24", "[::1]", "1::2::3", "2001:db8:0:0:0:0:0:7", "12345::", "203.0.113.7 ",
]  # fmt: skip
WORDS = [
    "", "a", "pwd", "a b", "a/b", "a@b", "a@", "@b", "a@b@c", "a b@c", "+4915112345678", "+0123456", "+123456",
    "+1234567", "+" + "1" * 15, "+" + "1" * 16, "login", "action", "email", "sms", "fac_" + "A" * 22, "fac_" + "A" * 23,
    "totp",
]  # fmt: skip
LENGTHS = [1, 2, 3, 16, 17, 64, 65, 128, 129, 254, 255, 256, 257, 512, 513, 1024, 1025, 4096, 4097, 8192, 8193]
NUMBERS = [0, 1, -1, 1.0, -0.0, 0.5, 6, 8, 9, 15, 2**31, 2**53 - 1, 1 - 2**53, 2.0**53, 1e300, 5e-324, 3_600_000]
NUMBERS += [3_600_000.5]
SIZES = [1, 2, 3, 8, 9, 16, 17, 32, 33, 64, 65, 256, 257]

TEXTS = st.sampled_from([*TIMES, *ADDRESSES, *WORDS]) | st.sampled_from(LENGTHS).map(lambda size: "x" * size)
TEXTS |= st.tuples(st.sampled_from(UNSAFE + NEARLY_UNSAFE), st.sampled_from(["", "a", "a@b"])).map("".join)
LEAVES = st.none() | st.booleans() | st.sampled_from(NUMBERS) | TEXTS | st.text(max_size=6)
NAMES = st.sampled_from(["a", "", "x" * 128, "x" * 129, "id", "type", "a\x00", "name", "__proto__"])
VALUES = (
    LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(NAMES, LEAVES, max_size=3) | st.just({"a": [{"b": [[]]}]})
)
VALUES |= st.tuples(st.sampled_from(SIZES), LEAVES).map(lambda made: [made[1]] * made[0])
VALUES |= st.tuples(st.sampled_from(SIZES), LEAVES).map(lambda made: {str(each): made[1] for each in range(made[0])})


def places(value, path=()):
    """Yield the path to *value* and to whatever is in it."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from places(each, (*path, step))


def changed(value, path, change):
    """Return *value* with what stands at *path* replaced, or, where *change* is None, taken away."""
    made = copy.deepcopy(value)
    around = made
    for step in path[:-1]:
        around = around[step]
    if change is TAKEN_AWAY:
        del around[path[-1]]
    else:
        around[path[-1]] = change
    return made


TAKEN_AWAY = object()
