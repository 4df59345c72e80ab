"""One finding per rule and binding: the verdicts of all worlds merged, then overrides and opposition applied.

Language §8.5, §8.8, §9.1, §10.1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.program import HoldAdvice, OnUnknown, Program, Rule
from cds.ir.verdicts import PATIENT, REST, Verdicts
from cds.records.decision import Status


@dataclass(slots=True)
class Finding:
    """What became of one rule for one binding."""

    rule: Rule
    binding: str
    truths: tuple[Truth, ...]
    """By world number."""
    status: Status
    assumed: bool = False
    overridden_by: str | None = None
    withheld_by: list[Finding] = field(default_factory=list)
    """Those that could override it and are UNKNOWN: each has to be settled before its advice can be given."""
    opposed_by: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        """Give rule id and binding."""
        return self.rule.id, self.binding

    @property
    def verdict(self) -> Truth:
        """Give the common truth; UNKNOWN where worlds differ."""
        return self.truths[0] if len(set(self.truths)) == 1 else UNKNOWN

    @property
    def is_listed(self) -> bool:
        """Say whether a decision lists this: what was never TRUE and is overridden has nothing to say."""
        if self.is_rest_of_list or self.status == "skipped":
            return False
        return self.status != "overridden" or TRUE in self.truths

    @property
    def is_withheld(self) -> bool:
        """Say whether a rule that could override this one cannot be decided: no date and no number is given then."""
        return self.status == "cannot_decide" and self.overridden_by is not None

    @property
    def withholders(self) -> Iterator[Finding]:
        """Give what has to be settled before this can be told: of one that is TRUE but withheld, what withholds it."""
        for withheld_by in self.withheld_by:
            yield from withheld_by.withholders if withheld_by.verdict is TRUE else (withheld_by,)

    @property
    def is_rest_of_list(self) -> bool:
        """Say whether this is about what an incomplete list leaves out: asked once per list, not listed."""
        return self.binding.endswith(f"/{REST}")

    @property
    def acts(self) -> bool:
        """Say whether the rule acts as TRUE: it applies, or is assumed to."""
        return self.verdict is TRUE or (self.verdict is UNKNOWN and self.assumed)

    @property
    def is_assumed(self) -> bool:
        """Say whether the advice stands by assumption only; what is withheld or overridden does not stand."""
        return self.assumed and self.status in {"applies", "contested"}

    def world_with(self, *preferred: Truth) -> int:
        """Give the number of the first world with the first of these truths that any world has, 0 if there is none."""
        return next((self.truths.index(truth) for truth in preferred if truth in self.truths), 0)


def findings_of(program: Program, verdicts: Verdicts) -> list[Finding]:
    """Give the findings of all rules that are not FALSE in every world, sorted by severity, rule and binding."""
    merged = _merged(program, verdicts)
    _apply_overrides(merged)
    _apply_hold_precedence(program, merged.values())
    _apply_urgency(merged.values())
    _apply_opposition(program, merged.values())
    return in_order(merged.values())


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings by severity, rule id and binding (language §8.10)."""
    return sorted(findings, key=lambda found: (found.rule.severity, *found.key))


def _merged(program: Program, verdicts: Verdicts) -> dict[tuple[str, str], Finding]:
    truths: dict[tuple[str, str], list[Truth]] = {}
    none = [FALSE] * len(program.worlds)
    for (step, binding, world), truth in verdicts.items():
        if step in program.rules:
            truths.setdefault((step, binding), none.copy())[world] = truth
    return {
        (step, binding): _finding(program, program.rules[step], binding, tuple(found))
        for (step, binding), found in truths.items()
    }


def _finding(program: Program, rule: Rule, binding: str, truths: tuple[Truth, ...]) -> Finding:
    finding = Finding(rule, binding, truths, status="applies")
    if TRUE in truths and FALSE in truths:
        finding.status = "contested"
    elif UNKNOWN in truths:
        finding.assumed = rule.on_unknown is OnUnknown.ASSUME_APPLIES
        finding.status = _STATUS_OF_UNKNOWN[rule.on_unknown]
    if finding.status == "applies" and _intervals_differ(program, rule):
        finding.status = "contested"
    return finding


