"""What a printed sheet says, in words and in order; the templates for HTML and PDF only lay it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import Any, cast

from typing_extensions import TypedDict

from cds.facts.time_text import with_weekdays
from cds.holds.line_words import earliest_told, named
from cds.holds.marks import Mark, mark_of
from cds.holds.model import Line, Sheet
from cds.holds.printable import printable
from cds.records.decision import OtherDeadline
from cds.trace.hold_sentences import interval_text
from cds.trace.sentences import REVIEW_OVERDUE, STANDING

_DISPOSITION = {
    "emergency": "Emergency: emergency assessment now",
    "not_recommended": "Not recommended; the holds count only if the procedure goes ahead all the same",
    "defer": "Defer",
    "needs_information": "Needs information",
    "conservative_first": "Conservative treatment first",
    "proceed_with_conditions": "Proceed with conditions: no barrier found among the facts given, if every condition "
    "of the decision is met; the clinician decides",
    "proceed": "Proceed: no barrier found among the facts given; the clinician decides",
    "aftercare": "Aftercare",
}
_TO_DO = {
    "prescriber": "Do not stop it on this sheet; ask",
    "contested": "Sources or rules differ; ask",
    "undecidable": "Find out what is asked, then look again",
    "unidentified": "Find out what it is",
    "continue": "Do not stop it for the procedure",
    "no_rule": "No bleeding hold in this ruleset",
}
_HEEDED = frozenset({"critical", "high"})
_NOT_SAID_IN_FULL = frozenset({"condition_unknown", "withheld"})
"""Reasons whose arithmetic says too little: which rule is open stands in the text of the rule."""


class PrintedLine(TypedDict):
    """One medication as it is printed; `said` are paragraphs with a caption, `sources` the ids of what is cited."""

    number: int
    medication: str
    mark: Mark
    act: str
    date: str
    said: list[tuple[str, str]]
    sources: str


class PrintedSheet(TypedDict):
    """One patient's sheet as it is printed."""

    title: str
    subject: str
    unit: str
    running: str
    standing: str
    disposition: str
    facts: list[tuple[str, str]]
    earliest: str
    alerts: list[tuple[str, str]]
    lines: list[PrintedLine]
    remark: str
    ask: list[tuple[str, str]]
    sources: list[tuple[str, str]]
    identity: str
    dense: bool


def printed_sheet(sheet: Sheet) -> PrintedSheet:
    """Give the words of a sheet, safe to print."""
    ruleset, procedure = sheet["ruleset"], sheet["procedure"]
    lines = sheet["lines"]
    shared = _shared_questions(lines)
    procedure_words = " ".join(_plain(word) for word in (procedure["kind"] or "procedure", procedure["status"]) if word)
    start = with_weekdays(procedure["start"]) if procedure["start"] else "not dated"
    printed: PrintedSheet = {
        "title": f"Medication holds of {sheet['subject']}",
        "subject": sheet["subject"],
        "unit": sheet["unit"] or "",
        "running": f"{sheet['subject']} | {procedure_words}, {start} | as of {with_weekdays(sheet['as_of'])}",
        "standing": standing_of(sheet),
        "disposition": _DISPOSITION.get(sheet["disposition"], _plain(sheet["disposition"]).capitalize()),
        "facts": [*_facts(sheet, procedure_words, start)],
        "earliest": sheet["earliest_text"],
        "alerts": [*_alerts(lines)],
        "lines": [_line(number, line, shared) for number, line in enumerate(lines, 1)],
        "remark": _remark(sheet),
        "ask": [(letter, prompt) for prompt, letter in shared.items()],
        "sources": [*_sources(lines)],
        "identity": f"Ruleset {ruleset['id']} {ruleset['version']} ({_short_digest(ruleset['digest'])}), decision "
        f"{_short_digest(sheet['decision'])}. The clinician decides.",
        "dense": len(lines) > 6,  # noqa: PLR2004 - what fits on a page at the larger size
    }
    return cast("PrintedSheet", _made_printable(printed))


def standing_of(sheet: Sheet) -> str:
    """Say that no clinician has signed the content, or that its review is overdue; nothing where all is well."""
    said = [STANDING.get(sheet["ruleset"]["status"], "")]
    said += [REVIEW_OVERDUE] if sheet["ruleset"]["review_overdue"] else []
    return " ".join(part for part in said if part)


def _facts(sheet: Sheet, procedure: str, start: str) -> Iterator[tuple[str, str]]:
    urgency = sheet["procedure"]["urgency"]
    yield "Procedure", f"{procedure}, {_plain(urgency)}" if urgency else procedure
    yield "Start", f"{start} ({sheet['zone']})"
    if sheet["procedure"]["end"]:
        yield "End", with_weekdays(sheet["procedure"]["end"])
    yield "As of", with_weekdays(sheet["as_of"])


