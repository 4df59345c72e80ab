"""The dates that a rule's advice tells, and how long other sources make its hold (language §8.12, §10.6)."""

from __future__ import annotations

from dataclasses import dataclass

from cds.errors import InputError, nearest
from cds.facts.dictionary import Declaration, Dictionary, FactType
from cds.facts.durations import parse_duration
from cds.ir.nodes import Ref
from cds.ir.parameters_from_ruleset import OPEN, interval_of
from cds.ir.program import AdvisedDate, BySource, Interval, Lapse
from cds.ir.scope import Scope
from cds.ruleset import model as written
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems


def dates_of(rule: written.Rule, document: written.RulesetDocument) -> tuple[AdvisedDate, ...]:
    """Give the dates that a rule's advice tells, by name; what they name is checked already."""
    return tuple(_date(name, date, rule, document) for name, date in sorted(rule.then.dates.items()))


def other_intervals_of(rule: written.Rule, document: written.RulesetDocument) -> tuple[BySource[Interval], ...]:
    """Give what the positions on a rule's interval say that are not adopted, by source."""
    if rule.then.interval is None:
        return ()
    others = _not_adopted(document.parameters[rule.then.interval[1:]])
    found = ((source, position.confirmed, interval_of(position.value)) for source, position in others)
    return tuple(BySource(source, confirmed, interval) for source, confirmed, interval in found if interval)


def check_dates(document: written.RulesetDocument, dictionary: Dictionary, problems: Problems) -> None:
    """Note every date that cannot be told: counted from no time, by no amount, or finer than its time is known."""
    for number, rule in enumerate(document.rules):
        for name, date in rule.then.dates.items():
            path = ("rules", number, "then", "dates", name)
            anchor = _checked_anchor(date, rule, dictionary, path, problems)
            check = _AmountCheck(date, by_day=anchor is not None and anchor.by_day, problems=problems)
            check.check(document, (*path, "by"))


def _date(name: str, date: written.AdvisedDate, rule: written.Rule, document: written.RulesetDocument) -> AdvisedDate:
    anchor, is_before = _ref(date.before or date.after or "", rule), date.before is not None
    if not date.by.startswith("$"):
        return AdvisedDate(name, anchor, is_before, by=None, amount=_amount(date.by))
    parameter = document.parameters[date.by[1:]]
    if parameter.resolve is None:
        return AdvisedDate(name, anchor, is_before, by=None, amount=None, unset=date.by[1:])
    adopted = None if parameter.resolve.adopt == OPEN else parameter.resolve.adopt
    amount = None if adopted is None else _amount(parameter.positions[adopted].value)
    return AdvisedDate(name, anchor, is_before, by=adopted, amount=amount, others=_others(parameter))


def _others(parameter: written.Parameter) -> tuple[BySource[Interval | Lapse], ...]:
    return tuple(BySource(source, said.confirmed, _amount(said.value)) for source, said in _not_adopted(parameter))


def _not_adopted(parameter: written.Parameter) -> list[tuple[str, written.ParameterPosition]]:
    adopted = None if parameter.resolve is None else parameter.resolve.adopt
    return [(source, position) for source, position in sorted(parameter.positions.items()) if source != adopted]


def _ref(name: str, rule: written.Rule) -> Ref:
    variable, _, item_name = name.partition(".")
    is_of_item = variable == _variable(rule)
    return Ref(variable, item_name) if is_of_item else Ref(None, name)


def _variable(rule: written.Rule) -> str | None:
    return rule.for_each.partition(" in ")[0] if rule.for_each else None


def _amount(value: written.ParameterValue) -> Interval | Lapse:
    """Read a hold interval, a duration or a range of durations.

    Raises:
        InputError: it is none of them.
    """
    interval = interval_of(value)
    if interval is not None:
        return interval
    low, high = (value.from_, value.to) if isinstance(value, written.Bounds) else (value, value)
    first, last = parse_duration(str(low)), parse_duration(str(high))
    if first.in_days != last.in_days or first.amount > last.amount:
        raise InputError(
            "the range of durations is empty, or of two kinds", expected="`from` before `to`, in like units"
        )
    return Lapse(first.amount, last.amount, first.in_days)


def _checked_anchor(
    date: written.AdvisedDate, rule: written.Rule, dictionary: Dictionary, path: Path, problems: Problems
) -> Declaration | None:
    """Find the time that a date is counted from."""
    name, side = (date.before, "before") if date.before is not None else (date.after or "", "after")
    scope = _scope(rule, dictionary)
    found = scope.fact(name)
    if found is not None and found[1].type is FactType.TIME:
        return found[1]
    said = f"there is no fact `{name}`" if found is None else f"`{name}` is not a time"
    times = [each for each in scope.names() if (fact := scope.fact(each)) and fact[1].type is FactType.TIME]
    problems.add(
        (*path, side), said, expected="a time of the patient or of the rule's item", suggestion=nearest(name, times)
    )
    return None


def _scope(rule: written.Rule, dictionary: Dictionary) -> Scope:
    variable, _, list_name = (rule.for_each or "").partition(" in ")
    is_list = list_name in dictionary and dictionary[list_name].type is FactType.LIST
    return Scope(dictionary, {}, {variable: list_name} if is_list else {})


@dataclass(frozen=True, slots=True)
class _AmountCheck:
    """Check how far a date lies from its time; `by_day` says that the time is known by its day only."""

    date: written.AdvisedDate
    by_day: bool
    problems: Problems

    def check(self, document: written.RulesetDocument, path: Path) -> None:
        """Check the amount that stands in the rule, or each position of the parameter that it names."""
        if not self.date.by.startswith("$"):
            self._check_value(self.date.by, path)
            return
        name = self.date.by[1:]
        parameter = document.parameters.get(name)
        if parameter is None:
            near = nearest(name, document.parameters)
            self.problems.add(path, f"there is no parameter `{name}`", suggestion=near and f"${near}")
            return
        for source, position in parameter.positions.items():
            self._check_value(position.value, ("parameters", name, "positions", source, "value"))

    def _check_value(self, value: written.ParameterValue, path: Path) -> None:
        try:
            amount = _amount(value)
        except InputError as error:
            said = f"{error.problem}, and a date is counted by it"
            self.problems.add(path, said, expected="a duration, a range of durations, `full_days` or `hours`")
            return
        if isinstance(amount, Interval) and amount.counting == "doses":
            said = "an interval in doses gives no date of its own"
            self.problems.add(path, said, expected="`full_days`, `hours` or a duration")
        elif self.by_day and not _is_in_days(amount):
            said = f"`{self.date.before or self.date.after}` is known by its day, and this is counted from it"
            self.problems.add(path, said, expected="`full_days`, or a duration in `d` or `wk`")


def _is_in_days(amount: Interval | Lapse) -> bool:
    return amount.in_days if isinstance(amount, Lapse) else amount.counting == "full_days"
