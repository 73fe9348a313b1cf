"""How a condition uses its lists: which could be narrowed to what a decision's signals hold, and which could not."""

from collections.abc import Iterator, Set

from doorward.policy import tree
from doorward.policy.tree import Branch

PREFIX = "lists."


def whole_lists(root: Branch, signals: Set[str]) -> frozenset[str]:
    """Return the lists that are used otherwise than as the right side of `in` with a value of a signal on its left.

    Such a value is a signal, a field of one, or the variable of a macro over either. What is computed, or written in
    the condition, need not be among the values of a decision's *signals*, and would be missed in a narrowed list.
    """
    return frozenset(_whole(root, signals))


def _whole(branch: Branch, raw: Set[str]) -> Iterator[str]:
    """Yield the lists below *branch* that must be whole; *raw* are the names that stand for values of signals here."""
    if _is_list(branch):
        yield branch.name.removeprefix(PREFIX)
    elif branch.kind == tree.CALL and branch.name == "@in" and _is_raw(branch.children[0], raw):
        for side in branch.children:
            yield from () if _is_list(side) else _whole(side, raw)
    elif branch.kind == tree.GROUP and branch.name:
        over, *inside = branch.children
        yield from _whole(over, raw)
        for each in inside:
            yield from _whole(each, _within(branch, raw))
    else:
        for each in branch.children:
            yield from _whole(each, raw)


def _is_list(branch: Branch) -> bool:
    return branch.kind == tree.NAME and branch.name.startswith(PREFIX)


def _is_raw(branch: Branch, raw: Set[str]) -> bool:
    if branch.kind == tree.NAME:
        return branch.name in raw
    is_step = branch.kind == tree.SELECT or (branch.kind == tree.CALL and branch.name == "_[_]")
    return is_step and _is_raw(branch.children[0], raw)


def _within(macro: Branch, raw: Set[str]) -> Set[str]:
    """Return what *raw* is within *macro*: its variables hide signals of their names."""
    variable, *others = macro.name.split()
    hidden = raw - {variable, *others}
    # One variable is each element of a list or each key of a map; where there are two, the first may be a place.
    return hidden | {variable} if len(others) == 1 and _is_raw(macro.children[0], raw) else hidden
