"""Valid rulesets as documents: what `cds-ruleset/1` files hold once they are read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from strategies.chance import Chance
from strategies.conditions import VARIABLES, Results, Scene, concerning, condition, on_required
from strategies.figures import INTERVAL, LAPSE, SOURCES, Parameters, Questions, source_sections
from strategies.vocabulary import ELAPSED, MEDICATIONS, Json, Vocabulary, vocabulary

KINDS = (
    "indication",
    "contraindication",
    "timing",
    "procedure_choice",
    "preparation",
    "restart",
    "aftercare",
    "red_flag",
    "follow_up",
)
SEVERITIES = ("critical", "high", "moderate", "info")
HOLD_STATES = (
    "unidentified",
    "prescriber",
    "contested",
    "undecidable",
    "overdue",
    "due",
    "planned",
    "satisfied",
    "continue",
)
CODES = (
    "emergency",
    "not_recommended",
    "defer",
    "needs_information",
    "conservative_first",
    "proceed_with_conditions",
    "proceed",
)
ADVICE: Json = {
    "hold_it": {"title": "Stop it", "opposes": ["carry_on"], "hold": "dated"},
    "carry_on": {"title": "Do not stop it", "hold": "continue"},
    "ask_prescriber": {"title": "Ask the prescriber", "hold": "prescriber"},
    "check_by_hand": {"title": "Find out what it is", "hold": "unidentified"},
    "do_this": {"title": "Do this", "opposes": ["avoid_this"]},
    "avoid_this": {"title": "Do not do this"},
    "note": {"title": "Take note"},
}
HOLD_ADVICE = ("hold_it", "hold_it", "hold_it", "carry_on", "ask_prescriber", "check_by_hand")
OTHER_ADVICE = ("do_this", "avoid_this", "note", "ask_prescriber")
_TEXTS = ("Do as the title says.", "Of {medication} ({substance}): see to it before {procedure}.")
_TEXTS_OF_HOLDS = (
    *_TEXTS,
    "Stop {substance}: {interval}, last on {last_permitted_dose}.",
    "No {medication} from {no_dose_from} until {procedure}.",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a ruleset may become, and what it leaves out."""

    rules: int = 7
    depth: int = 3
    worlds: int = 8
    judges: bool = True
    """Whether rules may use `known`, which breaks monotonicity."""
    unset: bool = True
    """Whether parameters may be left for the site to set."""
    holds: int = 40
    """How many rules of a hundred are holds."""
    all_of_items: bool = False
    """Whether medications have every fact that holds look at."""


SMALL = Size(rules=4, depth=2, worlds=4)
MONOTONE = Size(judges=False)
ANSWERABLE = Size(judges=False, unset=False)
HOLDS = Size(rules=6, depth=1, holds=85, all_of_items=True)
ONLY_HOLDS = Size(rules=3, depth=0, worlds=2, unset=False, holds=100, all_of_items=True)


def ruleset(chance: Chance, size: Size = Size()) -> Json:  # immutable
    """Build a ruleset document."""
    return _Builder(chance, size, vocabulary(chance, all_of_items=size.all_of_items)).document()


@dataclass(slots=True)
class _Planned:
    """A rule before its conditions: what it is about and what it advises."""

    id: str
    kind: str
    advice: str
    list: str | None


