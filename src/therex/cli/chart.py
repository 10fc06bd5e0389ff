"""`therex chart`: notes of one episode of care read together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from therex.analysis import Analyzer
    from therex.types import Assessment, Charge, Episode, Note

FORMATS = {"table": ".txt", "json": ".json", "jsonl": ".jsonl .ndjson", "html": ".html .htm"}
BY = ("patient", "folder", "all")


def chart(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files or folders of notes, as for `therex screen`.")],
    by: Annotated[
        str, typer.Option("--by", help="How notes are grouped: patient, folder (one patient per folder), or all (one patient).")
    ] = "patient",
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="NAME=COLUMN,...", help="Columns of a table of notes. NAME is text, patient, date, or id."),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help=f"{', '.join(FORMATS)}. Default: from the --output extension, or table."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")] = None,
    payer: Annotated[str, typer.Option("--payer", help="Payer whose rules apply (see `therex policy list`).")] = "cms",
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="YYYY-MM-DD", help="Use the rules in effect on this date. Default: the first visit of each episode."
        ),
    ] = None,
    claims: Annotated[Path | None, typer.Option("--claims", help="Charge lines: a CSV or TSV table, or an X12 837P file.")] = None,
    claim_columns: Annotated[
        str | None,
        typer.Option(
            "--claim-columns",
            metavar="NAME=COLUMN,...",
            help="Columns of the table of charge lines. NAME is note, patient, date, code, units, or modifiers.",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to use (see `therex model list`). Default: the model in use.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Use the light tagger: faster and less accurate.")] = False,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave note text out of the output (json and jsonl only).")] = False,
) -> int:
    """Review the notes of an episode of care together.

    Finds overdue reports and certifications, outcome trends, cloned notes, and contradictions between notes.
    """
    from therex.batch.apart import notes_apart
    from therex.batch.places import check, standard
    from therex.chart import read_chart
    from therex.cli.options import analyzer, charges, counted, day, format_for, one_of
    from therex.errors import InputError, NoteError
    from therex.readers.notes import Reading, columns_of
    from therex.types import Note

    format = format_for(format, output, FORMATS, "table")
    one_of("--by", by, BY)
    if no_text and format in ("table", "html"):
        raise InputError("--no-text requires --format json or jsonl; the other formats show note text")
    on, output = day(as_of), standard(output)
    check({"--output": output}, (*paths, claims, columns, payer))
    records = list(notes_apart(paths, Reading(columns_of(columns), by, names=True)))
    notes = [r for r in records if isinstance(r, Note)]
    for i, r in enumerate(records, 1):
        if isinstance(r, NoteError):
            print(f"therex: note {i} of {len(records)}: {r.code}: {r}", file=sys.stderr)
    told = charges(claims, claim_columns, ((n.note_id, n.patient, n.day) for n in notes))
    reader = analyzer(payer, as_of, model=model, fast=fast)
    found = read_chart(reader, _assess(reader, notes, told), on)
    if not found.episodes:
        raise InputError("no note could be read")
    _write(_render(found.episodes, format, output, text=not no_text), output)
    if output is not None:
        graver = sum(any(f.severity == "critical" for f in e.findings) for e in found.episodes)
        print(
            f"therex: {format} written: {counted(len(found.episodes), 'episode')}, {counted(len(notes), 'note')}, {graver} with critical findings",
            file=sys.stderr,
        )
    return 0


def _assess(analyzer: Analyzer, notes: list[Note], told: dict[str, tuple[Charge, ...]]) -> Iterator[tuple[Note, Assessment]]:
    from therex.cli.options import progress

    for i, note in enumerate(progress(notes, len(notes)), 1):
        a = analyzer.assess(note, told.get(note.note_id, ()))
        if a.error is not None:
            print(f"therex: note {i} of {len(notes)}: {a.error[0]}: {a.error[1]}", file=sys.stderr)
        yield note, a


def _render(episodes: tuple[Episode, ...], format: str, output: Path | None, *, text: bool) -> str:
    from therex.reports.episode import episode_line, episode_record, episode_view, episodes_html

    if format == "html":
        return episodes_html(episodes)
    if format == "jsonl":
        return "".join(episode_line(e, text=text) + "\n" for e in episodes)
    if format == "json":
        import json

        from therex.reports.harmless import escaped

        return escaped(json.dumps([episode_record(e, text=text) for e in episodes], ensure_ascii=False, indent=1)) + "\n"
    from therex.cli.options import on_console

    return on_console([part for e in episodes for part in (episode_view(e), "")], output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        from therex.batch.outputs import write_whole

        write_whole(output, text)


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("chart")(chart)
