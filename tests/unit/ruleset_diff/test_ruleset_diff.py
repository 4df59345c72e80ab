"""What changed from one ruleset to another, by what it means and in words."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from builders import loaded_from, overlaid_from

from cds.ruleset.loader import load_ruleset
from cds.terminology.product_table import ProductTable, table_bytes
from cds.verification.ruleset_diff.compare import Part, RulesetDiff, compare
from cds.verification.ruleset_diff.elements import TITLES

RULES = """
facts:
  pain: {type: boolean}
  labs.inr: {type: number, codes: [{system: loinc, code: 6301-6, confirmed: "looked up"}]}
  procedure.start: {type: time}
  procedure.status: {type: enum, values: [booked, done], required: true}
  medications: {type: list, items: {substance: {type: concept}}}
substances:
  ibuprofen: {classes: [nsaid], names: [ibuprofen]}
classes: {nsaid: {title: NSAID}}
products:
  - {brand: Combo, substances: [ibuprofen], confirmed: "read on the label"}
common:
  - {confirmed: "a list", substances: ["calcium, lime"]}
parameters:
  days:
    title: Days without
    positions:
      handout: {value: {full_days: 5}, confirmed: primary}
      society: {value: {full_days: 7}, confirmed: secondary, locator: "Table 2"}
    resolve: {adopt: handout, because: "a reason", by: "the author", decided: "2026-11-01"}
  highest: {unset: "each site has its own"}
groups:
  before: {title: Before, applies_when: {procedure.status: {is: booked}}}
derive:
  hurts: {when: {pain: {is: true}}, sources: [handout]}
rules:
  pain: {when: {hurts: {is: true}}, group: before}
  inr: {when: {all: [{labs.inr: {more_than: "1.5"}}, {pain: {is: true}}]}, severity: high}
  hold.ibuprofen:
    kind: hold
    for_each: med in medications
    when: {med.substance: {is: ibuprofen}}
    advise: hold
    interval: $days