_STATUS_OF_UNKNOWN: Mapping[OnUnknown, Status] = {
    OnUnknown.ASK: "cannot_decide",
    OnUnknown.ASSUME_APPLIES: "applies",
    OnUnknown.SKIP: "skipped",
}


def _intervals_differ(program: Program, rule: Rule) -> bool:
    if program.advice[rule.advice].hold is not HoldAdvice.DATED:
        return False
    return len({world.intervals.get(rule.id) for world in program.worlds}) > 1


def _apply_overrides(findings: Mapping[tuple[str, str], Finding]) -> None:
    """Mark what is overridden; withhold what could be.

    An overridden rule still overrides others: its verdict counts, not what became of its advice.
    """
    bindings: dict[str, list[str]] = defaultdict(list)
    for rule, binding in findings:
        bindings[rule].append(binding)
    for overrider in sorted(findings.values(), key=lambda found: (found.rule.id, found.binding)):
        for rule in overrider.rule.overrides:
            targets = bindings[rule] if overrider.binding == PATIENT else [overrider.binding]
            for binding in targets:
                if (rule, binding) in findings:
                    _override(overrider, findings[rule, binding])


def _override(overrider: Finding, target: Finding) -> None:
    if overrider.acts:
        if target.status != "overridden":
            target.status, target.overridden_by = "overridden", overrider.rule.id
    else:
        _withhold(overrider, target)


def _withhold(overrider: Finding, target: Finding) -> None:
    if target.status not in {"overridden", "skipped"}:
        target.status, target.overridden_by = "cannot_decide", target.overridden_by or overrider.rule.id
        target.withheld_by.append(overrider)


def _apply_hold_precedence(program: Program, findings: Iterable[Finding]) -> None:
    """Let `unidentified`, then `prescriber`, outrank every other hold of one medication (language §8.11)."""
    by_binding: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda found: found.rule.id):
        if finding.rule.kind == "hold":
            by_binding[finding.binding].append(finding)
    for group in by_binding.values():
        for outranking in (HoldAdvice.UNIDENTIFIED, HoldAdvice.PRESCRIBER):
            first = next((f for f in group if f.status == "applies" and _stands_for(program, f) is outranking), None)
            for other in group if first else ():
                if first and other.status != "overridden" and _stands_for(program, other) is not outranking:
                    other.status, other.overridden_by = "overridden", first.rule.id
        _withhold_dates(program, group)


def _withhold_dates(program: Program, group: Iterable[Finding]) -> None:
    """Withhold dated holds of a medication while it is open whether stopping it is ours to advise (language §8.11)."""
    not_decided = [found for found in group if found.status in {"cannot_decide", "contested"}]
    dated = [found for found in group if _stands_for(program, found) is HoldAdvice.DATED]
    for found in not_decided if dated else ():
        if _stands_for(program, found) in _NOT_OURS:
            for target in dated:
                _withhold(found, target)


_NOT_OURS = frozenset({HoldAdvice.UNIDENTIFIED, HoldAdvice.PRESCRIBER})
"""What says that stopping a medication is not ours to advise."""


def _stands_for(program: Program, finding: Finding) -> HoldAdvice | None:
    return program.advice[finding.rule.advice].hold


def _apply_urgency(findings: Iterable[Finding]) -> None:
    """Let the most urgent of the rules about one finding outrank the others (language §8.8)."""
    about: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.rule.finding is not None and finding.status == "applies":
            about[finding.rule.finding, finding.binding].append(finding)
    for group in about.values():
        first = min(group, key=lambda found: (found.rule.severity, found.rule.id))
        for other in group:
            if other.rule.severity > first.rule.severity:
                other.status, other.overridden_by = "overridden", first.rule.id


def _apply_opposition(program: Program, findings: Iterable[Finding]) -> None:
    """Mark as contested what advises opposite things on one binding (language §9.1)."""
    by_binding: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.status == "applies":
            by_binding[finding.binding].append(finding)
    for group in by_binding.values():
        for finding in group:
            opposes = program.advice[finding.rule.advice].opposes
            others = (other for other in group if other is not finding)
            finding.opposed_by = sorted({other.rule.id for other in others if other.rule.advice in opposes})
        for finding in group:
            if finding.opposed_by:
                finding.status = "contested"
