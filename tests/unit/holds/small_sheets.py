"""Sheets from a small ruleset: what a test is about is said of one patient, everything else is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builders import MEDICATIONS, decision_of, listed, patient, program_of

from cds.holds.sheet import sheet_of

START = "2026-12-15T08:00:00-05:00"
END = "2026-12-15T09:00:00-05:00"
RULES = """
facts:
  patient.unit: {type: text}
  history.valve: {type: boolean}
  patient.smoker: {type: boolean}
  procedure.status: {type: enum, values: [booked, postponed, cancelled, done], required: true}
  procedure.kind: {type: enum, values: [kyphoplasty, vertebroplasty]}
  procedure.urgency: {type: enum, values: [elective, urgent, emergency]}
  postop.procedure_end: {type: time}
  postop.bleeding: {type: boolean}
  medications:
    items:
      text: {type: text}
      status: {type: enum, values: [active, stopped, on_hold, completed, entered_in_error]}
      route: {type: enum, values: [oral, transdermal, subcutaneous]}
      as_needed: {type: boolean}
      started: {type: time, granularity: day}
      ended: {type: time, granularity: day}
      prescriber: {type: text}
substances:
  lisinopril: {names: [lisinopril]}
  heparin: {classes: [anticoagulant], names: [heparin]}
  phenprocoumon: {classes: [anticoagulant], names: [phenprocoumon]}
products:
  - {brand: Duo, substances: [ibuprofen, lisinopril], confirmed: "made up"}
groups:
  planned: {applies_when: {procedure.status: {in: [booked, postponed]}}}
  not_done: {applies_when: {procedure.status: {is_not: done}}}
  after: {applies_when: {procedure.status: {is: done}}}
parameters:
  nsaid_stop:
    positions: {handout: {value: {full_days: 7}, confirmed: primary}}
    resolve: {adopt: handout, because: x, by: y, decided: "2026-11-01"}
  heparin_stop:
    positions: {society: {value: {hours: 6}, confirmed: secondary}}
    resolve: {adopt: society, because: x, by: y, decided: "2026-11-01"}
  aspirin_stop:
    positions:
      handout: {value: {full_days: 7}, confirmed: primary}
      society: {value: {full_days: 5}, confirmed: secondary}
    resolve: {adopt: none, because: x, by: y, decided: "2026-11-01"}
  heparin_again:
    positions: {society: {value: {hours: {from: 6, to: 8}}, confirmed: secondary}}
    resolve: {adopt: society, because: x, by: y, decided: "2026-11-01"}
  next_day:
    positions: {society: {value: {full_days: 0}, confirmed: secondary}}
    resolve: {adopt: society, because: x, by: y, decided: "2026-11-01"}
  nsaid_again:
    positions: {handout: {value: {from: 1 d, to: 2 d, strict: to}, confirmed: primary}}
    resolve: {adopt: handout, because: x, by: y, decided: "2026-11-01"}
rules:
  hold.nsaid:
    {kind: hold, group: planned, for_each: m in medications, advise: hold, interval: $nsaid_stop, severity: high,
     when: {all: [{m.substance: {in: [ibuprofen, naproxen]}}, {m.status: {is_not: entered_in_error}}]}}
  hold.heparin:
    {kind: hold, group: planned, for_each: m in medications, advise: hold, interval: $heparin_stop, severity: high,
     when: {m.substance: {is: heparin}}}
  hold.aspirin:
    {kind: hold, group: planned, for_each: m in medications, advise: hold, interval: $aspirin_stop, severity: high,
     when: {m.substance: {is: aspirin}}}
  prescriber.valve:
    {kind: hold, group: planned, for_each: m in medications, advise: refer, severity: critical,
     when: {all: [{m.substance: {in: [warfarin, heparin]}}, {history.valve: {is: true}}]}}
  hold.unidentified:
    {kind: hold, group: planned, for_each: m in medications, judges: data_quality, advise: identify, severity: high,
     when: {m.substance: {known: false}}}
  check.smoker: {kind: preparation, when: {patient.smoker: {is: true}}}
  check.as-needed:
    {kind: preparation, group: planned, for_each: m in medications, when: {m.as_needed: {is: true}},
     on_unknown: {skip: "Asked for by nobody."}}
  restart.heparin:
    {kind: restart, group: after, for_each: m in medications, severity: moderate,
     dates: {again: {after: postop.procedure_end, by: $heparin_again}},
     when: {all: [{m.substance: {is: heparin}}, {postop.bleeding: {is: false}}]}}
  restart.phenprocoumon:
    {kind: restart, group: after, for_each: m in medications, severity: moderate,
     dates: {again: {after: postop.procedure_end, by: $next_day}},
     when: {m.substance: {is: phenprocoumon}}}
  restart.nsaid:
    {kind: restart, group: after, for_each: m in medications, severity: moderate,
     dates: {again: {after: postop.procedure_end, by: $nsaid_again}},
     when: {m.substance: {is: ibuprofen}}}
  restart.not-while-bleeding:
    {kind: restart, group: after, for_each: m in medications, severity: high, text: "Not while it bleeds.",
     when: {all: [{m.substance: {is: heparin}}, {postop.bleeding: {is: true}}]},
     on_unknown: {skip: "Asked for by another rule."}}
  restart.cancelled:
    {kind: restart, group: not_done, for_each: m in medications, severity: critical, text: "Held for nothing.",
     when:
       {all: [{procedure.status: {is: cancelled}}, {m.substance: {in_class: anticoagulant}},
              {m.status: {is: on_hold}}]}}
"""


def sheet(
    *items: Mapping[str, Any], complete: bool = True, as_of: str = "2026-11-21T09:00:00-05:00", **groups: Any
) -> Any:
    """Make the sheet of a patient with these medicines; the procedure is booked for `START` unless said otherwise."""
    program = program_of(MEDICATIONS, RULES)
    groups = {"procedure": {"start": START, **groups.pop("procedure", {})}, "history": {"valve": False}, **groups}
    facts = patient(program, as_of=as_of, medications=listed(*items, complete=complete), **groups)
    return sheet_of(decision_of(program, facts), facts, program)


def line(item: Mapping[str, Any], **known: Any) -> Any:
    """Give the one line of a patient with one medicine."""
    [found] = sheet(item, **known)["lines"]
    return found
