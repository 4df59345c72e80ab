"""The fact dictionary and the substances that facts are parsed with (language §4, §5)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from builders import program_of, refusal_of

from cds.facts.dictionary import Declaration, FactCode, FactType
from cds.terminology.codes import Code, System
from cds.terminology.concepts import Product


def test_as_of_is_a_fact_of_every_ruleset() -> None:
    """A time that nobody has to declare (§4.5)."""
    assert program_of("{}").dictionary["as_of"].type is FactType.TIME


def test_a_measured_fact_has_a_time_of_its_own() -> None:
    """Among the patient's facts, and among those of an item (§4.2)."""
    facts = """
    facts:
      labs.inr: {type: number, taken: true, ask: "What is the INR?"}
      levels: {type: list, items: {height: {type: quantity, unit: mm, taken: true, ask: "How high is it?"}}}
    """
    dictionary = program_of(facts).dictionary
    asked = "When was this measured: What is the INR?"
    assert dictionary["labs.inr.taken"] == Declaration("labs.inr.taken", FactType.TIME, ask=asked, not_after_as_of=True)
    assert set(dictionary["levels"].items) == {"height", "height.taken"}


def test_a_declaration_keeps_everything_that_reading_needs() -> None:
    """Figures are exact, values and codes sorted."""
    facts = """
    facts:
      labs.creatinine:
        type: quantity
        unit: mg/dL
        minimum: "0"
        maximum: "50.5"
        molar_mass: "113.12"
        ask: "What is the creatinine?"
        codes:
          - {system: loinc, code: 2160-0, confirmed: "looked up"}
          - {system: loinc, code: 14682-9, confirmed: "looked up"}
      sex: {type: enum, values: [male, female], required: true}
      onset: {type: time, granularity: day, not_after: as_of}
    """
    dictionary = program_of(facts).dictionary
    creatinine = dictionary["labs.creatinine"]
    assert (creatinine.minimum, creatinine.maximum) == (Fraction(0), Fraction(101, 2))
    assert creatinine.molar_mass_g_per_mol == Fraction("113.12")
    assert creatinine.codes == (FactCode(Code(System.LOINC, "14682-9")), FactCode(Code(System.LOINC, "2160-0")))
    assert dictionary["sex"].values == ("female", "male")
    assert dictionary["sex"].required
    assert dictionary["onset"].by_day
    assert dictionary["onset"].not_after_as_of


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("{type: boolean, values: [a]}", "`values` does not go with the type `boolean`"),
        ("{type: number, unit: mg}", "`unit` does not go with the type `number`"),
        ("{type: boolean, minimum: 0}", "`minimum` does not go with the type `boolean`"),
        ("{type: time, maximum: 1}", "`maximum` does not go with the type `time`"),
        ("{type: number, molar_mass: 1}", "`molar_mass` does not go with the type `number`"),
        ("{type: boolean, taken: true}", "`taken` does not go with the type `boolean`"),
        ("{type: number, required: true}", "`required` does not go with the type `number`"),
        ("{type: number, items: {a: {type: number}}}", "`items` does not go with the type `number`"),
        ("{type: number, not_after: as_of}", "`not_after` does not go with the type `number`"),
        ("{type: number, granularity: day}", "`granularity` does not go with the type `number`"),
        ("{type: enum}", "a fact of type `enum` needs `values`"),
        ("{type: quantity}", "a fact of type `quantity` needs `unit`"),
        ("{type: list}", "a fact of type `list` needs `items`"),
        ("{type: quantity, unit: furlong}", "`furlong` is not a UCUM unit; expected a UCUM code"),
        ('{type: number, minimum: "few"}', "`few` is not a number"),
        ("{type: enum, values: [present, absent]}", "`absent` says that a fact is unknown"),
        ("{type: list, items: {inner: {type: list, items: {a: {type: boolean}}}}}", "a list cannot hold lists"),
        ("{type: list, items: {id: {type: text}}}", "the name `id` is taken"),
        ("{type: list, items: {a: {type: boolean}, a.b: {type: boolean}}}", "`a.b` lies below `a`, which is a fact"),
    ],
)
def test_a_fact_that_does_not_fit_its_type_is_refused(fact: str, said: str) -> None:
    """The message says what does not go with what."""
    assert said in refusal_of(f"facts: {{some.fact: {fact}}}")


def test_every_fact_but_codes_and_texts_has_its_question() -> None:
    """What cannot be asked cannot be settled."""
    assert "a fact needs `ask`" in refusal_of("facts: {a: {type: boolean, ask: null}}")
    assert "a.code" in program_of("facts: {a.code: {type: code}, a.text: {type: text}}").dictionary


def test_reserved_names_are_refused() -> None:
    """What every facts document has is no fact."""
    assert "the name `subject` is taken" in refusal_of("facts: {subject.age: {type: boolean}}")


class TestConcepts:
    """Substances, products and classes."""

    def test_products_and_substances_are_sorted(self) -> None:
        """Their order in the files means nothing."""
        program = program_of("""
        classes: {nsaid: {title: NSAID}}
        substances:
          dipyridamole: {names: [dipyridamole]}
          aspirin: {classes: [nsaid], names: [aspirin, acetylsalicylic acid], brands: [Bayer, Ascriptin],
                    codes: [{system: rxnorm, code: "1191", confirmed: "looked up"}]}
        products:
          - {system: rxnorm, code: "226716", substances: [dipyridamole, aspirin], confirmed: "looked up"}
          - {brand: Aggrenox, substances: [aspirin, dipyridamole], guess: true, confirmed: "read"}
        """)
        concepts = program.concepts
        both = ("aspirin", "dipyridamole")
        coded = Product(both, Code(System.RXNORM, "226716"), None, guess=False)
        assert concepts.products == (coded, Product(both, None, "Aggrenox", guess=True))
        assert list(concepts.substances) == ["aspirin", "dipyridamole"]
        assert concepts.substances["aspirin"].names == ("aspirin", "acetylsalicylic acid")
        assert concepts.members("nsaid") == {"aspirin"}

    def test_what_they_name_is_there(self) -> None:
        """Classes and substances are checked, the nearest is suggested."""
        substance = "substances: {aspirin: {names: [aspirin], classes: [nsiad]}}\nclasses: {nsaid: {title: NSAID}}"
        assert "there is no class `nsiad`; did you mean `nsaid`?" in refusal_of(substance)
        product = "substances: {aspirin: {names: [a]}}\nproducts: [{brand: B, substances: [asprin], confirmed: read}]"
        assert "there is no substance `asprin`; did you mean `aspirin`?" in refusal_of(product)


class TestDerivedNames:
    """A derived fact has a name that is free (§8.7)."""

    @pytest.mark.parametrize(
        ("derivation", "said"),
        [
            ("a.b: {when: {a.b: {is: true}}}", "the fact `a.b` is in the dictionary already"),
            (
                "used: {for_each: m in meds, when: {m.used: {is: true}}}",
                "a fact derived per item begins with its variable; expected `m.<name>`",
            ),
            (
                "m.used: {for_each: m in meds, when: {m.used: {is: true}}}",
                "the fact `m.used` is in the dictionary already",
            ),
            ("m.old: {for_each: m in med, when: {m.used: {is: true}}}", "did you mean `meds`?"),
        ],
    )
    def test_other_names_are_refused(self, derivation: str, said: str) -> None:
        """Two meanings of one name would be a riddle."""
        facts = "facts: {a.b: {type: boolean}, meds: {type: list, items: {used: {type: boolean}}}}"
        assert said in refusal_of(facts, f"derive: {{{derivation}}}")
