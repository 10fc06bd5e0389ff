"""`therex screen`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from therex.analysis import Analyzer
    from therex.readers.text import Source
    from therex.types import Assessment, Charge

FORMATS = ("table", "jsonl", "json", "csv", "xlsx", "html")


def screen(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input.")],
    format: Annotated[str, typer.Option("--format", "-f", help=f"One of {', '.join(FORMATS)}.")] = "table",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")] = None,
    payer: Annotated[str, typer.Option("--payer", help="Whose rules apply (see `therex policy list`).")] = "cms",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Rules in force on this day (today by default).")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option("--fail-on", help="Exit 1 where a note has this: error, hold, review, not_supported, contradiction, missing:ELEMENT."),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(
            "--claims", help="Charge lines: a CSV or TSV (note, or patient and date; code, units, modifiers), or an X12 837P file."
        ),
    ] = None,
    claim_columns: Annotated[
        str | None,
        typer.Option(
            "--claim-columns",
            metavar="NAME=COLUMN,...",
            help="The table's own names for note, patient, date, code, units, modifiers, amount.",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="A model of `therex model list`; the one in use by default.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Rules alone, without the learned proposals.")] = False,
) -> int:
    """Screen notes: the 97110 line, what is missing, the evidence, and what to ask."""
    from therex.cli.options import analyzer, charges, one_of
    from therex.cli.options import fail_on as checked
    from therex.errors import InputError
    from therex.readers.records import tagged
    from therex.readers.text import find_sources

    one_of("--format", format, FORMATS)
    if format == "xlsx" and output is None:
        raise InputError("--format xlsx: want --output FILE, a workbook is not for a terminal")
    wanted = checked(fail_on or [])
    sources = find_sources(paths)
    found_charges = charges(claims, claim_columns, (tagged(s) for s in sources) if claims else ())
    found = _assess(analyzer(payer, as_of, model=model, fast=fast), sources, found_charges)
    if format == "jsonl":
        done = _stream(found, output)
    else:
        done = list(found)
        _write(done, format, output)
    if all(a.error is not None for a in done):
        raise InputError(f"no note could be read: {done[0].error[1] if done[0].error else ''}")
    return int(any(_fails(a, wanted) for a in done))


def _assess(analyzer: Analyzer, sources: list[Source], charges: dict[str, tuple[Charge, ...]]) -> Iterator[Assessment]:
    from therex.cli.options import progress
    from therex.errors import NoteError
    from therex.types import Assessment

    for i, source in enumerate(progress(sources)):
        try:
            a = analyzer.assess(source.read(), charges.get(source.note_id, ()))
        except NoteError as error:
            a = Assessment(source.note_id, error=(error.code, error.message))
        if a.error is not None:
            print(f"therex: note {i + 1} of {len(sources)}: {a.error[0]}: {a.error[1]}", file=sys.stderr)
        yield a


def _stream(found: Iterable[Assessment], output: Path | None) -> list[Assessment]:
    """JSON Lines as they come; what is kept afterwards is only what --fail-on needs."""
    from therex.cli.options import open_output
    from therex.reports.record import to_line

    done = []
    handle: Any = open_output(output) if output else sys.stdout
    try:
        for a in found:
            handle.write(to_line(a) + "\n")
            done.append(a)
    finally:
        if output:
            handle.close()
    return done


def _write(done: list[Assessment], format: str, output: Path | None) -> None:
    if format == "xlsx" and output is not None:
        from therex.errors import InputError
        from therex.reports.worklist import write_xlsx

        try:
            write_xlsx(done, output)
        except OSError as error:
            raise InputError(f"--output: the file cannot be written ({type(error).__name__})") from None
        return
    from therex.cli.options import open_output

    text = _render(done, format, output)
    if output is None:
        sys.stdout.write(text)
    else:
        with open_output(output) as handle:
            handle.write(text)


def _render(done: list[Assessment], format: str, output: Path | None) -> str:
    if format == "csv":
        from therex.reports.worklist import to_csv

        return to_csv(done)
    if format == "json":
        import json

        from therex.reports.record import to_record

        return json.dumps([to_record(a) for a in done], ensure_ascii=False, indent=1) + "\n"
    if format == "html":
        from therex.reports.html import to_html

        return to_html(done)
    from therex.cli.options import on_console
    from therex.reports.terminal import summary, worklist_table

    stale = sorted({line for a in done if a.claim for line in a.claim.tables})
    return on_console([worklist_table(done), f"\n{summary(done)}", *stale], output)


def _fails(a: Assessment, wanted: list[str]) -> bool:
    for value in wanted:
        kind, _, element = value.partition(":")
        if kind == "error" and a.error is not None:
            return True
        if a.line is None or a.necessity is None:
            continue
        if kind in ("hold", "review") and a.line.status == kind:
            return True
        if kind == "not_supported" and a.necessity.verdict == kind:
            return True
        if kind == "contradiction" and a.contradictions:
            return True
        if kind == "missing" and any(f.id == element and f.found == "missing" for f in a.findings):
            return True
    return False


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("screen")(screen)
