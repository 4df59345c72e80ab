"""The source attributes of a ruleset, and what it is and is not for (language §17).

The 13 attributes are those that 45 CFR 170.315(b)(11)(iv)(A) names. They are information for a reader: a file in this
form certifies nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cds.ruleset.companions import Companion, read_companions
from cds.ruleset.conditions import Closed
from cds.ruleset.model import Date, Name, Sentence

SCHEMA = "cds-attributes/1"
Sentences = Annotated[list[Sentence], Field(min_length=1)]


class Use(Closed):
    """Whether a kind of information about the patient is used, by which facts, and how."""

    used: bool
    facts: list[Name] = Field(default=[])
    how: Sentence

    @model_validator(mode="after")
    def _by_facts(self) -> Use:
        if self.used != bool(self.facts):
            msg = "what is `used` names its `facts`, and what is not used names none"
            raise ValueError(msg)
        return self


class Dates(Closed):
    """When the ruleset was released, if it was, and when it was last revised."""

    released: Date | None = None
    revised: Date | None = None
    note: Sentence | None = None


class SourceAttributes(Closed):
    """The 13 attributes, in the order of the regulation."""

    bibliographic_citation: Sentence
    developer: Sentence
    funding_source: Sentence
    release_and_revision_dates: Dates
    race: Use
    ethnicity: Use
    language: Use
    sexual_orientation: Use
    gender_identity: Use
    sex: Use
    date_of_birth: Use
    social_determinants_of_health: Use
    health_status_assessments: Use


class AttributesFile(Closed):
    """The companion `cds-attributes/1`."""

    schema_: Literal["cds-attributes/1"] = Field(alias="schema")
    attributes: SourceAttributes
    intended_use: Sentence
    intended_users: Sentences
    exclusions: Sentences
    known_limits: Sentences

    @property
    def uses(self) -> dict[str, Use]:
        """Give the attributes that say whether something about the patient is used."""
        return {name: value for name, value in self.attributes if isinstance(value, Use)}


def attributes_of(folder: Path) -> Companion[AttributesFile] | None:
    """Read the source attributes of a ruleset, None if it has none.

    Raises:
        RulesetError: the file is not as it should be, or there are two.
    """
    found = read_companions(folder, SCHEMA, AttributesFile)
    return found[0] if found else None