@dataclass
class _Builder:
    chance: Chance
    size: Size
    vocabulary: Vocabulary
    results: Results = field(default_factory=Results)
    derived: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parameters = Parameters(Questions(self.size.worlds), may_be_unset=self.size.unset)
        self.groups = {
            f"phase_{number}": {
                "title": f"Phase {number}",
                "applies_when": on_required(self.chance, self.vocabulary, self.parameters, 1),
            }
            for number in range(self.chance.whole(0, 2))
        }

    def document(self) -> Json:
        planned = [self._planned(number) for number in range(self.chance.whole(1, self.size.rules))]
        rules: list[Json] = []
        for number, plan in enumerate(planned):
            if self.chance.maybe(35):
                self._derive()
            rules.append(self._rule(plan, planned[:number]))
            self._now_usable(plan, planned[number + 1 :])
        dispositions = self._dispositions()
        return {
            "schema": "cds-ruleset/1",
            "id": "generated",
            "version": "1.0.0",
            "title": "A generated ruleset",
            "lifecycle": {"status": "draft"},
            **({"settings": {"reminder_window": f"{self.chance.whole(1, 3)} d"}} if self.chance.maybe(50) else {}),
            "sources": source_sections(),
            **self.vocabulary.sections,
            "parameters": self.parameters.declared,
            "groups": self.groups,
            "derive": self.derived,
            "advice": ADVICE,
            "rules": rules,
            "dispositions": dispositions,
        }

    def _scene(self, list_name: str | None) -> Scene:
        scene = Scene(self.vocabulary, self.parameters, self.results, own_list=list_name)
        return scene.binding(VARIABLES[list_name][0], list_name) if list_name else scene

    def _planned(self, number: int) -> _Planned:
        lists = sorted(self.vocabulary.lists)
        if MEDICATIONS in lists and self.chance.maybe(self.size.holds):
            return _Planned(f"hold.rule-{number}", "hold", self.chance.one_of(HOLD_ADVICE), MEDICATIONS)
        kind = self.chance.one_of(KINDS)
        list_name = self.chance.one_of(lists) if lists and self.chance.maybe(45) else None
        return _Planned(f"{kind.replace('_', '-')}.rule-{number}", kind, self.chance.one_of(OTHER_ADVICE), list_name)

    def _now_usable(self, plan: _Planned, later: list[_Planned]) -> None:
        """Let later conditions use a rule; a kind or an advice only once no later rule has it."""
        self.results.rules.append(plan.id)
        if all(other.kind != plan.kind for other in later):
            self.results.kinds.append(plan.kind)
        if all(other.advice != plan.advice for other in later):
            self.results.advice.append(plan.advice)

    def _derive(self) -> None:
        list_name = self.chance.one_of([None, *sorted(self.vocabulary.lists)])
        name = f"derived_{len(self.derived)}"
        entry: Json = {"title": f"Title of {name}", "when": condition(self.chance, self._scene(list_name), 2)}
        if list_name is None:
            entry["fact"] = name
        else:
            variable = VARIABLES[list_name][0]
            entry |= {"fact": f"{variable}.{name}", "for_each": f"{variable} in {list_name}"}
        self.derived.append(entry)
        self.results.derived.setdefault(list_name, []).append(name)

    def _rule(self, plan: _Planned, earlier: list[_Planned]) -> Json:
        chance = self.chance
        rule: Json = {
            "id": plan.id,
            "kind": plan.kind,
            "title": f"Title of {plan.id}",
            **self._when(plan),
            "then": self._then(plan),
            "on_unknown": self._on_unknown(plan),
            "sources": [chance.one_of(SOURCES), self._citation()],
        }
        if plan.list is not None:
            rule["for_each"] = f"{VARIABLES[plan.list][0]} in {plan.list}"
        if self.groups and chance.maybe(35):
            rule["group"] = chance.one_of(sorted(self.groups))
        if chance.maybe(20):
            rule["finding"] = chance.one_of(("bleeding", "infection"))
        targets = [other.id for other in earlier if plan.list is None or other.list == plan.list]
        if targets and chance.maybe(35):
            rule |= {"overrides": chance.some(targets, 1, 2), "because": "the test says so"}
        return rule

    def _citation(self) -> Json:
        cited: Json = {"id": SOURCES[0], "locator": "page 1", "strength": "should", "statements": ["S0-1"]}
        return cited | ({"standing": self.chance.one_of(("absolute", "relative"))} if self.chance.maybe(30) else {})

    def _when(self, plan: _Planned) -> Json:
        scene = self._scene(plan.list)
        if self.size.judges and self.chance.maybe(10):
            return {"judges": "data_quality", "when": self._condition(plan, replace(scene, may_judge=True))}
        if self.chance.maybe(85):
            return {"when": self._condition(plan, scene)}
        confirmed = self.parameters.questions.confirmed(self.chance, most=2)
        return {
            "positions": {
                source: {"when": self._condition(plan, scene), "confirmed": how} for source, how in confirmed.items()
            },
            "resolve": self.parameters.questions.resolve(self.chance, confirmed),
        }

    def _condition(self, plan: _Planned, scene: Scene) -> Json:
        if plan.list == MEDICATIONS and self.chance.maybe(60):
            return concerning(self.chance, scene, self.size.depth)
        return condition(self.chance, scene, self.size.depth)

    def _then(self, plan: _Planned) -> Json:
        then: Json = {"advise": plan.advice, "severity": self.chance.one_of(SEVERITIES)}
        if plan.kind == "hold" and ADVICE[plan.advice]["hold"] == "dated":
            then["interval"] = self.parameters.named(self.chance, INTERVAL)
        if self.chance.maybe(50):
            then["text"] = self.chance.one_of(_TEXTS_OF_HOLDS if "interval" in then else _TEXTS)
        if self.chance.maybe(15) and self.parameters.declared:
            then["shows"] = [f"${name}" for name in self.chance.some(sorted(self.parameters.declared), 1, 2)]
        if self.chance.maybe(20):
            then["dates"] = {f"date_{number}": self._date(plan) for number in range(self.chance.whole(1, 2))}
            then["text"] = f"{then.get('text', 'See to it.')} On {{date_0}}."
        return then

    def _date(self, plan: _Planned) -> Json:
        """Count a date from a time of the patient or of the rule's item."""
        times = {known.name: known for known in self.vocabulary.patient if known.type == "time"}
        if plan.list is not None:
            variable, items = VARIABLES[plan.list][0], self.vocabulary.lists[plan.list]
            times |= {f"{variable}.{known.name}": known for known in items if known.type == "time"}
        anchor = self.chance.one_of(sorted(times))
        by = self.parameters.value(self.chance, LAPSE)
        if not times[anchor].by_day and self.chance.maybe(25):
            by = self.chance.one_of(ELAPSED.figures)
        return {self.chance.one_of(("before", "after")): anchor, "by": by}

    def _on_unknown(self, plan: _Planned) -> Any:
        options: list[Any] = ["ask", "ask", "assume_applies"]
        if plan.kind not in {"contraindication", "hold", "red_flag"}:
            options.append({"skip": "the test says so"})
        return self.chance.one_of(options)

    def _dispositions(self) -> list[Json]:
        codes = [code for code in CODES for _ in range(2) if self.chance.maybe(35)] or [CODES[0]]
        return [*(self._row(code, codes) for code in codes), {"code": CODES[-1], "text": "No barrier was found."}]

    def _row(self, code: str, codes: list[str]) -> Json:
        chance = self.chance
        row: Json = {"code": code, "text": f"Text of {code}."}
        tests = chance.some(("when", "hold", "cannot_decide"), 1, 2)
        if "when" in tests:
            row["when"] = condition(chance, self._scene(None), 1)
            if chance.maybe(50):
                row["if_unknown"] = chance.one_of(codes)
        if "hold" in tests:
            row["hold"] = {"any_state": chance.some(HOLD_STATES, 1, 3)}
        if "cannot_decide" in tests:
            row["cannot_decide"] = {"at_least": chance.one_of(SEVERITIES)}
        return row
