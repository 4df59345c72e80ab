"""`cds-holds/1`: the shapes of a hold sheet, of its lines, and of a worklist of sheets.

The types are mappings, since a worklist is a JSON document; times are written as in the decision (`cds-decision/1`).
"""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from cds.records.decision import Interval, OtherDate, OtherDeadline, Reading, RulesetIdentity, SourceCited

SCHEMA = "cds-holds/1"

MEDICATIONS = "medications"
"""The list of facts that holds are about."""
TIERS = ("interrupt", "act", "know")
"""How loudly a line is told: at once, on today's list, or for whoever looks."""
SEVERITIES = ("critical", "high", "moderate", "info")
"""How much harm a line or an alert is about, the worst first."""
RESTART_STATES = ("no_date", "ask", "from")
"""What is known of a restart: a rule speaks against a date or leaves it to someone, facts are missing, or a date."""
ALERTS = ("held_too_long", "inside_interval")


class Question(TypedDict):
    """A fact to ask for."""

    fact: str
    prompt: str


class Advice(TypedDict):
    """What a rule says about the medication, beside its hold."""

    rule: str
    kind: str
    status: str
    severity: str
    text: str


class Alert(TypedDict):
    """What must not be overlooked: `held_too_long`, or `inside_interval` of an urgent procedure."""

    code: str
    severity: str
    text: str


class Restart(TypedDict):
    """The restart after the procedure: `at` and `to` are the earliest one by the adopted source `by`."""

    state: str
    by: str | None
    at: str | None
    to: str | None
    others: list[OtherDate]
    advice: list[Advice]


class Change(TypedDict):
    """What is other than in an earlier worklist; `code` says of what: a key of `cds.holds.changes.WORDS`, `new`."""

    code: str
    before: str | None
    after: str | None
    text: str


class Acknowledged(TypedDict):
    """Who has taken note of a line as it is, when, and why nothing more is to be said."""

    by: str
    at: str
    reason: str


_LineClass = TypedDict("_LineClass", {"class": str | None})


class Line(_LineClass):
    """One medication of a patient, or one ingredient of it."""

    binding: str
    medication: str
    substance: str | None
    classes: list[str]
    is_antithrombotic: bool
    tier: str
    state: str | None
    """None where no procedure is planned: it was done, or cancelled."""
    reason: str | None
    rule: str | None
    severity: str
    why: str
    """The arithmetic of a dated state, the reason of any other."""
    text: str
    interval: Interval | None
    last_dose: str | None
    last_permitted_dose: str | None
    no_dose_from: str | None
    earliest_procedure: str | None
    other_deadlines: list[OtherDeadline]
    readings: list[Reading]
    record_status: str | None
    route: str | None
    frequency: str | None
    whom: list[str]
    ask: list[Question]
    notes: list[str]
    also: list[Advice]
    restart: Restart | None
    alerts: list[Alert]
    sources: list[SourceCited]
    changes: NotRequired[list[Change]]
    acknowledged: NotRequired[Acknowledged]


class Procedure(TypedDict):
    """The procedure that the holds are for."""

    status: str | None
    kind: str | None
    urgency: str | None
    start: str | None
    end: str | None


class Driver(TypedDict):
    """A medication that the earliest procedure hangs on, or that leaves it open."""

    binding: str
    medication: str
    state: str | None


class Sheet(TypedDict):
    """One patient's holds."""

    subject: str
    as_of: str
    zone: str
    unit: str | None
    ruleset: RulesetIdentity
    decision: str
    """The digest of the decision that the sheet is made from."""
    disposition: str
    procedure: Procedure
    list_is_complete: bool
    earliest_procedure: str | None
    driven_by: list[Driver]
    """What the earliest procedure hangs on; where it is None, what leaves it open."""
    earliest_text: str
    tier: str
    lines: list[Line]
    ask: list[Question]
    changes: NotRequired[list[Change]]
    """What changed of the procedure since an earlier worklist."""
    input: NotRequired[str]
    """Which input the patient was read from; in a worklist."""


class Failure(TypedDict):
    """A patient that could not be decided."""

    input: str
    problem: str


class Seen(TypedDict):
    """What a worklist remembers of a line; `told` says whether it was a reminder then."""

    subject: str
    binding: str
    medication: str
    state: str | None
    reason: str | None
    severity: str
    last_dose: str | None
    deadline: str | None
    restart: str | None
    alerts: list[str]
    ask: list[str]
    start: str | None
    status: str | None
    urgency: str | None
    told: bool


class Worklist(TypedDict):
    """Many patients' sheets, the most urgent first; `seen` is every line that was decided, also what is not shown.

    `gone` are lines of the earlier worklist that no patient has any more.
    """

    schema: str
    notice: list[str]
    """What has to be said with all of it: for whom it is, and how far the ruleset may be relied on."""
    filters: dict[str, str]
    counts: dict[str, int]
    patients: list[Sheet]
    failed: list[Failure]
    seen: list[Seen]
    gone: NotRequired[list[Seen]]
