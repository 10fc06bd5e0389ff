"""`therex explain`: one note in full."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def explain(
    path: Annotated[str, typer.Argument(metavar="PATH", help="One note, or - for standard input.")],
    payer: Annotated[str, typer.Option("--payer", help="Whose rules apply.")] = "cms",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Rules in force on this day.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="A model of `therex model list`; the one in use by default.")] = None,
    claims: Annotated[Path | None, typer.Option("--claims", help="A CSV or TSV of charge lines: note, code, units, modifiers.")] = None,
    claim_columns: Annotated[
        str | None,
        typer.Option("--claim-columns", metavar="NAME=COLUMN,...", help="The table's own names for note, code, units, modifiers."),
    ] = None,
) -> int:
    """Explain one note: its text lit up, the elements with their evidence, minutes, reasons, and what to ask."""
    from therex.cli.options import analyzer, charges
    from therex.errors import InputError, NoteError
    from therex.readers.notes import read_notes

    notes = list(read_notes([path]))
    if len(notes) != 1:
        raise InputError(f"explain reads one note, and there are {len(notes)}; `therex screen` reads many")
    note = notes[0]
    if isinstance(note, NoteError):
        raise InputError(note.message)
    from therex.reports.terminal import explain_view, print_view

    beside = charges(claims, claim_columns, [(note.note_id, note.patient, note.day)]).get(note.note_id, ())
    found = analyzer(payer, as_of, model=model).assess(note, beside)
    if found.error is not None:
        raise InputError(found.error[1])
    print_view(explain_view(found))
    return 0


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("explain")(explain)
