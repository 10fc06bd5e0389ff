"""`therex screen`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from therex.batch.local import Item, Setup
    from therex.readers.notes import Reading

FORMATS = ("table", "jsonl", "json", "csv", "xlsx", "html", "none")
WITH_TEXT = ("html",)
FEW = 150


def screen(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files (text, Word, PDF, RTF, HTML, tables, ZIP, HL7, FHIR, C-CDA), folders, patterns, or - for standard input.",
        ),
    ],
    format: Annotated[
        str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMATS)}; table by default, none with --database.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file; JSON Lines go on where an interrupted run stopped.")
    ] = None,
    payer: Annotated[str, typer.Option("--payer", help="Whose rules apply (see `therex policy list`).")] = "cms",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Rules in force on this day (today by default).")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option("--fail-on", help="Exit 1 where a note has this: error, hold, review, not_supported, contradiction, missing:ELEMENT."),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="NAME=COLUMN,...",
            help="A table's own names for text, id, patient, date, author, type; or a YAML file of them.",
        ),
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
    fast: Annotated[bool, typer.Option("--fast", help="Read with the light tagger: faster, and less well.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Worker processes; by default as many as there are cores for many notes.")] = 0,
    timeout: Annotated[float, typer.Option("--timeout", min=0, help="Seconds for one note, 0 for no limit.")] = 60.0,
    max_bytes: Annotated[int, typer.Option("--max-bytes", min=1, help="The largest document that is read, in bytes.")] = 50_000_000,
    keep_text: Annotated[
        Path | None, typer.Option("--keep-text", help="Write the text of every note, to which offsets refer, as JSON Lines to this file.")
    ] = None,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave what the notes say out of the output.")] = False,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", envvar="THEREX_DATABASE", help="Write the results to this SQLite file, or PostgreSQL by URL (docs/database.md)."
        ),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="local, or spark for tables (docs/spark.md).")] = "local",
    master: Annotated[str, typer.Option("--master", envvar="SPARK_MASTER", help="Where Spark runs.")] = "local[*]",
    batch: Annotated[str, typer.Option("--batch", help="The name under which the database keeps these notes.")] = "",
) -> int:
    """Screen notes: the 97110 line, what is missing, the evidence, and what to ask."""
    from therex.batch.local import Setup, jobs_for
    from therex.batch.screening import Beside, Job, Tally, as_assessment, as_line, as_line_without_text, screen_all, screen_lines, screen_to
    from therex.cli.options import charges, day, one_of, progress
    from therex.cli.options import fail_on as checked
    from therex.errors import InputError
    from therex.readers.notes import Reading, columns_of, read_notes
    from therex.types import Note

    if one_of("--engine", engine, ("local", "spark")) == "spark":
        from therex.cli.engine import run_spark

        local = {
            "--format": format,
            "--claims": claims,
            "--keep-text": keep_text,
            "--database": database,
            "--fail-on": fail_on,
            "--jobs": jobs,
        }
        for flag, value in local.items():
            if value:
                raise InputError(f"--engine spark: not with {flag}, which is the local engine's")
        more = {"payer": payer, "as_of": as_of, "model": model, "fast": fast, "timeout": timeout, "keep_text": not no_text}
        return run_spark(paths, output, columns_of(columns), master, more)
    format = one_of("--format", format or ("none" if database and not output else "table"), FORMATS)
    if format == "xlsx" and output is None:
        raise InputError("--format xlsx: want --output FILE, a workbook is not for a terminal")
    if no_text and (format in WITH_TEXT or keep_text):
        raise InputError("--no-text: not with --format html, which shows the notes, nor with --keep-text")
    wanted = frozenset(checked(fail_on or []))
    on = day(as_of)
    own = (output, keep_text, claims, Path(database) if database and "://" not in database else None)
    reading = Reading(columns_of(columns), largest=max_bytes, names=claims is not None, skip=frozenset(p.resolve() for p in own if p))
    items: Iterable[Item]
    if claims:
        items = list(read_notes(paths, reading))
        told = charges(claims, claim_columns, ((n.note_id, n.patient, n.day) for n in items if isinstance(n, Note)))
    else:
        items, told = read_notes(paths, reading), {}
    count = _count(paths, reading.skip)
    if count is None:
        # a table may hold few notes or very many
        first = list(islice(stream := iter(items), FEW))
        items, count = (first, len(first)) if len(first) < FEW else (chain(first, stream), None)
    setup = Setup(payer, on.isoformat() if on else None, model, fast, timeout, told)
    _checked(setup)
    job, tally = Job(setup, jobs_for(jobs, count), count, wanted, not no_text, progress), Tally()
    with Beside(keep_text, database, batch) as beside:
        if format == "jsonl" and output is not None:
            screen_to(output, items, job, _depends_on(paths, reading, setup, claims), tally, beside)
        elif format == "jsonl":
            for line in screen_lines(items, job, tally, beside):
                sys.stdout.write(line + "\n")
        elif format == "none":
            for _ in screen_all(items, job, as_line_without_text if no_text else as_line, tally, beside):
                pass
        else:
            _write(list(screen_all(items, job, as_assessment, tally, beside)), format, output, no_text)
    if beside.unstored:
        print(f"therex: --database: {beside.unstored} notes could not be stored; each has an error record there", file=sys.stderr)
        tally.failed = tally.failed or "error" in wanted
    if format == "none":
        print(f"{tally.notes} notes, {tally.errors} of them not read", file=sys.stderr)
    if not tally.notes:
        raise InputError("nothing to read: no notes in what was given")
    if tally.errors == tally.notes:
        raise InputError(f"no note could be read: {tally.first_error}")
    return int(tally.failed)


def _count(paths: list[str], skip: frozenset[Path]) -> int | None:
    """How many notes there are, where each document is one; None where a table, an archive or a message may hold many."""
    from therex.readers.documents import find_documents

    if "-" in paths:
        return None
    n = 0
    for document in find_documents(paths, skip):
        if document.suffix in (".csv", ".tsv", ".xlsx", ".parquet", ".jsonl", ".ndjson", ".json", ".zip", ".hl7"):
            return None
        n += 1
    return n


def _checked(setup: Setup) -> None:
    """Payer and model are there, before anything is read."""
    from therex.catalog.policy import policy
    from therex.settings import model_folder

    policy(setup.payer)
    model_folder(setup.model)


def _depends_on(paths: list[str], reading: Reading, setup: Setup, claims: Path | None) -> Iterator[Any]:
    """Everything that the records of a run depend on, beside its setup: versions, rules, model, columns, charges, and the documents."""
    from therex import __version__
    from therex.catalog.policy import policy
    from therex.readers.documents import find_documents
    from therex.settings import NECESSITY, model_folder

    yield [__version__, (model_folder(setup.model) / NECESSITY / "manifest.json").read_text(encoding="utf-8"), repr(policy(setup.payer))]
    yield [dict(reading.columns), reading.largest, repr(sorted(setup.charges.items())) if claims else ""]
    for document in find_documents([p for p in paths if p != "-"], reading.skip) if paths != ["-"] else ():
        stat = document.path.stat() if document.path else None
        yield [document.name, stat.st_size if stat else 0, stat.st_mtime_ns if stat else 0]


def _write(done: list[Any], format: str, output: Path | None, no_text: bool) -> None:
    assessments = [a for a, _ in done]
    if format == "xlsx" and output is not None:
        from therex.batch.outputs import whole
        from therex.reports.worklist import write_xlsx

        with whole(output) as part:
            write_xlsx(assessments, part)
        return
    text = _render(done, format, output, no_text)
    if output is None:
        sys.stdout.write(text)
    else:
        from therex.batch.outputs import write_whole

        write_whole(output, text)


def _render(done: list[Any], format: str, output: Path | None, no_text: bool) -> str:
    assessments = [a for a, _ in done]
    if format == "csv":
        from therex.reports.worklist import to_csv

        return to_csv(assessments)
    if format == "json":
        import json

        from therex.reports.record import to_record

        return json.dumps([to_record(a, note, text=not no_text) for a, note in done], ensure_ascii=False, indent=1) + "\n"
    if format == "html":
        from therex.reports.html import to_html

        return to_html(assessments)
    from therex.cli.options import on_console
    from therex.reports.terminal import summary, worklist_table

    stale = sorted({line for a in assessments if a.claim for line in a.claim.tables})
    return on_console([worklist_table(assessments), f"\n{summary(assessments)}", *stale], output)


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("screen")(screen)
