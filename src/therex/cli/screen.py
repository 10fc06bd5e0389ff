"""`therex screen`: the main job."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

if TYPE_CHECKING:
    from therex.batch.local import Item, Setup
    from therex.readers.notes import Reading

# each format with the suffixes that choose it
FORMATS = {"table": "", "jsonl": ".jsonl .ndjson", "json": ".json", "csv": ".csv", "xlsx": ".xlsx", "html": ".html .htm",
           "questions": ".docx", "none": ""}  # fmt: skip
WITH_TEXT = ("html", "questions")
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
        str | None,
        typer.Option("--format", "-f", help=f"{', '.join(FORMATS)}. Default: from the --output extension, or table."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file. An interrupted JSON Lines run resumes where it stopped.")
    ] = None,
    payer: Annotated[str, typer.Option("--payer", help="Payer whose rules apply (see `therex policy list`).")] = "cms",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Use the rules in effect on this date. Default: today.")
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on", help="Exit with code 1 if any note has error, hold, review, not_supported, contradiction, or missing:ELEMENT."
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="NAME=COLUMN,...",
            help="Columns of a table of notes, or a YAML file of them. NAME is text, id, patient, date, author, or type.",
        ),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option(
            "--claims", help="Charge lines: a CSV or TSV table (note, or patient and date; code, units, modifiers), or an X12 837P file."
        ),
    ] = None,
    claim_columns: Annotated[
        str | None,
        typer.Option(
            "--claim-columns",
            metavar="NAME=COLUMN,...",
            help="Columns of the table of charge lines. NAME is note, patient, date, code, units, modifiers, or amount.",
        ),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to use (see `therex model list`). Default: the model in use.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Use the light tagger: faster and less accurate.")] = False,
    jobs: Annotated[
        int,
        typer.Option("--jobs", "-j", min=-256, max=256, help="Worker processes. Default: one for few notes, one per CPU core for many."),
    ] = 0,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, max=86_400, help="Time limit to read or analyze one note, in seconds; 0 for no limit.")
    ] = 60.0,
    max_bytes: Annotated[
        int, typer.Option("--max-bytes", min=1, max=2_000_000_000, help="Largest document to read, in bytes.")
    ] = 50_000_000,
    keep_text: Annotated[
        Path | None,
        typer.Option("--keep-text", help="Write the text of every note to this file as JSON Lines; offsets refer to this text."),
    ] = None,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave note text out of the output.")] = False,
    database: Annotated[
        str | None,
        typer.Option(
            "--database", envvar="THEREX_DATABASE", help="Write the results to this SQLite file or PostgreSQL URL (docs/database.md)."
        ),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="local, or spark for tables (docs/spark.md).")] = "local",
    master: Annotated[str, typer.Option("--master", envvar="SPARK_MASTER", help="Spark master URL, with --engine spark.")] = "local[*]",
    batch: Annotated[str, typer.Option("--batch", help="Name of this batch of notes in the database.")] = "",
) -> int:
    """Screen notes for support of CPT 97110.

    For each note: the status of the 97110 charge line, what is missing, the evidence, and questions for the therapist.
    """
    from therex.batch.apart import Apart, budget
    from therex.batch.local import Setup, jobs_for
    from therex.batch.lock import locked
    from therex.batch.places import check, is_stream, standard
    from therex.batch.screening import Beside, Job, Tally, as_assessment, as_line, as_line_without_text, screen_all, screen_lines, screen_to
    from therex.cli.options import charges, counted, day, format_for, one_of, progress
    from therex.cli.options import fail_on as checked
    from therex.errors import InputError
    from therex.readers.notes import Reading, columns_of, read_notes
    from therex.types import Note

    output = standard(output)
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
                raise InputError(f"--engine spark cannot be used with {flag}")
        more = {"payer": payer, "as_of": as_of, "model": model, "fast": fast, "timeout": timeout, "keep_text": not no_text}
        return run_spark(paths, output, columns_of(columns), master, more)
    format = format_for(format, output, FORMATS, "none" if database and not output else "table")
    if format == "xlsx" and output is None:
        raise InputError("--format xlsx requires --output FILE")
    if format == "none" and output is not None:
        raise InputError("--format none writes nothing, so --output cannot be used with it")
    if no_text and (format in WITH_TEXT or keep_text):
        raise InputError("--no-text cannot be used with --format html or questions, which quote the notes, or with --keep-text")
    wanted = frozenset(checked(fail_on or []))
    on = day(as_of)
    own = (output, keep_text, claims, _file(database))
    check({"--output": output, "--keep-text": keep_text, "--database": _file(database)}, (*paths, claims, columns, payer))
    reading = Reading(columns_of(columns), largest=max_bytes, names=claims is not None, skip=frozenset(p.resolve() for p in own if p))
    with ExitStack() as stack:
        for flag, file in (("--output", output), ("--keep-text", keep_text)):
            if file is not None and not is_stream(file):
                stack.enter_context(locked(file, flag))
        apart = stack.enter_context(Apart(timeout, budget(max_bytes)))
        items: Iterable[Item]
        if claims:
            items = list(read_notes(paths, reading, apart))
            told = charges(claims, claim_columns, ((n.note_id, n.patient, n.day) for n in items if isinstance(n, Note)))
        else:
            items, told = read_notes(paths, reading, apart), {}
        count = _count(paths, reading.skip)
        if count is None:
            # a table may hold few notes or very many
            first = list(islice(stream := iter(items), FEW))
            items, count = (first, len(first)) if len(first) < FEW else (chain(first, stream), None)
        setup = Setup(payer, on.isoformat() if on else None, model, fast, timeout, told)
        _checked(setup)
        job, tally = Job(setup, jobs_for(jobs, count), count, wanted, not no_text, progress), Tally()
        with Beside(keep_text, database, batch) as beside:
            if format == "jsonl" and output is not None and "-" not in paths and not is_stream(output):
                screen_to(output, items, job, _depends_on(reading, setup, claims), tally, beside)
            elif format == "jsonl":
                with _lines(output) as handle:
                    for line in screen_lines(items, job, tally, beside):
                        handle.write(line + "\n")
            elif format == "none":
                for _ in screen_all(items, job, as_line_without_text if no_text else as_line, tally, beside):
                    pass
            else:
                _write(list(screen_all(items, job, as_assessment, tally, beside)), format, output, no_text)
    if beside.unstored:
        print(
            f"therex: --database: {counted(beside.unstored, 'note')} could not be stored; the database has an error record for each",
            file=sys.stderr,
        )
        tally.failed = tally.failed or "error" in wanted
    if not tally.notes:
        raise InputError("no notes found in the input")
    if tally.errors == tally.notes:
        raise InputError(f"no note could be read: {tally.first_error}")
    if (output is not None and not is_stream(output)) or database:
        where = " and ".join([format] * (output is not None) + ["database"] * bool(database))
        print(f"therex: {where} written: {counted(tally.notes, 'note')}, {tally.held} on hold, {tally.errors} not read", file=sys.stderr)
    return int(tally.failed)


def _file(database: str | None) -> Path | None:
    """The file of a database; None where it is on a server."""
    if database is None or "://" not in database:
        return Path(database) if database else None
    from therex.batch.connections import url_of

    url = url_of(database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


@contextmanager
def _lines(output: Path | None) -> Iterator[TextIO]:
    """Standard output, the device or pipe that was asked for, or a file that is there whole or not at all.

    The last is for what is read from standard input, which cannot be read again.
    """
    from therex.batch.outputs import whole
    from therex.batch.places import is_stream
    from therex.batch.sums import drop_part

    if output is None:
        yield sys.stdout
    elif is_stream(output):
        with output.open("w", encoding="utf-8", newline="\n", buffering=1) as handle:
            yield handle
    else:
        drop_part(output)
        with whole(output) as part, part.open("w", encoding="utf-8", newline="\n") as handle:
            yield handle


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


def _depends_on(reading: Reading, setup: Setup, claims: Path | None) -> Iterator[Any]:
    """Everything that the records of a run depend on, beside its setup and its notes: versions, rules, model, columns, charges."""
    from therex import __version__
    from therex.batch.sums import folder_digest
    from therex.catalog.policy import policy
    from therex.settings import NECESSITY, PIPELINE, model_folder

    yield [__version__, *(folder_digest(model_folder(setup.model) / part) for part in (NECESSITY, PIPELINE)), repr(policy(setup.payer))]
    yield [dict(reading.columns), reading.largest, repr(sorted(setup.charges.items())) if claims else ""]


def _write(done: list[Any], format: str, output: Path | None, no_text: bool) -> None:
    assessments = [a for a, _ in done]
    if format == "xlsx" and output is not None:
        from therex.batch.lock import scratch
        from therex.batch.outputs import whole
        from therex.reports.worklist import write_xlsx

        with whole(output) as part, scratch(output):
            write_xlsx(assessments, part)
        return
    if format == "questions" and output is not None and output.suffix.lower() == ".docx":
        from therex.batch.outputs import whole
        from therex.reports.questions import messages, to_docx

        with whole(output) as part:
            part.write_bytes(to_docx(messages(done)))
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

        from therex.reports.harmless import escaped
        from therex.reports.record import to_record

        return escaped(json.dumps([to_record(a, note, text=not no_text) for a, note in done], ensure_ascii=False, indent=1)) + "\n"
    if format == "html":
        from therex.reports.html import to_html

        return to_html(assessments, [note for _, note in done])
    if format == "questions":
        from therex.reports.questions import messages, to_text

        return to_text(messages(done))
    from therex.cli.options import PLAIN_WIDTH, on_console, width
    from therex.reports.terminal import summary, worklist_table

    stale = sorted({line for a in assessments if a.claim for line in a.claim.tables})
    columns = PLAIN_WIDTH if output else width() or os.get_terminal_size().columns
    return on_console([worklist_table(assessments, columns), f"\n{summary(assessments)}", *stale], output)


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("screen")(screen)
