"""The one wrapper around CEL: conditions are compiled against the declared signals, and are true, false or unknown.

Two environments hold the same names. The first knows networks and areas as types of their own, so that a list of the
wrong kind is refused at load; the second sees their handles as texts, which is all that CEL can carry to a function.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel  # type: ignore[import-untyped]  # its stubs come without the marker py.typed

from doorward.core.signals.base import SignalSpec
from doorward.policy import conjuncts, tree
from doorward.policy.calls import MAP_TYPES, Argument, Calls
from doorward.policy.complaints import Complaint, Names, complaints
from doorward.policy.functions import AREAS, FUNCTIONS, NETWORKS, FunctionSpec
from doorward.policy.given import Given
from doorward.policy.list_uses import whole_lists
from doorward.policy.lists import AreaTable, NamedList, NetworkTable, RuntimeList, WordList
from doorward.policy.literals import wrong_literals
from doorward.policy.plain import Plain, conjunction, plain
from doorward.policy.possible import UNKNOWN, Possible, both, possible_values
from doorward.policy.tree import Branch
from doorward.policy.whole_numbers import spans_of

MAX_CONDITION_CHARACTERS = 4096

_TYPES: Mapping[str, Any] = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "timestamp": cel.Type.TIMESTAMP,
    "list(string)": cel.Type.List(cel.Type.STRING),
    "list(int)": cel.Type.List(cel.Type.INT),
    "list(double)": cel.Type.List(cel.Type.DOUBLE),
    "map(string, string)": cel.Type.Map(cel.Type.STRING, cel.Type.STRING),
    "map(string, dyn)": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "map(string, bool)": cel.Type.Map(cel.Type.STRING, cel.Type.BOOL),
    "map(string, double)": cel.Type.Map(cel.Type.STRING, cel.Type.DOUBLE),
}
_CHECKED = {**_TYPES, NETWORKS: cel.Type.AbstractType(NETWORKS), AREAS: cel.Type.AbstractType(AREAS)}
_RUN = {**_TYPES, NETWORKS: cel.Type.STRING, AREAS: cel.Type.STRING}


@dataclass(frozen=True, slots=True)
class Part:
    """One conjunct of a condition: its text, the signals and lists it names, and what it is evaluated by.

    That is the compiled expression, and the same as plain Python where it can be.
    """

    text: str
    names: frozenset[str]
    expression: Any
    plain: Plain | None = None

    def evaluate(self, given: Given) -> bool | None:
        """Answer true, false or UNKNOWN (None); never raises."""
        return self.plain.answer(given.values) if self.plain is not None else self.by_cel(given)

    def by_cel(self, given: Given) -> bool | None:
        """Answer the same by CEL itself, whatever Python could."""
        return _answer(self.expression, given.activation)


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled `when`: the signals and lists it names, and the values that it can have at all."""

    text: str
    signals: frozenset[str]
    lists: frozenset[str]
    whole_lists: frozenset[str]  # used otherwise than to look for a signal's value, so never narrowed
    possible: Possible
    whole: Part
    parts: tuple[Part, ...]
    tree: Branch

    def evaluate(self, given: Given) -> bool | None:
        """Answer true, false or UNKNOWN (None); never raises."""
        if self.whole.plain is not None or len(self.parts) == 1:
            return self.whole.evaluate(given)
        # A part that is plainly false spares asking CEL for the others.
        answer: bool | None = True
        for part in self.parts:
            answer = both(answer, part.evaluate(given))
            if answer is False:
                return False
        return answer

    @property
    def opening(self) -> Plain | None:
        """Return what is False only where the condition is, as far as Python can tell; None where it cannot at all."""
        return self.whole.plain or conjunction([part.plain for part in self.parts if part.plain is not None])

    @property
    def can_be_unknown(self) -> bool:
        return UNKNOWN in self.possible

    @property
    def always_true(self) -> bool:
        return self.possible == {True}


def _answer(expression: Any, activation: Any) -> bool | None:
    try:
        value = expression.eval(activation).value()
    except RuntimeError:  # what CEL's binding raises where a value cannot be carried over
        return UNKNOWN
    # An error's value is its text, which is truthy: only the two constants are answers.
    return value if value is True or value is False else UNKNOWN


def _plain(expression: Any, activation: Any) -> Any:
    """Return a value as Python has it, None for an error."""
    try:
        value = expression.eval(activation)
    except RuntimeError:  # as above
        return None
    return None if value.type() == cel.Type.ERROR else value.plain_value()


