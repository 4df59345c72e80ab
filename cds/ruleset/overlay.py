"""A site's overlay on the ruleset that it extends, as one document (language §12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, RootModel

from cds.errors import nearest
from cds.ruleset.conditions import AppliesRule
from cds.ruleset.files import product_name
from cds.ruleset.model import Parameter, ParameterPosition, Resolve, RulesetDocument, SetValue, Source
from cds.ruleset.places import ELEMENT_NAMES, Path, Places, Spot
from cds.ruleset.problems import Problems
from cds.ruleset.wording import quoted

SITE = "site"
"""The source of the values that a site sets; `set` declares it unless a file does."""
OPEN = "none"
"""What `adopt` says to keep a question open."""
_MAPPINGS = ("sources", "facts", "substances", "classes", "parameters", "groups", "advice")
_LISTS = ("products", "common", "terminology", "derive", "rules")
_CHANGES = ("adopt", "set", "switch_off")
_SITE_SOURCE = Source(
    title="Decided by the site",
    citation="Set in the site's overlay; who decided it, when and why stands with the parameter",
    confirmed="primary",
)


def check_stands_alone(document: RulesetDocument, problems: Problems) -> None:
    """Note what only an overlay may hold, in a ruleset that extends none."""
    for section in _CHANGES:
        if getattr(document, section):
            problems.add(
                (section,),
                f"{quoted(section)} stands in a ruleset that extends no other",
                expected="`extends` with the id and the digest of the ruleset that is changed",
                at_key=True,
            )


def overlaid(
    base: tuple[RulesetDocument, Places], own: tuple[RulesetDocument, Places]
) -> tuple[RulesetDocument, Places]:
    """Apply an overlay to its base: its additions, then `adopt`, `set` and `switch_off`; its `settings` replace.

    The result keeps the changes of a base that is itself an overlay, so that all that differs from the first ruleset
    can be shown; a later adoption of the same parameter or rule replaces an earlier one.

    Raises:
        RulesetError: with every name that is there already, and every change that the base does not allow.
    """
    merging = _Merging(base, own)
    for step in (merging.add, merging.adopt, merging.set, merging.switch_off, merging.keep_changes):
        step()
    merging.problems.raise_if_any()
    document, places = merging.result()
    _check_references(document, places)
    return document, places


class _Merging:
    """The parts of the merged document, while they come together; spots move along with what they are of."""

    def __init__(self, base: tuple[RulesetDocument, Places], own: tuple[RulesetDocument, Places]) -> None:
        self.base, self.own = base[0], own[0]
        self.base_root, self.own_root = base[1].root, own[1].root
        self.root = replace(self.own_root, children={**self.base_root.children, **self.own_root.children})
        for section in (*_MAPPINGS, *_LISTS, *_CHANGES):
            self.root.children.setdefault(section, _nowhere(self.own_root))
        self.problems = Problems(own[1])
        self.mappings: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, list[Any]] = {}

    def result(self) -> tuple[RulesetDocument, Places]:
        settings = self.own.settings or self.base.settings
        update: dict[str, Any] = {**self.mappings, **self.lists, "settings": settings}
        update["dispositions"] = self.base.dispositions
        return self.own.model_copy(update=update), Places(self.root)

    def add(self) -> None:
        """Join what the overlay adds with what the base has."""
        if self.own.dispositions:
            self.problems.add(("dispositions",), "an overlay cannot change the dispositions", at_key=True)
        for section in _MAPPINGS:
            taken = getattr(self.base, section)
            for name in getattr(self.own, section):
                if name in taken:
                    self._is_there(section, name, (section, name), self._in_base(section).children.get(name))
            self._join_mapping(section)
        for section in _LISTS:
            self._refuse_same_elements(section)
            self._join_list(section, getattr(self.base, section))

    def adopt(self) -> None:
        """Resolve questions of the base anew."""
        rules = {rule.id: index for index, rule in enumerate(self.base.rules)}
        for name, resolve in self.own.adopt.items():
            path = ("adopt", name)
            spot = self._in_own("adopt").children[name]
            if name in self.base.parameters and name in rules:
                self.problems.add(path, f"{quoted(name)} is both a parameter and a rule", at_key=True)
            elif name in self.base.parameters:
                parameter = self.base.parameters[name]
                self._check_adoption(path, resolve, parameter.positions)
                self.mappings["parameters"][name] = parameter.model_copy(update={"resolve": resolve})
                self._move("parameters", name, "resolve", spot)
            elif name in rules:
                rule = self.base.rules[rules[name]]
                self._check_adoption(path, resolve, rule.positions)
                self.lists["rules"][rules[name]] = rule.model_copy(update={"resolve": resolve})
                self._move("rules", rules[name], "resolve", spot)
            else:
                self._is_not_there(path, name, "parameter or rule", {*self.base.parameters, *rules})

    def set(self) -> None:
        """Give the base's unset parameters the site's values."""
        for name, value in self.own.set.items():
            path = ("set", name)
            parameter = self.base.parameters.get(name)
            if parameter is None:
                self._is_not_there(path, name, "parameter", self.base.parameters)
            elif parameter.unset is None:
                expected = "a parameter that is `unset`; `adopt` chooses among the positions of others"
                self.problems.add(path, f"the parameter {quoted(name)} is not unset", expected=expected, at_key=True)
            else:
                self.mappings["parameters"][name] = _set(parameter, value)
                self.mappings["sources"].setdefault(SITE, _SITE_SOURCE)
                spot = self._in_own("set").children[name]
                inside: dict[str | int, Spot] = {"positions": replace(spot, children={SITE: spot}), "resolve": spot}
                self.root.children["parameters"].children[name] = replace(spot, children=inside)

    def switch_off(self) -> None:
        """Leave out the rules that the site switches off."""
        there = {rule.id for rule in self.base.rules}
        for index, entry in enumerate(self.own.switch_off):
            if entry.rule not in there:
                self._is_not_there(("switch_off", index, "rule"), entry.rule, "rule", there)
        off = {entry.rule for entry in self.own.switch_off}
        kept = [index for index, rule in enumerate(self.lists["rules"]) if rule.id not in off]
        spots = self.root.children["rules"].children
        self.lists["rules"] = [self.lists["rules"][index] for index in kept]
        self._keep_spot("rules", {new: spots[old] for new, old in enumerate(kept)})

    def keep_changes(self) -> None:
        """Keep the base's own changes beside the overlay's."""
        self._join_mapping("adopt")
        self._join_mapping("set")
        self._join_list("switch_off", self.base.switch_off)

    def _refuse_same_elements(self, section: str) -> None:
        there = {
            _element_name(section, element): self._in_base(section).children.get(index)
            for index, element in enumerate(getattr(self.base, section))
        }
        if section == "rules":  # the id of a rule that is switched off is never used again
            there.update(
                (entry.rule, self._in_base("switch_off").children.get(index))
                for index, entry in enumerate(self.base.switch_off)
            )
        for index, element in enumerate(getattr(self.own, section)):
            name = _element_name(section, element)
            if name in there:
                self._is_there(section, name, (section, index), there[name])

    def _check_adoption(self, path: Path, resolve: Resolve, positions: Any) -> None:
        adopted = resolve.adopt
        if not positions:
            expected = "`set`, if it is an unset parameter"
            self.problems.add(path, "there are no positions to choose from", expected=expected, at_key=True)
        elif adopted != OPEN and adopted not in positions:
            self._is_not_there((*path, "adopt"), adopted, "position", {*positions, OPEN})
        elif adopted != OPEN and positions[adopted].confirmed == "unconfirmed":
            said = f"the position of {quoted(adopted)} is unconfirmed and cannot be adopted"
            self.problems.add((*path, "adopt"), said)

    def _is_there(self, section: str, name: str, path: Path, first: Spot | None) -> None:
        where = f" in {first.file}:{first.key_line}:{first.key_column}" if first else ""
        said = f"{quoted(name)} in {quoted(section)} is in the base already{where}"
        expected = "a new name: an overlay cannot edit what it extends"
        self.problems.add(path, said, expected=expected, at_key=True)

    def _is_not_there(self, path: Path, name: str, what: str, names: Collection[str]) -> None:
        said = f"the base has no {what} {quoted(name)}"
        self.problems.add(path, said, suggestion=nearest(name, names), at_key=path[-1] == name)

    def _join_mapping(self, section: str) -> None:
        self.mappings[section] = {**getattr(self.base, section), **getattr(self.own, section)}
        children = {**self._in_base(section).children, **self._in_own(section).children}
        self._keep_spot(section, children)

    def _join_list(self, section: str, first: list[Any]) -> None:
        second = getattr(self.own, section)
        self.lists[section] = [*first, *second]
        children = dict(self._in_base(section).children)
        children.update((len(first) + int(index), spot) for index, spot in self._in_own(section).children.items())
        self._keep_spot(section, children)

    def _keep_spot(self, section: str, children: Mapping[Any, Spot]) -> None:
        self.root.children[section] = replace(self.root.children[section], children=dict(children))

    def _move(self, section: str, part: str | int, key: str, spot: Spot) -> None:
        """Let a part of the base point to the place in the overlay that changed it."""
        inside = self.root.children[section].children
        inside[part] = replace(inside[part], children={**inside[part].children, key: spot})

    def _in_base(self, section: str) -> Spot:
        return self.base_root.children.get(section, _nowhere(self.base_root))

    def _in_own(self, section: str) -> Spot:
        return self.own_root.children.get(section, _nowhere(self.own_root))


def _nowhere(root: Spot) -> Spot:
    return Spot(root.file, 0, 0, 0, 0)


def _set(parameter: Parameter, value: SetValue) -> Parameter:
    resolve = Resolve(adopt=SITE, because=value.because, by=value.by, decided=value.decided)
    position = ParameterPosition(value=value.value, confirmed="primary")
    return parameter.model_copy(update={"unset": None, "positions": {SITE: position}, "resolve": resolve})


def _element_name(section: str, element: Any) -> str:
    if section == "products":
        return product_name(element.model_dump()) or ""
    if section == "common":
        return str(element.substances[0])
    return str(element.digest if section == "terminology" else getattr(element, ELEMENT_NAMES[section]))


def _check_references(document: RulesetDocument, places: Places) -> None:
    problems = Problems(places)
    off = {entry.rule for entry in document.switch_off}
    for section in ("rules", "derive", "groups", "dispositions"):
        for path, rule in _rules_used(getattr(document, section), (section,)):
            if rule in off:
                said = f"the rule {quoted(rule)} is switched off, so that nothing can build on it"
                problems.add(path, said, expected="this rule switched off too, or the other one kept")
    problems.raise_if_any()


def _rules_used(part: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(part, AppliesRule):
        yield (*path, "applies"), part.applies
    elif isinstance(part, list):
        for index, element in enumerate(part):
            yield from _rules_used(element, (*path, index))
    elif isinstance(part, dict):
        for name, element in part.items():
            yield from _rules_used(element, (*path, name))
    elif isinstance(part, BaseModel) and not isinstance(part, RootModel):
        for attribute, field in type(part).model_fields.items():
            yield from _rules_used(getattr(part, attribute), (*path, field.alias or attribute))
