"""The words of an explanation: why, why not, what is missing, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping

from cds.facts.model import Reason
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.trace.model import LeafTrace
from cds.trace.readable import readable

_VERDICT = {
    TRUE: "The condition is met.",
    FALSE: "The condition is not met.",
    UNKNOWN: "Whether the condition is met cannot be told from the facts given.",
}

_OUTCOME = {
    "applies": "So the rule applies.",
    "cannot_decide": "So the rule cannot be decided; it is neither met nor ruled out.",
    "contested": "So the advice is contested: all sides are shown, none is chosen.",
    "overridden": "The advice is overridden.",
    "does_not_apply": "So the rule does not apply.",
    "skipped": "So nothing is said: the rule is silent when it cannot be decided.",
}

_ASSUMED = "Because it cannot be ruled out, the rule acts as if it were met."

_LEAF = {TRUE: "Yes", FALSE: "No", UNKNOWN: "Open"}

_WOULD = {
    TRUE: "the condition would be met",
    FALSE: "the condition would not be met",
    UNKNOWN: "it could no longer be told",
}

_UNKNOWN_VALUE = {
    Reason.ABSENT: "not said",
    Reason.NULL: "given as empty",
    Reason.REFUSED: "the answer was refused",
    Reason.NOT_ASSESSED: "not assessed",
    Reason.CONTRADICTED: "reports contradict each other",
    Reason.UNIDENTIFIED: "could not be identified",
    Reason.NOT_CALCULATED: "could not be calculated",
}


def verdict_sentence(truth: Truth) -> str:
    """Say what the engines answered."""
    return _VERDICT[truth]


def outcome_sentences(status: str, *, assumed: bool, overridden_by: str | None, because: str | None) -> list[str]:
    """Say what became of the rule after overrides; `because` is the overriding rule's own reason, or its title."""
    said = [_ASSUMED] if assumed else []
    said.append(_OUTCOME[status])
    if overridden_by is not None:
        withheld = (
            "Rule {} could override it and cannot be decided" if status == "cannot_decide" else "Rule {} overrides it"
        )
        reason = f": {because.rstrip('.')}" if because else ""
        said.append(withheld.format(f"`{overridden_by}`") + f"{reason}.")
    return said


def leaf_sentence(leaf: LeafTrace) -> str:
    """Say whether one part of a condition is met, and the value that it met."""
    return f"{_LEAF[leaf.truth]}: {readable(leaf.leaf)} ({value_words(leaf.value)})."


def change_sentence(leaf: LeafTrace, changes: Mapping[Truth, Truth]) -> str:
    """Say what another answer to one part would do; `changes` are the verdicts of the whole by that answer."""
    said = [
        f"if {'it were so' if truth is TRUE else 'it were not so'}, {_WOULD[verdict]}"
        for truth, verdict in sorted(changes.items(), reverse=True)
    ]
    return f"{readable(leaf.leaf)} ({value_words(leaf.value)}): {'; '.join(said)}."


def sources_sentence(sources: Mapping[str, str]) -> str:
    """Say under which choice of sources something holds."""
    return "If " + " and ".join(f"{source} is followed on `{of}`" for of, source in sorted(sources.items())) + ":"


def rest_of_list_sentence(name: str) -> str:
    """Say why a rule on the items of an open list stays open."""
    return f"The list `{name}` is not known to be complete: what it leaves out could concern this rule."


def value_words(value: str) -> str:
    """Give a value as people say it: an unknown one in words, a date with its weekday, a temperature in both units."""
    reason, colon, shown = value.partition(": ")
    if reason not in set(Reason):
        return ", ".join(_single(part) for part in value.split(", "))
    return _UNKNOWN_VALUE[Reason(reason)] + (f"{colon}{readable(shown)}" if colon else "")


def _single(value: str) -> str:
    return _UNKNOWN_VALUE[Reason(value)] if value in set(Reason) else readable(value)