"""
ADOPTION = 'because: "longer is safer", by: "the site", decided: "2026-11-20"'


def diff(*changes: str, before: str = RULES) -> RulesetDiff:
    """Compare the small ruleset with itself after some changes."""
    return compare(loaded_from(before), loaded_from(RULES, *changes))


def told(compared: RulesetDiff) -> dict[tuple[str, str, str], dict[str, tuple[list[str], list[str]]]]:
    """Give the changes by section, name and what happened, each with its parts before and after."""
    return {
        (change["section"], change["name"], change["what"]): {
            part["part"]: (part["before"], part["after"]) for part in change["parts"]
        }
        for change in compared.document()["changes"]
    }


def test_a_ruleset_does_not_differ_from_itself() -> None:
    """Nothing is told, and the digests are the same."""
    document = diff().document()
    assert (document["changes"], document["same_answers"]) == ([], True)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "rules: {inr: {severity: critical}}",
            {("rules", "inr", "changed"): {"severity": (["high"], ["critical"])}},
        ),
        (
            "rules: {inr: {when: {all: [{labs.inr: {more_than: '1.8'}}, {pain: {is: true}}]}}}",
            {
                ("rules", "inr", "changed"): {
                    "condition": (
                        ["all of:", "  `labs.inr` more than 1.5", "  `pain` is true"],
                        ["all of:", "  `labs.inr` more than 1.8", "  `pain` is true"],
                    )
                }
            },
        ),
        (
            "rules: {pain: {text: Rest., on_unknown: {skip: not needed}, sources: [{id: society, locator: p. 3}]}}",
            {
                ("rules", "pain", "changed"): {
                    "text": ([], ["Rest."]),
                    "when unknown": (["ask"], ["nothing is said: not needed"]),
                    "sources": (["`handout`"], ["`society`, p. 3"]),
                }
            },
        ),
        (
            "parameters: {days: {resolve: {adopt: society}}}",
            {
                ("parameters", "days", "changed"): {
                    "adoption": (
                        ["`handout` adopted: 5 full days", "a reason (the author, 2026-11-01)"],
                        ["`society` adopted: 7 full days", "a reason (the author, 2026-11-01)"],
                    )
                }
            },
        ),
        (
            "parameters: {days: {resolve: {adopt: none}, positions: {society: {value: {hours: 72}}}}}",
            {
                ("parameters", "days", "changed"): {
                    "position of `society`": (
                        ["7 full days", "secondary", "Table 2"],
                        ["72 hours", "secondary", "Table 2"],
                    ),
                    "adoption": (
                        ["`handout` adopted: 5 full days", "a reason (the author, 2026-11-01)"],
                        ["none adopted: the question is open", "a reason (the author, 2026-11-01)"],
                    ),
                }
            },
        ),
        (
            "substances: {ibuprofen: {classes: [nsaid, painkiller]}}\nclasses: {painkiller: {title: Painkiller}}",
            {
                ("substances", "ibuprofen", "changed"): {"classes": (["nsaid"], ["nsaid", "painkiller"])},
                ("classes", "painkiller", "added"): {"title": ([], ["Painkiller"])},
            },
        ),
        (
            "facts: {labs.inr: {maximum: 9.50}}",
            {("facts", "labs.inr", "changed"): {"maximum": ([], ["9.5"])}},
        ),
        (
            "facts: {medications: {items: {status: {type: enum, values: [active]}}}}",
            {
                ("facts", "medications[].status", "added"): {
                    "type": ([], ["enum"]),
                    "ask": ([], ["What is status?"]),
                    "values": ([], ["active"]),
                }
            },
        ),
        (
            "advice: {refer: {opposes: [hold]}}",
            {("advice", "refer", "changed"): {"opposes": ([], ["hold"])}},
        ),
        (
            "groups: {before: {applies_when: {procedure.status: {is: done}}}}",
            {
                ("groups", "before", "changed"): {
                    "condition": (["`procedure.status` is booked"], ["`procedure.status` is done"])
                }
            },
        ),
        (
            "derive: {hurts: {when: {pain: {is_not: true}}}}",
            {("derive", "hurts", "changed"): {"condition": (["`pain` is true"], ["`pain` is not true"])}},
        ),
        (
            "settings: {reminder_window: 48 h}",
            {("ruleset", "identity", "changed"): {"settings reminder window": ([], ["48 h"])}},
        ),
        (
            "common: [{confirmed: a list, substances: ['calcium, lime', water]}]",
            {("common", "water", "added"): {"names": ([], ["water"]), "confirmed": ([], ["a list"])}},
        ),
        (
            "products: [{brand: Combo, substances: [ibuprofen], unconfirmed: nobody looked}]",
            {
                ("products", "Combo", "changed"): {
                    "unconfirmed": ([], ["nobody looked"]),
                    "confirmed": (["read on the label"], []),
                }
            },
        ),
        (
            "sources: {handout: {date: '2020'}}",
            {("sources", "handout", "changed"): {"date": ([], ["2020"])}},
        ),
        (
            "lifecycle: {review_by: '2027-01-01'}",
            {("lifecycle", "lifecycle", "changed"): {"review by": ([], ["2027-01-01"])}},
        ),
    ],
)
def test_each_change_is_told_in_words(change: str, expected: Any) -> None:
    """The element and its part are named, with what was said and what is said now, and nothing else is told."""
    compared = diff(change)
    assert told(compared) == expected
    assert (compared.before.digest == compared.after.digest) == ("lifecycle" in change)


def test_rows_of_the_disposition_table_have_names_and_an_order() -> None:
    """A row that changes is told by its code, and a new order is told as such."""
    rows = [
        "{code: defer, text: Wait., when: {pain: {is: true}}}",
        "{code: defer, text: Wait., cannot_decide: {at_least: high}}",
        '{code: proceed, text: "No barrier found."}',
    ]
    one = loaded_from(RULES, f"dispositions: [{', '.join(rows)}]")
    assert told(compare(loaded_from(RULES), one)) == {
        ("dispositions", "defer", "added"): {
            "code": ([], ["defer"]),
            "text": ([], ["Wait."]),
            "condition": ([], ["`pain` is true"]),
        },
        ("dispositions", "defer (2)", "added"): {
            "code": ([], ["defer"]),
            "text": ([], ["Wait."]),
            "cannot decide": ([], ["at_least high"]),
        },
        ("dispositions", "order", "changed"): {"rows": (["proceed"], ["defer", "defer (2)", "proceed"])},
    }


def test_a_rule_that_is_new_is_told_whole_and_a_removed_one_too() -> None:
    """An added rule has all its parts, so that it can be reviewed as it stands."""
    more = "rules: {new.rule: {when: {pain: {is: false}}, text: Fine., overrides: [pain]}}"
    whole = {
        "kind": ["indication"],
        "title": ["Title of new.rule"],
        "condition": ["`pain` is false"],
        "advice": ["note"],
        "severity": ["info"],
        "text": ["Fine."],
        "when unknown": ["ask"],
        "overrides": ["pain"],
        "because": ["it matters more"],
        "sources": ["`handout`"],
    }
    compared = diff(more)
    assert told(compared) == {("rules", "new.rule", "added"): {name: ([], lines) for name, lines in whole.items()}}
    back = compare(compared.after, compared.before)
    assert told(back) == {("rules", "new.rule", "removed"): {name: (lines, []) for name, lines in whole.items()}}


def test_rules_with_positions_are_told_by_source() -> None:
    """Each source's condition is a part of its own, beside what is adopted."""
    open_question = """
    rules:
      pain:
        when: null
        positions:
          handout: {when: {pain: {is: true}}, confirmed: primary}
          society: {when: {pain: {is: false}}, confirmed: secondary, note: "The other way round"}
        resolve: {adopt: handout, because: "a reason", by: "the author", decided: "2026-11-01"}
    """
    ((_, parts),) = told(diff(open_question)).items()
    assert parts["condition by `society`"] == ([], ["`pain` is false", "secondary", "The other way round"])
    assert parts["adoption"] == ([], ["`handout` adopted", "a reason (the author, 2026-11-01)"])
    assert parts["condition"] == (["`hurts` is true"], [])


