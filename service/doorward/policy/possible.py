"""Which values a condition can have at all: true, false, unknown. Found at load, by Kleene's logic over the tree.

It errs on one side only: a condition that can stay unknown is never called one that cannot.
"""

from collections.abc import Callable, Container, Mapping

from doorward.policy import tree
from doorward.policy.literals import asks_a_zone
from doorward.policy.tree import Branch
from doorward.policy.whole_numbers import Span, is_sum, stays_whole

UNKNOWN = None
Possible = frozenset[bool | None]

_EITHER: Possible = frozenset((True, False))

# CEL's own functions that fail on some values: a missing key, a division by nothing, a text that is no number. Sums
# of whole numbers are looked at by what they are of.
_CAN_FAIL = frozenset(
    (
        "_[_]",
        "_/_",
        "_%_",
        "_+_",
        "_-_",
        "_*_",
        "-_",
        "int",
        "uint",
        "double",
        "bool",
        "timestamp",
        "duration",
        "bytes",
        "string",
        "matches",
        "dyn",
    )
)
_OVERLOADS_THAT_CANNOT_FAIL = frozenset(
    (
        "add_double",
        "subtract_double",
        "multiply_double",
        "negate_double",
        "add_string",
        "add_bytes",
        "add_list",
        "int64_to_double",
        "uint64_to_double",
        "int64_to_int64",
        "double_to_double",
        "string_to_string",
        "int64_to_string",
        "uint64_to_string",
        "double_to_string",
        "bool_to_string",
        "timestamp_to_string",
    )
)


def possible_values(
    branch: Branch, *, unknown_names: Container[str], failing: Container[str], spans: Mapping[str, Span]
) -> Possible:
    """Return what *branch* can be, given the names that may be unknown and the functions that may fail.

    *spans* tell what the whole numbers among the names can be.
    """

    def of(each: Branch) -> Possible:
        return possible_values(each, unknown_names=unknown_names, failing=failing, spans=spans)

    if branch.kind == tree.CONSTANT:
        return frozenset((branch.value,)) if isinstance(branch.value, bool) else _EITHER
    if branch.kind == tree.NAME:
        return _EITHER | {UNKNOWN} if branch.name in unknown_names else _EITHER
    if branch.kind == tree.CALL and branch.name in _LOGIC:
        return _LOGIC[branch.name](*map(of, branch.children))
    known = all(UNKNOWN not in of(each) for each in branch.children)
    return _EITHER if known and not _can_fail(branch, failing, spans) else _EITHER | {UNKNOWN}


def _can_fail(branch: Branch, failing: Container[str], spans: Mapping[str, Span]) -> bool:
    if branch.kind == tree.SELECT:
        return True
    if branch.kind != tree.CALL:
        return False
    if branch.name == "matches" or asks_a_zone(branch):
        # One that is written out was tried when the condition was compiled.
        return not isinstance(branch.children[-1].value, str)
    if is_sum(branch):
        return not stays_whole(branch, spans)
    if branch.overloads and _OVERLOADS_THAT_CANNOT_FAIL.issuperset(branch.overloads):
        return False
    return branch.name in _CAN_FAIL or branch.name in failing


def both(left: bool | None, right: bool | None) -> bool | None:
    """Kleene's and: false decides, whatever the other is."""
    if left is False or right is False:
        return False
    return True if left and right else UNKNOWN


def _and(left: Possible, right: Possible) -> Possible:
    return frozenset(both(a, b) for a in left for b in right)


def _not(value: Possible) -> Possible:
    return frozenset(UNKNOWN if each is None else not each for each in value)


def _or(left: Possible, right: Possible) -> Possible:
    return _not(_and(_not(left), _not(right)))


def _if(test: Possible, then: Possible, otherwise: Possible) -> Possible:
    branches = {True: then, False: otherwise, UNKNOWN: frozenset((UNKNOWN,))}
    return frozenset(value for each in test for value in branches[each])


_LOGIC: dict[str, Callable[..., Possible]] = {"_&&_": _and, "_||_": _or, "!_": _not, "_?_:_": _if}
