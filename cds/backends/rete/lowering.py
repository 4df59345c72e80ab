"""Lower a condition to signals: split it by what its parts are about, and keep each part within the engine's limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cds.backends.rete.formula import Ternary, both, either, gates, paths
from cds.backends.rete.leaf import Columns, Lists, halves, is_known_time, list_of, on_fact, on_parameter
from cds.backends.rete.limits import MAX_GATES
from cds.backends.rete.signal import Guard, Place, Result, Signals, flag_of, signal_behind
from cds.errors import EngineFailure
from cds.ir.guards import guard
from cds.ir.nodes import Adopted, AllOf, AnyOf, Applies, Condition, Derived, Elapsed, Not, Quantified

MAX_PATHS = 12
"""The engine fires once for each way in which a condition holds, and `all` of n `any`s has 2**n ways."""

Scope = frozenset[str]
"""The variables that a condition uses."""


@dataclass(frozen=True, slots=True)
class _Lowered:
    """A condition over the properties of a message about the items bound to the variables of its scope."""

    scope: Scope
    condition: Ternary


_Merge = Callable[[Iterable[Ternary]], Ternary]


@dataclass(frozen=True, slots=True)
class Lowering:
    """Lower the conditions of one step in one world, given the results of the steps before it."""

    signals: Signals
    columns: Columns
    concepts: Mapping[str, str]
    results: Mapping[str, Result]
    step: str

    def root(self, condition: Condition, lists: Lists) -> int:
        """Give the head of a condition on the item of the one variable, or on the patient."""
        return self._head(self._lower(condition, lists), lists, self._guard(condition, lists))

    def _lower(self, condition: Condition, lists: Lists) -> _Lowered:
        match condition:
            case AllOf(parts):
                return self._merged(both, [self._lower(part, lists) for part in parts], lists)
            case AnyOf(parts):
                return self._merged(either, [self._lower(part, lists) for part in parts], lists)
            case Not(part):
                lowered = self._lower(part, lists)
                return _Lowered(lowered.scope, lowered.condition.negated())
            case Quantified():
                return self._quantified(condition, lists)
            case Applies(rules):
                return _Lowered(frozenset(), flag_of(self._any_of([self.results[rule] for rule in rules])))
            case Derived(derivation, variable):
                return _Lowered(_scope(variable), flag_of(self.results[derivation].signal))
            case Elapsed():
                return self._elapsed(condition, lists)
            case Adopted():
                return _Lowered(frozenset(), on_parameter(condition))
            case leaf:
                return _Lowered(_scope(leaf.fact.variable), on_fact(leaf, lists, self.columns))

    def _merged(self, merge: _Merge, parts: list[_Lowered], lists: Lists) -> _Lowered:
        """Join parts; those about fewer items than the whole become a signal of their own."""
        scope = frozenset[str]().union(*(part.scope for part in parts))
        by_scope: dict[Scope, list[Ternary]] = {}
        for part in parts:
            by_scope.setdefault(part.scope, []).append(part.condition)
        joined: list[Ternary] = []
        for smaller, conditions in by_scope.items():
            if smaller == scope:
                joined += conditions
            else:
                joined.append(self._raised(self._fitted(merge, conditions, smaller, lists), scope, lists))
        return self._fitted(merge, joined, scope, lists)

    def _fitted(self, merge: _Merge, parts: list[Ternary], scope: Scope, lists: Lists) -> _Lowered:
        """Join parts about the same items; where the engine would fire too often, parts become heads before it."""
        while not _fits(merge(parts)):
            sizes = [_size(part) for part in parts]
            widest = sizes.index(max(sizes))
            run = slice(widest, widest + 1) if sizes[widest] > 1 else slice(0, MAX_PATHS // 2)
            head = self.signals.head(_place(scope, lists), merge(parts[run]), self.step)
            parts = [*parts[: run.start], *parts[run.stop :], flag_of(head)]
        return _Lowered(scope, merge(parts))

    def _raised(self, lowered: _Lowered, scope: Scope, lists: Lists) -> Ternary:
        """Give a condition as the flag that it is in a message about more items."""
        signal = signal_behind(lowered.condition)
        if signal is None:
            signal = self.signals.head(_place(lowered.scope, lists), lowered.condition, self.step)
        is_of_outer = len(scope) > 1 and lowered.scope == _scope(next(iter(lists)))
        return flag_of(signal, of_outer=is_of_outer)

    def _head(self, lowered: _Lowered, lists: Lists, known_guard: Guard) -> int:
        """Give the head of a condition at the place of all these variables."""
        scope = frozenset(lists)
        condition = lowered.condition if lowered.scope == scope else self._raised(lowered, scope, lists)
        return self.signals.head(_place(scope, lists), condition, self.step, known_guard)

    def _quantified(self, node: Quantified, lists: Lists) -> _Lowered:
        if len(lists) > 1:
            raise EngineFailure("a quantifier cannot stand inside another")
        body = self._lower(node.part, {**lists, node.variable: node.list})
        uses_own = not body.scope.isdisjoint(lists)
        inner = {**(lists if uses_own else {}), node.variable: node.list}
        head = self._head(body, inner, None if uses_own else self._guard(node.part, inner))
        without_own = node.without_own and node.list in lists.values()
        scope = frozenset(lists) if uses_own or without_own else frozenset[str]()
        place = _place(scope, lists)
        made = self.signals.quantifier(place, node.quantifier, head, node.list, without_own=without_own)
        return _Lowered(scope, flag_of(made))

    def _any_of(self, results: list[Result]) -> int:
        """Give the signal that any rule applies: of a single rule on the patient, its own."""
        if len(results) == 1 and results[0].list is None:
            return results[0].signal
        return self.signals.any_applies(tuple(dict.fromkeys(results)))

    def _elapsed(self, leaf: Elapsed, lists: Lists) -> _Lowered:
        """Compare two times: in one message, or joining an item's message with the patient's."""
        ends = (leaf.earlier, leaf.later)
        if leaf.low is None and leaf.high is None:
            known = [_Lowered(_scope(end.variable), is_known_time(end, lists, self.columns)) for end in ends]
            return self._merged(both, known, lists)
        scope = _scope(*(end.variable for end in ends))
        is_join = len(scope) == 1 and any(end.variable is None for end in ends)
        outer = next(iter(lists)) if len(scope) > 1 else None
        found = halves(leaf, lists, self.columns, outer=outer)
        if not is_join:
            return _Lowered(scope, both(half.from_later for half in found))
        item = leaf.earlier if leaf.later.variable is None else leaf.later
        place = Place(list_of(item, lists))
        views = [half.from_later if item is leaf.later else half.from_earlier for half in found]
        return _Lowered(scope, both(flag_of(self.signals.join(place, view, self.step)) for view in views))

    def _guard(self, condition: Condition, lists: Lists) -> Guard:
        """Give the substances for which a condition on one item can be other than FALSE."""
        if len(lists) != 1:
            return None
        ((variable, list_name),) = lists.items()
        concept = self.concepts.get(list_name)
        return guard(condition, variable, concept) if concept else None


def _scope(*variables: str | None) -> Scope:
    return frozenset(variable for variable in variables if variable is not None)


def _place(scope: Scope, lists: Lists) -> Place:
    names = [list_name for variable, list_name in lists.items() if variable in scope]
    match names:
        case [outer, inner]:
            return Place(inner, outer)
        case _:
            return Place(*names)


def _fits(condition: Ternary) -> bool:
    return all(paths(form) <= MAX_PATHS and gates(form) <= MAX_GATES for form in (condition.true, condition.false))


def _size(condition: Ternary) -> int:
    return max(paths(form) + gates(form) for form in (condition.true, condition.false))