class Environment:
    """The names and functions that a policy's conditions are compiled against."""

    def __init__(self, *, signals: Mapping[str, SignalSpec], lists: Mapping[str, NamedList]) -> None:
        self._signals = signals
        self._lists = lists
        unread = {f"lists.{name}" for name, named in lists.items() if isinstance(named, RuntimeList)}
        self._may_be_unknown = unread | {name for name, spec in signals.items() if spec.may_be_unknown}
        self._spans = spans_of(signals.values())
        types = {name: spec.type for name, spec in signals.items()}
        types |= {f"lists.{name}": list_type(named) for name, named in lists.items()}
        self._types = types
        self._check = _environment(types, _CHECKED)
        self._run = _environment(types | MAP_TYPES, _RUN)
        self._calls = Calls(self._argument)

    def compile(self, text: str) -> Condition | list[Complaint]:
        """Return the condition, or everything that is wrong with it."""
        if len(text) > MAX_CONDITION_CHARACTERS:
            return [Complaint(0, "too-large", f"the condition is longer than {MAX_CONDITION_CHARACTERS} characters")]
        if any("\ud800" <= char <= "\udfff" for char in text):
            return [Complaint(0, "syntax", "not a condition: it holds half a character (a lone surrogate)")]
        try:
            checked = self._check.compile(text)
        except RuntimeError as error:
            return complaints(text, str(error), Names(self._signals, self._lists))
        kind = checked.return_type()
        if kind not in (cel.Type.BOOL, cel.Type.DYN):
            return [Complaint(0, "type", f"the condition is a {kind.name().lower()}, expected true or false")]
        root = tree.checked_tree(checked.serialize())
        wrong = self._misused_lists(root) + wrong_literals(root, self._spans)
        return wrong or self._condition(text, root, yields_bool=kind == cel.Type.BOOL)

    def _condition(self, text: str, root: Branch, *, yields_bool: bool) -> Condition:
        names = _names(root)
        lists = frozenset(name.removeprefix("lists.") for name in names if name.startswith("lists."))
        possible = possible_values(root, unknown_names=self._may_be_unknown, failing=_FAILING, spans=self._spans)
        whole = Part(text, names, self._compiled(text), plain(root, self._types))
        return Condition(
            text=text,
            signals=names.intersection(self._signals),
            lists=lists,
            whole_lists=whole_lists(root, self._signals.keys()),
            possible=possible if yields_bool else possible | {UNKNOWN},
            whole=whole,
            parts=self._parts(whole),
            tree=root,
        )

    def _parts(self, whole: Part) -> tuple[Part, ...]:
        texts = conjuncts.split(whole.text)
        if len(texts) == 1:
            return (whole,)
        # Where Python answers the whole, its parts are asked for explanations alone, and CEL will do.
        try:
            return tuple(self._part(each, in_python=whole.plain is None) for each in texts)
        except RuntimeError:  # a part that does not stand alone: the whole is shown instead
            return (whole,)

    def _part(self, text: str, *, in_python: bool) -> Part:
        root = tree.checked_tree(self._check.compile(text).serialize())
        return Part(text, _names(root), self._compiled(text), plain(root, self._types) if in_python else None)

    def _compiled(self, text: str) -> Any:
        return self._run.compile(self._calls.taken_out(text))

    def _argument(self, text: str) -> Argument:
        """Return where the argument of a call comes from; most are a signal, a list or a constant."""
        root = tree.checked_tree(self._check.compile(text).serialize())
        if root.kind == tree.NAME:
            return Argument(name=root.name)
        if root.kind == tree.CONSTANT:
            return Argument(constant=root.value)
        expression = self._run.compile(text)
        return Argument(evaluate=lambda activation: _plain(expression, activation))

    def _misused_lists(self, root: Branch) -> list[Complaint]:
        misused = sorted(
            name
            for name in whole_lists(root, self._signals.keys())
            if isinstance(self._lists[name], RuntimeList) and list_type(self._lists[name]) != NETWORKS
        )
        expected = "expected a signal on the left of `in`"
        return [Complaint(0, "type", f"'lists.{name}' is filled at run time, {expected}") for name in misused]

    def given(self, values: Mapping[str, Any], names: Collection[str] | None = None) -> Given:
        """Return what a decision's conditions are evaluated on; one serves all rules.

        CEL is handed those of *names*, or all.
        """
        return Given(values, self._activation, names)

    def _activation(self, values: Mapping[str, Any]) -> Any:
        answers = self._calls.answers(values, lambda: self._run.Activation(values))
        return self._run.Activation({**values, **answers} if answers else values)


def _names(root: Branch) -> frozenset[str]:
    return frozenset(branch.name for branch in root.walk() if branch.kind == tree.NAME)


_FAILING = frozenset(name for name, spec in FUNCTIONS.items() if spec.may_fail)


def _environment(types: Mapping[str, str], table: Mapping[str, Any]) -> Any:
    return cel.NewEnv(
        variables={name: table[each] for name, each in types.items()},
        functions=[_declaration(name, spec, table) for name, spec in FUNCTIONS.items()],
    )


def _declaration(name: str, spec: FunctionSpec, table: Mapping[str, Any]) -> Any:
    parameters = [table[each] for each in spec.parameters]
    overload = cel.Overload(f"doorward_{name}", table[spec.returns], parameters, False, spec.function)
    return cel.FunctionDecl(name, [overload])


def list_type(named: NamedList) -> str:
    """Return the CEL type that rules see a list as."""
    if isinstance(named, NetworkTable) or (isinstance(named, RuntimeList) and named.holds == "address"):
        return NETWORKS
    if isinstance(named, AreaTable):
        return AREAS
    return f"list({named.element})" if isinstance(named, WordList) else "list(string)"
