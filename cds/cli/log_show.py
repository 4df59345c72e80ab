"""`cds log show`: the records of a log, or one of them with what it holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import orjson
import typer
from rich.text import Text

from cds.actions.log_reading import LIST_SCHEMA, Opened, Shown, opened_record, shown_records
from cds.audit.record import KINDS, Header
from cds.canonical import canonical_bytes
from cds.cli.exits import NOT_INTACT, leave
from cds.cli.log_options import KeysOption, LogArgument
from cds.cli.options import JsonOption
from cds.cli.terminal import print_for_people, print_json, remark
from cds.errors import InputError
from cds.holds.printable import printable

_TITLES = ("seq", "recorded", "kind", "actor", "patient", "disposition")
_WIDTHS = (8, 20, 18, 20, 12)


def show(
    log: LogArgument,
    seq: Annotated[int | None, typer.Argument(metavar="[SEQ]", help="One record, by its number.")] = None,
    *,
    keys: KeysOption = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="WORD", autocompletion=lambda: list(KINDS), help="Only records of this kind."),
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="ID", help="Only records about this patient; needs the keys.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the records of a log, or show one with what it holds; what was sealed is shown where the keys open it.

    Patients are shown by pseudonym. What one record holds is patient data. Status 4 if its body was altered.
    """
    if seq is not None:
        if kind is not None or subject is not None:
            raise InputError("one record was asked for, and a list", expected="SEQ, or `--kind` and `--subject`")
        _show_one(opened_record(log, seq, keys=keys), as_json=as_json)
        return
    found = shown_records(log, keys=keys, kind=kind, subject=subject)
    if as_json:
        _print_list(found)
        return
    first = next(found, None)
    if first is None:
        remark("no such record")
        return
    sys.stdout.write(_row(_TITLES))
    sys.stdout.write(_line(first))
    for one in found:
        sys.stdout.write(_line(one))


def _print_list(found: Iterator[Shown]) -> None:
    """Print one document, a record at a time."""
    out = sys.stdout.buffer
    separator = b'{"records":['
    for one in found:
        out.write(separator + canonical_bytes(one.document()))
        separator = b","
    out.write((separator if separator != b"," else b"") + b'],"schema":"%b"}\n' % LIST_SCHEMA.encode())


def _show_one(one: Opened, *, as_json: bool) -> None:
    if as_json:
        print_json(one.document())
    else:
        print_for_people(*map(Text, _header_lines(one.header)))
        if one.body is not None:
            sys.stdout.buffer.write(orjson.dumps(one.body, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    if one.problem is not None:
        remark(one.problem)
    if one.is_altered:
        leave(NOT_INTACT)


def _header_lines(header: Header) -> Iterator[str]:
    authenticated = "authenticated" if header["actor"]["authenticated"] else "not authenticated"
    yield f"record {header['seq']}: {header['kind']}"
    yield (
        f"recorded  {header['recorded_at']} by the clock of the {header['clock']}"
        if (header["clock"] == "system")
        else f"recorded  {header['recorded_at']}, as the caller gave it"
    )
    yield f"actor     {printable(header['actor']['id'])} ({authenticated}), for {printable(header['purpose'])}"
    if header["subject"] is not None:
        yield f"patient   {header['subject']['pseudonym']} (key {header['subject']['key']})"
    if header["ruleset"] is not None:
        yield f"ruleset   {header['ruleset']['digest']}"
    yield f"by        {header['engine']}, semantics {header['semantics']}, renderer {header['renderer']}"
    sealed = "in the clear" if header["body"]["encryption"] is None else "sealed"
    yield f"body      {header['body']['hash']}, {sealed}"


def _line(one: Shown) -> str:
    header = one.header
    subject = header["subject"]
    return _row(
        (
            str(header["seq"]),
            header["recorded_at"][:19] + "Z" if header["recorded_at"].endswith("+00:00") else header["recorded_at"],
            header["kind"],
            printable(header["actor"]["id"]),
            "" if subject is None else subject["pseudonym"][:12],
            one.disposition or "",
        )
    )


def _row(cells: tuple[str, ...]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False)]
    return "  ".join((*padded, cells[-1])).rstrip() + "\n"
