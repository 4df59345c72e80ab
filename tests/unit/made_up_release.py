"""A made-up release of RxNorm in the real column layout: own names and codes, a few lines a test."""

from __future__ import annotations

from pathlib import Path

CONCEPTS = """
101 IN warfarin
102 IN naproxen
103 IN esomeprazole
104 IN aspirin
105 IN codeine
106 IN zorblaxin
112 PIN naproxen sodium
120 MIN aspirin / codeine
131 SCDC warfarin sodium 5 MG
132 SCDC naproxen 500 MG
133 SCDC esomeprazole 20 MG
134 SCDC aspirin 325 MG
135 SCDC codeine 30 MG
136 SCDC zorblaxin 1 MG
141 SCD warfarin sodium 5 MG Oral Tablet
142 SCD naproxen 500 MG / esomeprazole 20 MG Oral Tablet
143 SCD aspirin 325 MG / codeine 30 MG Oral Tablet
144 SCD zorblaxin 1 MG Oral Tablet
145 SCD naproxen 500 MG Oral Tablet
151 BN Onlyone
152 BN Twokinds
161 SBD warfarin sodium 5 MG Oral Tablet [Onlyone]
162 SBD naproxen 500 MG Oral Tablet [Twokinds]
163 SBD aspirin 325 MG / codeine 30 MG Oral Tablet [Twokinds]
171 GPCK {7 (naproxen 500 MG Oral Tablet) / 7 (zorblaxin 1 MG Oral Tablet) } Pack
172 BPCK {7 (naproxen 500 MG Oral Tablet) / 7 (zorblaxin 1 MG Oral Tablet) } Pack [Twokinds]
"""
RELATIONS = """
112 form_of 102
120 has_part 104
120 has_part 105
131 has_ingredient 101
132 has_ingredient 102
132 has_precise_ingredient 112
133 has_ingredient 103
134 has_ingredient 104
135 has_ingredient 105
136 has_ingredient 106
141 consists_of 131
142 consists_of 132
142 consists_of 133
143 consists_of 134
143 has_ingredients 120
144 consists_of 136
145 consists_of 132
151 tradename_of 101
152 tradename_of 102
161 tradename_of 141
161 has_ingredient 151
162 tradename_of 145
162 has_ingredient 152
163 tradename_of 143
163 has_ingredient 152
171 contains 145
171 contains 144
172 contains 162
172 tradename_of 171
"""
SOURCE = "C1|C2|RXNORM_26AA_261102F|RXNORM|RxNorm|RXNORM|26AA_261102F||||||0|||||IN,BN||ENG|UTF-8|Y|Y|RXNORM|cited|"


def write_release(folder: Path, *, concepts: str = CONCEPTS, relations: str = RELATIONS) -> Path:
    """Write the files of a release, among lines of other vocabularies; give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    said = [_concept(*line.split(maxsplit=2)) for line in concepts.strip().splitlines()]
    related = [_relation(*line.split()) for line in relations.strip().splitlines()]
    (folder / "RXNCONSO.RRF").write_text("\n".join([_FOREIGN_CONCEPT, *said, ""]), encoding="utf-8")
    (folder / "RXNREL.RRF").write_text("\n".join([_FOREIGN_RELATION, *related, ""]), encoding="utf-8")
    (folder / "RXNSAB.RRF").write_text(f"{SOURCE}\n", encoding="utf-8")
    return folder


def concept_line(code: str, term_type: str, name: str, *, suppress: str = "N") -> str:
    """Give a line of `RXNCONSO.RRF`."""
    return f"{code}|ENG||||||9{code}|9{code}|{code}||RXNORM|{term_type}|{code}|{name}||{suppress}|4096|"


def _concept(code: str, term_type: str, name: str) -> str:
    return concept_line(code, term_type, name)


def _relation(code: str, relation: str, part: str) -> str:
    """Give a line that says that the second concept in it has the relation to the first."""
    return f"{part}||CUI|RO|{code}||CUI|{relation}|1||RXNORM|||||4096|"


_FOREIGN_CONCEPT = "141|ENG||||||8|8|141||OTHER|CD|x|warfarin, in another vocabulary||N|4096|"
_FOREIGN_RELATION = "|77|AUI|RO||78|AUI|has_dose_form|2||OTHER|||||4096|"
