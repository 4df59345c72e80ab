"""Code bindings: what they stand for, and how sure that is (language §4.10)."""

from __future__ import annotations

import pytest
from builders import program_of, refusal_of

from cds.terminology.codes import Code, System
from cds.terminology.concepts import Product
from cds.terminology.match import recognise

CONFIRMED = 'confirmed: "looked up"'


def fact(type_: str, codes: str) -> str:
    """Write a ruleset with one fact and its codes."""
    return f"facts: {{a.fact: {{{type_}, codes: [{codes}]}}}}"


ENUM = "type: enum, values: [osteoporosis, trauma]"


@pytest.mark.parametrize(
    ("type_", "codes", "said"),
    [
        (
            ENUM,
            f'{{system: icd-10-cm, code: "M80", {CONFIRMED}}}',
            "a code of an `enum` needs `value`, what it stands for",
        ),
        (
            ENUM,
            f'{{system: icd-10-cm, code: "M80", value: osteoporos, {CONFIRMED}}}',
            "`osteoporos` is not a value of the fact; expected one of osteoporosis, trauma; did you mean",
        ),
        (
            "type: boolean",
            f'{{system: icd-10-cm, code: "M80", value: "true", {CONFIRMED}}}',
            "`value` does not go with a code of the type `boolean`",
        ),
        (
            "type: boolean",
            '{system: icd-10-cm, code: "M80"}',
            "a code says how it was `confirmed`, or with `unconfirmed` why",
        ),
        (
            "type: boolean",
            f'{{system: icd-10-cm, code: "M80", {CONFIRMED}, unconfirmed: "seen in a list"}}',
            "a code says how it was `confirmed`, or with `unconfirmed` why it is not",
        ),
    ],
)
def test_a_code_that_does_not_fit_its_fact_is_refused(type_: str, codes: str, said: str) -> None:
    """Of an enum it says which value; whatever it is of, it says whether it was confirmed."""
    assert said in refusal_of(fact(type_, codes))


def test_a_code_of_an_item_of_a_list_is_checked_too() -> None:
    """As one of the patient's facts."""
    items = f'items: {{kind: {{{ENUM}, codes: [{{system: icd-10-cm, code: "M80", {CONFIRMED}}}]}}}}'
    assert "needs `value`" in refusal_of(f"facts: {{levels: {{type: list, {items}}}}}")


def test_a_substance_is_what_its_code_stands_for() -> None:
    """So that a value has no place there."""
    code = f'{{system: rxnorm, code: "1191", value: aspirin, {CONFIRMED}}}'
    said = refusal_of(f"substances: {{aspirin: {{names: [aspirin], codes: [{code}]}}}}")
    assert "substances.aspirin.codes[0].value: `value` does not go with a code of a substance" in said


def test_an_unconfirmed_code_of_a_substance_is_a_guess_to_confirm() -> None:
    """Alone it identifies nothing; with a text that says the same, the text does."""
    concepts = program_of("""
    substances:
      aspirin: {names: [aspirin], codes: [{system: rxnorm, code: "1191", unconfirmed: "seen in a list"}]}
      warfarin: {names: [warfarin], codes: [{system: rxnorm, code: "11289", confirmed: "looked up"}]}
    """).concepts
    guessed = Code(System.RXNORM, "1191")
    assert concepts.products == (Product(("aspirin",), guessed, None, guess=True),)
    assert [substance.codes for substance in concepts.substances.values()] == [(), (Code(System.RXNORM, "11289"),)]
    [alone] = recognise(concepts, guessed, None)
    assert (alone.substance, alone.reason, alone.shown) == (None, "unidentified", ("aspirin",))
    [with_text] = recognise(concepts, guessed, "aspirin")
    assert (with_text.substance, with_text.reason) == ("aspirin", None)