def _remark(sheet: Sheet) -> str:
    if not sheet["lines"]:
        return "No medication is on the list, which is said to be complete."
    if not sheet["list_is_complete"]:
        return "The list of medications is not known to be complete."
    return ""


def _alerts(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        for alert in line["alerts"]:
            yield f"{number}  {named(line)}", alert["text"]


def _line(number: int, line: Line, shared: Mapping[str, str]) -> PrintedLine:
    act, date = _to_do(line)
    return {
        "number": number,
        "medication": named(line),
        "mark": mark_of(line),
        "act": act,
        "date": date,
        "said": [*_said(line, shared)],
        "sources": ", ".join(dict.fromkeys(_cited(source) for source in line["sources"])),
    }


def _to_do(line: Line) -> tuple[str, str]:
    """Say what to do about a line, and by when."""
    deadline, restart = line["last_permitted_dose"], line["restart"]
    match line["state"]:
        case "overdue":
            earliest = with_weekdays(earliest_told(line)) or "no date in the calendar"
            return "Too late for the planned procedure; earliest by this hold", earliest
        case "due" | "planned" if deadline:
            named_so = "Last dose to take" if line["is_antithrombotic"] else "Last permitted dose"
            return named_so, with_weekdays(deadline)
        case "satisfied":
            return "Hold met; no dose until the procedure", ""
        case None if restart and restart["at"]:
            return "Earliest restart", with_weekdays(restart["at"])
        case None if restart:
            is_open = restart["state"] == "ask"
            return _TO_DO["undecidable"] if is_open else "Do not restart it on this sheet; see beside", ""
        case None:
            return "No hold in force", ""
        case state:
            return _TO_DO.get(state, _TO_DO["undecidable"]), ""


def _said(line: Line, shared: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for change in line.get("changes", []):
        yield "Changed", change["text"]
    acknowledged = line.get("acknowledged")
    if acknowledged:
        yield "Acknowledged", f"by {acknowledged['by']}, {with_weekdays(acknowledged['at'])}: {acknowledged['reason']}."
    is_open = line["reason"] in _NOT_SAID_IN_FULL
    yield "", line["text"] if is_open else line["why"]
    if line["restart"] is not None:
        yield from (("Restart", one["text"]) for one in line["restart"]["advice"] if one["text"] not in line["why"])
    if line["whom"]:
        yield "Whom", "; ".join(line["whom"])
    if line["ask"]:
        yield "Ask", " ".join(_question(question["prompt"], shared) for question in line["ask"])
    others = _others(line)
    if others:
        yield "Other positions", others
    for note in line["notes"]:
        yield "Note", note
    yield from (("Also", one["text"]) for one in line["also"] if one["severity"] in _HEEDED)
    rest = [one["rule"] for one in line["also"] if one["severity"] not in _HEEDED]
    if rest:
        yield "See also in the decision", ", ".join(rest)


def _shared_questions(lines: Sequence[Line]) -> dict[str, str]:
    """Give a letter to every question that several lines ask, so that it is written once."""
    asked = Counter(question["prompt"] for line in lines for question in line["ask"])
    several = [prompt for prompt, times in asked.items() if times > 1]
    return dict(zip(several, ascii_uppercase, strict=False))


def _question(prompt: str, shared: Mapping[str, str]) -> str:
    return f"({shared[prompt]})" if prompt in shared else prompt


def _others(line: Line) -> str:
    """Give the deadlines by other positions, where they differ, the earliest first."""
    grouped: dict[tuple[str, str], list[OtherDeadline]] = {}
    for other in line["other_deadlines"]:
        deadline = other["last_permitted_dose"]
        if deadline is not None and deadline != line["last_permitted_dose"]:
            grouped.setdefault((deadline, interval_text(other["interval"])), []).append(other)
    return "; ".join(
        f"{with_weekdays(deadline)}: {interval} by {', '.join(_position(other) for other in positions)}"
        for (deadline, interval), positions in sorted(grouped.items())
    )


def _position(other: OtherDeadline) -> str:
    return f"{other['source']} (unconfirmed)" if other["confirmed"] == "unconfirmed" else other["source"]


def _cited(source: Mapping[str, Any]) -> str:
    unconfirmed = " (unconfirmed)" if source["confirmed"] == "unconfirmed" else ""
    return f"{source['id']}{unconfirmed}"


def _sources(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """Give every source that is cited, with all places in it."""
    places: dict[str, dict[str, None]] = {}
    for line in lines:
        for source in line["sources"]:
            found = places.setdefault(source["id"], {})
            if source["locator"]:
                found[source["locator"]] = None
    for source_id in sorted(places):
        yield source_id, "; ".join(places[source_id])


def _short_digest(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def _plain(word: str) -> str:
    return word.replace("_", " ").replace("-", " ")


def _made_printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _made_printable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_made_printable(part) for part in value]
    return value
