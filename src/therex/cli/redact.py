"""`therex redact`: notes without what may identify a person."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

FORMATS = ("text", "jsonl")


def redact(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Notes, as for `therex screen`, or - for standard input.")],
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="text (one note) or jsonl. Default: text for one note, otherwise jsonl.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns", metavar="NAME=COLUMN,...", help="Columns of a table of notes. NAME is text, id, patient, date, author, or type."
        ),
    ] = None,
    max_bytes: Annotated[
        int, typer.Option("--max-bytes", min=1, max=2_000_000_000, help="Largest document to read, in bytes.")
    ] = 50_000_000,
) -> int:
    """Replace identifiers in notes (Safe Harbor list).

    Covers names, dates, numbers, addresses, and the rest of the HIPAA Safe Harbor list. De-identification is not guaranteed: a person
    must review the result before release.
    """
    import json
    from collections.abc import Iterator
    from itertools import chain, islice

    from therex.batch.apart import notes_apart
    from therex.batch.outputs import whole
    from therex.batch.places import check, standard
    from therex.cli.options import one_of
    from therex.errors import InputError, NoteError
    from therex.readers.notes import Reading, columns_of
    from therex.redaction.replace import Redacted
    from therex.redaction.replace import redact as replaced
    from therex.reports.harmless import escaped, harmless
    from therex.types import Note

    if format is not None:
        one_of("--format", format, FORMATS)
    output = standard(output)
    check({"--output": output}, (*paths, columns))
    skip = frozenset({output.resolve()} if output else ())
    notes = notes_apart(paths, Reading(columns_of(columns), largest=max_bytes, skip=skip))
    first = list(islice(notes, 2))
    if format is None:
        format = "text" if len(first) == 1 and isinstance(first[0], Note) else "jsonl"
    if format == "text" and (len(first) != 1 or not isinstance(first[0], Note)):
        raise InputError("--format text requires one note that can be read; use --format jsonl for more")
    counts: dict[str, int] = {}
    done = errors = 0

    def lines() -> Iterator[str]:
        nonlocal done, errors
        for i, note in enumerate(chain(first, notes), 1):
            done = i
            # ids are replaced too: a file's name is often the patient's
            note_id = f"note-{i:06d}"
            told: Redacted | NoteError
            try:
                told = replaced(note.text, also=tuple(x for x in (note.patient, note.author) if x)) if isinstance(note, Note) else note
            except NoteError as error:
                told = error
            if isinstance(told, NoteError):
                if format == "text":
                    raise InputError(told.message)
                errors += 1
                yield json.dumps({"note_id": note_id, "status": "error", "error": {"code": told.code, "message": told.message}}) + "\n"
                continue
            for kind, n in told.replaced.items():
                counts[kind] = counts.get(kind, 0) + n
            if format == "text":
                yield harmless(told.text) if output is None and sys.stdout.isatty() else told.text
            else:
                record = {"note_id": note_id, "status": "ok", "text": told.text, "replaced": told.replaced}
                yield escaped(json.dumps(record, ensure_ascii=False)) + "\n"

    if output is None:
        for line in lines():
            sys.stdout.write(line)
    else:
        with whole(output) as part, part.open("w", encoding="utf-8", newline="\n") as handle:
            handle.writelines(lines())
    if errors == done:
        raise InputError("no note could be read")
    said = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "nothing"
    print(
        f"therex: replaced {said}. De-identification is not guaranteed: review the result before it leaves your organization.",
        file=sys.stderr,
    )
    if errors:
        print(f"therex: {errors} of {done} notes could not be read", file=sys.stderr)
    return 0


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("redact")(redact)
