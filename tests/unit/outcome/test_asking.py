"""What is asked: by worst severity, then number of rules, then name (contract: ask)."""

from __future__ import annotations

from typing import Any

from builders import MEDICATIONS, decision_of, listed, patient, program_of

FACTS = """
facts:
  a.one: {type: boolean}
  a.two: {type: boolean}
  a.three: {type: boolean}
  a.four: {type: boolean}
  labs.inr: {type: number, ask: "What is the INR?"}
"""


def asked(*fragments: str, **known: Any) -> list[tuple[str, str, list[str]]]:
    """Give what is asked about a patient: fact, why it is open, and the rules that it would settle."""
    program = program_of(*fragments)
    decision = decision_of(program, patient(program, **known))
    return [(each["fact"], each["reason"], each["would_settle"]) for each in decision["ask"]]


def names(*fragments: str, **known: Any) -> list[str]:
    """Give the facts that are asked."""
    return [fact for fact, _, _ in asked(*fragments, **known)]


def test_the_most_urgent_comes_first() -> None:
    """A fact is asked once, as urgently as the worst rule that needs it."""
    rules = """rules:
      low: {severity: info, when: {any: [{a.four: {is: true}}, {a.one: {is: true}}]}}
      high: {severity: high, when: {any: [{a.one: {is: true}}, {a.three: {is: true}}, {a.two: {is: true}}]}}
      high-too: {severity: high, when: {a.three: {is: true}}}
    """
    assert asked(FACTS, rules) == [
        ("a.one", "absent", ["high", "low"]),
        ("a.three", "absent", ["high", "high-too"]),
        ("a.two", "absent", ["high"]),
        ("a.four", "absent", ["low"]),
    ]


def test_only_what_matters_is_asked() -> None:
    """What is settled, skipped, or FALSE whatever the answer is not."""
    rules = """rules:
      settled: {when: {any: [{a.one: {is: true}}, {a.two: {is: true}}]}}
      ruled-out: {when: {all: [{a.one: {is: false}}, {a.three: {is: true}}]}}
      silent: {on_unknown: {skip: it is asked elsewhere}, when: {a.four: {is: true}}}
    """
    assert names(FACTS, rules, a={"one": True}) == []


def test_what_is_assumed_is_asked_all_the_same() -> None:
    """The assumption stands until somebody answers."""
    assert names(FACTS, "rules: {rule: {on_unknown: assume_applies, when: {a.one: {is: true}}}}") == ["a.one"]


def test_why_it_is_open_is_told() -> None:
    """Missing, or not precise enough to tell."""
    rule = "rules: {rule: {when: {labs.inr: {at_least: 2}}}}"
    assert asked(FACTS, rule, labs={"inr": {"unknown": "refused"}})[0][1] == "refused"
    assert asked(FACTS, rule, labs={"inr": {"from": "1", "to": "3"}})[0][1] == "not_precise_enough"


def test_every_world_that_is_open_is_asked_about() -> None:
    """Each source's condition may turn on another fact."""
    rule = """rules:
      rule:
        positions:
          handout: {when: {a.one: {is: true}}, confirmed: primary}
          society: {when: {a.two: {is: true}}, confirmed: primary}
        resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
    """
    assert names(FACTS, rule) == ["a.one", "a.two"]
    assert names(FACTS, rule, a={"one": True}) == ["a.two"]


def test_every_rule_that_could_override_is_asked_about() -> None:
    """Settling one of them would leave the next."""
    rules = """rules:
      under: {when: {a.one: {is: true}}}
      over: {when: {a.two: {is: true}}, overrides: [under]}
      over-too: {on_unknown: {skip: silent}, when: {a.three: {is: true}}, overrides: [under]}
    """
    assert asked(FACTS, rules, a={"one": True}) == [
        ("a.two", "absent", ["over", "under"]),
        ("a.three", "absent", ["under"]),
    ]


def test_an_open_list_is_asked_about_once() -> None:
    """For all rules that what it leaves out could concern, by the worst of them."""
    rules = """rules:
      one: {for_each: m in medications, severity: high, when: {m.substance: {in_class: nsaid}}}
      two: {for_each: m in medications, when: {m.status: {is: active}}}
      silent: {for_each: m in medications, on_unknown: {skip: silent}, when: {m.status: {is: active}}}
      patient: {severity: moderate, when: {procedure.start: {at_least: "1 d", after: as_of}}}
    """
    assert asked(MEDICATIONS, rules, medications=listed(complete=False)) == [
        ("medications", "not_precise_enough", ["one", "two"]),
        ("procedure.start", "absent", ["patient"]),
    ]
    assert asked(MEDICATIONS, rules)[0] == ("medications", "absent", ["one", "two"])


def test_a_medication_that_cannot_be_identified_is_asked_for_what_it_is() -> None:
    """Though the rule that says so is decided."""
    rule = """rules:
      find-out: {kind: hold, for_each: m in medications, advise: identify, judges: data_quality,
                 when: {m.substance: {known: false}}}
    """
    found = asked(MEDICATIONS, rule, medications=listed({"text": "the white ones"}))
    assert found == [("medications/m1.substance", "unidentified", ["find-out"])]


def test_a_fact_that_the_dictionary_does_not_have_is_not_asked() -> None:
    """A ruleset without `procedure.start` cannot ask for it."""
    rules = """
    facts: {drugs: {type: list, items: {used: {type: boolean}}}}
    parameters:
      washout:
        positions: {handout: {value: {full_days: 7}, confirmed: primary}}
        resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
    rules:
      stop: {kind: hold, for_each: d in drugs, advise: hold, interval: $washout, when: {d.used: {is: true}}}
    """
    assert names(rules, drugs=listed({"used": True})) == []


def test_what_a_site_has_not_configured_is_asked_of_it() -> None:
    """By the name of the parameter, with the reason why there is no default."""
    program = program_of(
        FACTS,
        'parameters: {limit: {unset: "Each site has its own limit."}}',
        "rules: {rule: {when: {labs.inr: {at_least: $limit}}}}",
    )
    [found] = decision_of(program, patient(program, labs={"inr": "2"}))["ask"]
    assert (found["fact"], found["prompt"]) == ("$limit", "Each site has its own limit.")
