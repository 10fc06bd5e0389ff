"""`therex explain`: one note in full."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from therex.types import Assessment, Note

FORMATS = {"text": ".txt", "json": ".json", "html": ".html .htm"}


def explain(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file with one note, or - for standard input.")],
    payer: Annotated[str, typer.Option("--payer", help="Payer whose rules apply (see `therex policy list`).")] = "cms",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Use the rules in effect on this date. Default: today.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to use (see `therex model list`). Default: the model in use.")] = None,
    claims: Annotated[Path | None, typer.Option("--claims", help="Charge lines: a CSV or TSV table, or an X12 837P file.")] = None,
    claim_columns: Annotated[
        str | None,
        typer.Option(
            "--claim-columns",
            metavar="NAME=COLUMN,...",
            help="Columns of the table of charge lines. NAME is note, code, units, or modifiers.",
        ),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Use the light tagger: faster and less accurate.")] = False,
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="text, json, or html. Default: from the --output extension, or text.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")] = None,
) -> int:
    """Show one note in full, with evidence and questions."""
    from therex.batch.apart import notes_apart
    from therex.batch.places import check, standard
    from therex.cli.options import analyzer, charges, format_for
    from therex.errors import InputError, NoteError

    output = standard(output)
    format = format_for(format, output, FORMATS, "text")
    check({"--output": output}, (path, claims, claim_columns, payer))
    notes = list(notes_apart([path]))
    if len(notes) != 1:
        raise InputError(f"the input must have exactly one note, but it has {len(notes)}; use `therex screen` for more")
    note = notes[0]
    if isinstance(note, NoteError):
        raise InputError(note.message)
    beside = charges(claims, claim_columns, [(note.note_id, note.patient, note.day)]).get(note.note_id, ())
    found = analyzer(payer, as_of, model=model, fast=fast).assess(note, beside)
    if found.error is not None:
        raise InputError(found.error[1])
    text = _render(found, note, format, output)
    if output is None:
        sys.stdout.write(text)
    else:
        from therex.batch.outputs import write_whole

        write_whole(output, text)
        print(f"therex: {format} written: 1 note", file=sys.stderr)
    return 0


def _render(found: Assessment, note: Note, format: str, output: Path | None) -> str:
    if format == "json":
        import json

        from therex.reports.record import to_record

        return json.dumps(to_record(found, note), ensure_ascii=False, indent=1) + "\n"
    if format == "html":
        from therex.reports.html import to_html

        return to_html([found], [note])
    from therex.cli.options import on_console
    from therex.reports.terminal import explain_view

    return on_console([explain_view(found)], output)


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("explain")(explain)