def test_dates_that_advice_tells_are_told() -> None:
    """The dates of an advice are a part, in words."""
    dates = "rules: {pain: {text: 'On {day}.', dates: {day: {before: procedure.start, by: 2 d}}}}"
    assert told(diff(dates))["rules", "pain", "changed"]["dates"] == ([], ["`day` is 2 d before `procedure.start`"])


def test_what_a_parameter_concerns_is_named() -> None:
    """With a changed parameter, advice or phase of care stand the rules that it is in."""
    concerned = {
        (change.section, change.name): change.rules
        for change in diff(
            "parameters: {days: {title: Other}}",
            "advice: {hold: {title: Stop}}",
            "groups: {before: {title: Earlier}}",
        ).changes
    }
    assert concerned == {
        ("parameters", "days"): ("hold.ibuprofen",),
        ("advice", "hold"): ("hold.ibuprofen",),
        ("groups", "before"): ("pain",),
    }


def test_an_overlay_is_told_by_its_effects() -> None:
    """What a site adopts and sets is told once, where it changes something; what it switches off with its reason."""
    overlay = f"""
adopt: {{days: {{adopt: society, {ADOPTION}}}}}
set: {{highest: {{value: 1.5, {ADOPTION}}}}}
switch_off: [{{rule: inr, {ADOPTION}}}]
"""
    merged = overlaid_from(overlay, RULES)
    found = told(compare(loaded_from(RULES), merged))
    assert [(section, name, what) for section, name, what in found if section != "ruleset"] == [
        ("rules", "inr", "removed"),
        ("switch_off", "inr", "added"),
        ("parameters", "days", "changed"),
        ("parameters", "highest", "changed"),
        ("sources", "site", "added"),
    ]
    assert found["switch_off", "inr", "added"]["because"] == ([], ["longer is safer"])
    assert found["parameters", "highest", "changed"]["for the site to set"] == (["each site has its own"], [])
    assert found["ruleset", "identity", "changed"]["extends id"] == ([], ["small"])


def test_an_adoption_without_an_effect_is_told_all_the_same() -> None:
    """A site that adopts what is adopted changes the digest, so there is a change to tell."""
    resolve = '{adopt: handout, because: "a reason", by: "the author", decided: "2026-11-01"}'
    merged = overlaid_from(f"adopt: {{days: {resolve}}}", RULES)
    assert ("adopt", "days", "added") in told(compare(loaded_from(RULES), merged))


def test_a_table_of_products_is_told_by_its_digest(tmp_path: Path) -> None:
    """Another table under the same name is another digest."""
    loaded = []
    for release in ("one", "two"):
        content = table_bytes(ProductTable(release, {}, {}))
        digest = f"sha256:{sha256(content).hexdigest()}"
        folder = tmp_path / release
        folder.mkdir()
        document = {
            "schema": "cds-ruleset/1",
            "id": "tables",
            "version": "1.0.0",
            "title": "With a table",
            "lifecycle": {"status": "draft"},
            "terminology": [{"file": "products.json", "digest": digest}],
        }
        (folder / "ruleset.yaml").write_text(json.dumps(document), encoding="utf-8")
        (folder / "products.json").write_bytes(content)
        loaded.append(load_ruleset(folder))
    first, second = (each.document.terminology[0].digest for each in loaded)
    expected = {("terminology", "products.json", "changed"): {"digest": ([first], [second])}}
    assert told(compare(*loaded)) == expected


def test_layout_order_and_statements_do_not_count() -> None:
    """What changes no answer is no difference: order, and the numbers of statements."""
    other = "rules: {pain: {sources: [{id: handout, statements: [S0-01]}]}}"
    compared = diff(other)
    assert compared.changes == ()
    rules = loaded_from(RULES).document
    turned = rules.model_copy(update={"rules": rules.rules[::-1], "facts": dict(reversed(rules.facts.items()))})
    one = loaded_from(RULES)
    assert compare(one, type(one)(turned, one.digest, one.places)).changes == ()


def test_lines_that_stay_are_kept_beside_those_that_change() -> None:
    """A long condition is shown with its lines in order, each as it stays, goes or comes."""
    part = Part("condition", ("all of:", "  a", "  b"), ("all of:", "  a", "  c", "  d"))
    assert list(part.line_changes()) == [
        (" ", "all of:"),
        (" ", "  a"),
        ("-", "  b"),
        ("+", "  c"),
        ("+", "  d"),
    ]


def test_every_section_of_a_ruleset_is_compared() -> None:
    """A section that the language gains is compared, or this fails."""
    sections = set(loaded_from(RULES).document.model_dump(by_alias=True)) - {"schema", "settings", "extends"}
    assert sections - {"id", "version", "title"} == set(TITLES) - {"ruleset"}
