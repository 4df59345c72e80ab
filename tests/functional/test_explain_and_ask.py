"""`cds explain` and `cds ask`: why, why not, what is missing, what would change it, what to ask."""

from __future__ import annotations

import json

from program import BUNDLE, NAPROXEN, PATIENTS, SPARSE, START, WHEN, cds, line, patient

STENT = PATIENTS / "needs-information-clopidogrel-recent-stent.json"
NSAID = "hold.nsaid-naproxen-meloxicam"


def test_why_names_every_leaf_with_its_value() -> None:
    """A rule that applies is explained by its leaves, each with the value it met."""
    ran = cds("explain", NAPROXEN, "--rule", NSAID)
    assert (ran.status, ran.err) == (0, "")
    assert "The condition is met." in ran.text
    assert "Yes: med.substance in [meloxicam, naproxen] (naproxen)." in ran.text


def test_why_not_names_the_failing_leaf_and_its_value() -> None:
    """A rule that does not apply is explained by the leaf that fails, and by what would make it apply."""
    ran = cds("explain", NAPROXEN, "--rule", "hold.warfarin")
    assert "The condition is not met." in ran.text
    assert "No: med.substance is warfarin (naproxen)." in ran.text
    assert "if it were so, the condition would be met" in ran.text


def test_what_is_missing_is_asked_in_words() -> None:
    """An undecided rule tells what is not said, and the question that would settle it."""
    explained = cds("explain", SPARSE, "--rule", "contra.osteomyelitis", "--json").document["explanations"]
    (world,) = explained[0]["worlds"]
    assert world["verdict"] == "unknown"
    assert [missing["fact"] for missing in world["missing"]] == ["conditions.osteomyelitis"]
    (change,) = [change for change in world["would_change"] if change["leaf"].startswith("conditions.osteomyelitis")]
    assert change["to"] == {"true": "true", "false": "false"}
    text = cds("explain", SPARSE, "--rule", "contra.osteomyelitis").text
    assert "What is missing" in text
    assert world["missing"][0]["prompt"] in text


def test_what_would_change_it_does_change_it() -> None:
    """Giving the answer that an explanation names gives the verdict that it promised."""
    answered = patient(SPARSE, conditions={"osteomyelitis": True})
    ran = cds("explain", "-", "--rule", "contra.osteomyelitis", "--json", given=line(answered))
    assert ran.document["explanations"][0]["worlds"][0]["verdict"] == "true"


def test_an_override_is_told_with_its_reason() -> None:
    """An overridden rule names the rule that overrides it and why."""
    ran = cds("explain", STENT, "--rule", "hold.clopidogrel")
    assert "Rule `prescriber.recent-stent` overrides it: Stopping an antiplatelet drug with a recent" in " ".join(
        ran.text.split()
    )


def test_one_binding_or_all() -> None:
    """Without --binding every item is explained, with it only that one."""
    path = PATIENTS / "conditions-several-nsaids.json"
    every = cds("explain", path, "--rule", "hold.nsaid", "--json").document["explanations"]
    items = json.loads(path.read_text(encoding="utf-8"))["medications"]["items"]
    assert [one["binding"] for one in every] == [f"medications/{item['id']}" for item in items]
    one = cds("explain", path, "--rule", "hold.nsaid", "--binding", every[1]["binding"], "--json")
    assert one.document["explanations"] == [every[1]]


def test_an_open_list_is_explained_too() -> None:
    """Over a list that is not known complete there is a binding for what it leaves out, and it is open."""
    ran = cds("explain", SPARSE, "--rule", "hold.warfarin", "--json")
    rest = ran.document["explanations"][-1]
    assert rest["binding"] == "medications/*"
    assert rest["worlds"][0]["verdict"] == "unknown"
    assert "is not known to be complete" in cds("explain", SPARSE, "--rule", "hold.warfarin").text


def test_an_empty_list_leaves_nothing_to_explain() -> None:
    """A rule on items of a complete and empty list is told to have nothing to look at."""
    none = line(patient(medications={"reconciled": True, "items": []}))
    ran = cds("explain", "-", "--rule", "hold.warfarin", given=none)
    assert ran.status == 0
    assert "there is nothing to explain" in " ".join(ran.text.split())


def test_ask_gives_the_questions_of_the_decision() -> None:
    """`cds ask` has the questions of the decision, in their order, in words and as JSON."""
    asked = cds("evaluate", SPARSE, "--json").document["ask"]
    document = cds("ask", SPARSE, "--json").document
    assert document["ask"] == asked
    assert document["schema"] == "cds-questions/1"
    text = cds("ask", SPARSE).text
    assert text.splitlines()[1].startswith(" 1. ")
    assert asked[0]["prompt"].split()[-1] in text


def test_ask_says_when_there_is_nothing_to_ask() -> None:
    """Where nothing is open, that is said."""
    ran = cds("ask", NAPROXEN)
    assert (ran.status, ran.text.splitlines()[1].startswith("Nothing to ask")) == (0, True)


def test_bundles_are_explained_and_asked_about_too() -> None:
    """Both commands read a Bundle, with what is said beside it."""
    assert cds("ask", BUNDLE, *WHEN, *START).status == 0
    assert cds("explain", BUNDLE, *WHEN, *START, "--rule", "contra.osteomyelitis").status == 0
