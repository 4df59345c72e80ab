"""`cds evidence check`: whether a pack of evidence proves what it says, offline, with deciding again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from cds import actions
from cds.actions.evidence import Checked, check_exported_tiles
from cds.actions.key_folders import verifier_keys
from cds.audit.findings import Finding
from cds.cli.exits import NOT_INTACT, leave
from cds.cli.inputs import read_input
from cds.cli.options import JsonOption
from cds.cli.terminal import print_for_people, print_json
from cds.replay.replay import Status
from cds.replay.tally import PROVED

LARGEST_PACK = 256 * 2**20
"""Bytes; base64 of the largest body, and a ruleset."""
_DECIDED = {
    Status.IDENTICAL: "by both engines: the same, byte for byte",
    Status.OTHER_WORDS: "by both engines: the same decision in other words",
    Status.OTHER_TIME_ZONE_DATA: "by both engines: the same but for the time-zone data",
    Status.EQUAL_AS_STORED: "equal as far as it is stored",
    Status.DIFFERENT: "SOMETHING ELSE COMES OUT",
    Status.FAILED: "IT CANNOT BE DECIDED AGAIN",
    Status.MASKED: "not comparable: masked",
    Status.NEEDS_OTHER_BUILD: "no: that needs another build of cds",
}


def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A pack of evidence, or a folder of exported tiles.")],
    *,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY|FILE", help="The log's verifier key as its operator published it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a pack of evidence by itself, and decide again. Status 4 if anything is wrong.

    Without --key the key in the pack is taken on trust.
    """
    trusted = () if key is None else verifier_keys(key, None)
    if Path(file).is_dir():
        _tell_tiles(check_exported_tiles(Path(file), trusted), as_json=as_json)
        return
    checked = actions.check_evidence(read_input(file, most=LARGEST_PACK), trusted=trusted, file=file)
    if as_json:
        print_json(checked.document())
    else:
        print_for_people(*_shown(checked, is_key_known=bool(trusted)))
    if not checked.is_valid:
        leave(NOT_INTACT)


def _tell_tiles(findings: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        shown = [{"place": found.place, "problem": found.problem} for found in findings]
        print_json({"schema": "cds-tiles-check/1", "valid": not findings, "findings": shown})
    else:
        print_for_people(*_verdict(findings, "The export is whole, and signed by a key of the log."))
    if findings:
        leave(NOT_INTACT)


def _shown(checked: Checked, *, is_key_known: bool) -> Iterator[Text | Padding]:
    pack, header = checked.pack, checked.pack.header
    if header is not None:
        yield Text(f"Record {header['seq']}, {header['kind']}, recorded at {header['recorded_at']}")
        proved = "" if header["actor"]["authenticated"] else ", which nothing proved"
        yield _line("asked by", f"{header['actor']['id']}{proved}, for {header['purpose']}")
        if header["subject"] is not None:
            yield _line("patient", f"pseudonym {header['subject']['pseudonym'][:16]}...")
        if header["ruleset"] is not None:
            yield _line("ruleset", header["ruleset"]["digest"])
    if pack.checkpoint is not None:
        said = pack.checkpoint
        yield _line("log", f"{said.checkpoint.origin}, {said.checkpoint.size} records")
        names = [f"{signed.key.name}+{signed.key.id.hex()}" for signed in (said.log, *said.witnesses)]
        yield _line("signed by", ", ".join(names))
    yield from _decision(checked)
    yield Text()
    yield from _verdict(checked.findings, _proved(checked, is_key_known=is_key_known))
    if checked.cautions:
        yield Text("\nTo be kept in mind:")
        yield from (Padding(Text(f"- {caution}"), (0, 0, 0, 2)) for caution in checked.cautions)


def _decision(checked: Checked) -> Iterator[Text | Padding]:
    content: Any = checked.content
    decision = None if content is None else content.get("decision")
    if isinstance(decision, dict):
        yield _line("decided", f"{decision['disposition']['code']}, as of {decision['as_of']}")
    if checked.again is not None:
        yield _line("decided again", _DECIDED.get(checked.again.status, checked.again.status.value))


def _proved(checked: Checked, *, is_key_known: bool) -> str:
    """Say how much is proved where nothing is wrong: no more than was read, compared, and signed by a known key."""
    if checked.pack.body is None:
        said = "that this record is in the log. What it says was not read."
    elif checked.again is not None and checked.again.status not in PROVED:
        said = "that this was recorded; not that it follows from the facts."
    else:
        said = "Nothing was found wrong."
    if not is_key_known:
        return f"PROVED, if the key in the pack is that of the log: {said[0].lower()}{said[1:]}"
    return f"PROVED{'.' if said[0].isupper() else ':'} {said}"


def _line(name: str, value: str) -> Padding:
    return Padding(Text.assemble((f"{name:<14}", "dim"), value), (0, 0, 0, 2))


def _verdict(findings: Sequence[Finding], fine: str) -> Iterator[Text]:
    if not findings:
        yield Text(fine, style="bold green")
        return
    yield Text(f"NOT PROVED. {len(findings)} found wrong:", style="bold red")
    yield from (Text(f"  {finding}") for finding in findings)
