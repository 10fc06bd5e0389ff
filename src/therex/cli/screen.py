"""`therex screen`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from therex.batch.local import Item, Setup
    from therex.types import Assessment, Note

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
    fast: Annotated[bool, typer.Option("--fast", help="Rules alone, without the learned proposals.")] = False,
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
    from therex.cli.options import charges, day, one_of
    from therex.cli.options import fail_on as checked
    from therex.errors import InputError
    from therex.readers.notes import Reading, columns_of, read_notes
    from therex.types import Note

    if one_of("--engine", engine, ("local", "spark")) == "spark":
        from therex.cli.engine import run_spark

        more = {"payer": payer, "as_of": as_of, "model": model, "fast": fast, "timeout": timeout, "keep_text": not no_text}
        return run_spark(paths, output, columns_of(columns), master, more)
    format = one_of("--format", format or ("none" if database and not output else "table"), FORMATS)
    if format == "xlsx" and output is None:
        raise InputError("--format xlsx: want --output FILE, a workbook is not for a terminal")
    if no_text and (format in WITH_TEXT or keep_text):
        raise InputError("--no-text: not with --format html, which shows the notes, nor with --keep-text")
    wanted = checked(fail_on or [])
    on = day(as_of)
    reading = Reading(columns_of(columns), largest=max_bytes, names=claims is not None)
    items: Iterable[Item]
    if claims:
        items = list(read_notes(paths, reading))
        told = charges(claims, claim_columns, ((n.note_id, n.patient, n.day) for n in items if isinstance(n, Note)))
    else:
        items, told = read_notes(paths, reading), {}
    count = _count(paths)
    if count is None:
        # a table may hold few notes or very many
        first = list(islice(stream := iter(items), FEW))
        items, count = (first, len(first)) if len(first) < FEW else (chain(first, stream), None)
    setup = Setup(payer, on.isoformat() if on else None, model, fast, timeout, told)
    _checked(setup)
    job = _Job(setup, jobs_for(jobs, count), count, wanted, no_text)
    beside = _Beside(keep_text, database, batch)
    if format == "jsonl":
        tally = _stream(items, job, output, paths, (columns, str(claims) if claims else "", claim_columns, max_bytes), beside)
    elif format == "none":
        tally = _Tally()
        for _ in _run(items, job, _line_without_text if no_text else _line, tally, beside):
            pass
        print(f"{tally.notes} notes, {tally.errors} of them not read", file=sys.stderr)
    else:
        tally = _Tally()
        done = list(_run(items, job, _whole, tally, beside))
        _write(done, format, output, no_text)
    if not tally.notes:
        raise InputError("nothing to read: no notes in what was given")
    if tally.errors == tally.notes:
        raise InputError(f"no note could be read: {tally.first_error}")
    return int(tally.failed)


@dataclass(frozen=True, slots=True)
class _Job:
    setup: Setup
    jobs: int
    count: int | None
    wanted: list[str]
    no_text: bool


@dataclass(slots=True)
class _Tally:
    """What is remembered of the notes that went by."""

    notes: int = 0
    errors: int = 0
    failed: bool = False
    first_error: str = ""

    def add(self, facts: tuple[str, str, frozenset[str]], place: int, count: int | None = None, *, told: bool = True) -> None:
        code, message, _ = facts
        self.notes += 1
        if code:
            self.errors += 1
            self.first_error = self.first_error or message
            if told:
                of = f" of {count}" if count is not None else ""
                print(f"therex: note {place}{of}: {code}: {message}", file=sys.stderr)


def _count(paths: list[str]) -> int | None:
    """How many notes there are, where each document is one; None where a table, an archive or a message may hold many."""
    from therex.readers.documents import find_documents

    if "-" in paths:
        return None
    n = 0
    for document in find_documents(paths):
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


def _facts(a: Assessment) -> tuple[str, str, frozenset[str]]:
    """Error code, message, and what --fail-on may ask for."""
    if a.error is not None:
        return a.error[0], a.error[1], frozenset(["error"])
    found = {f"missing:{f.id}" for f in a.findings if f.found == "missing"}
    if a.line is not None and a.necessity is not None:
        found |= {a.line.status, a.necessity.verdict}
    if a.contradictions:
        found.add("contradiction")
    return "", "", frozenset(found)


def _line(a: Assessment, note: Note | None) -> tuple[tuple[str, str, frozenset[str]], str, str]:
    """In a worker: facts, the record as a line, and the text."""
    from therex.reports.record import to_line

    return _facts(a), to_line(a, note), note.text if note else ""


def _line_without_text(a: Assessment, note: Note | None) -> tuple[tuple[str, str, frozenset[str]], str, str]:
    from therex.reports.record import to_line

    return _facts(a), to_line(a, note, text=False), ""


def _whole(a: Assessment, note: Note | None) -> tuple[tuple[str, str, frozenset[str]], Any, str]:
    """In a worker: facts, the assessment with its note's source, and the text."""
    return _facts(a), (a, note), note.text if note else ""


def _run(items: Iterable[Item], job: _Job, shape: Any, tally: _Tally, beside: _Beside, first: int = 0) -> Iterator[Any]:
    from therex.batch.local import run
    from therex.cli.options import progress

    try:
        results = run(items, job.setup, shape, job.jobs)
        for place, (facts, told, text) in enumerate(progress(results, job.count, first), first + 1):
            tally.add(facts, place, job.count)
            tally.failed = tally.failed or any(w in facts[2] for w in job.wanted)
            beside.add(told, text, place, job.no_text)
            yield told
    except BaseException:
        beside.drop()
        raise
    beside.close()


class _Beside:
    """What is written beside the output: texts (--keep-text) and a database."""

    def __init__(self, keep_text: Path | None, database: str | None, batch: str) -> None:
        from contextlib import ExitStack

        self._stack = ExitStack()
        self._texts: Any = None
        self._database: Any = None
        if keep_text is not None:
            from therex.batch.outputs import whole

            part = self._stack.enter_context(whole(keep_text))
            self._texts = self._stack.enter_context(part.open("w", encoding="utf-8", newline="\n"))
        if database is not None:
            from therex.batch.database import Database

            self._database = Database(database, batch)

    def add(self, told: Any, text: str, place: int, no_text: bool) -> None:
        """One note: its record as a line, or its assessment with its note."""
        import json

        if self._texts is not None and text:
            note_id = told[0].note_id if isinstance(told, tuple) else json.loads(told)["note_id"]
            self._texts.write(json.dumps({"note_id": note_id, "place": place, "text": text}, ensure_ascii=False) + "\n")
        if self._database is not None:
            from therex.reports.record import to_record

            self._database.add(to_record(*told, text=not no_text) if isinstance(told, tuple) else json.loads(told))

    def close(self) -> None:
        """All went well."""
        if self._database is not None:
            self._database.close()
        self._stack.close()

    def drop(self) -> None:
        """The run broke off: the texts go, what the database has committed stays."""
        if self._database is not None:
            self._database.drop()
        broken = RuntimeError()
        with suppress(RuntimeError):
            self._stack.__exit__(RuntimeError, broken, None)


def _stream(items: Iterable[Item], job: _Job, output: Path | None, paths: list[str], more: tuple[Any, ...], beside: _Beside) -> _Tally:
    """JSON Lines as they come."""
    shape = _line_without_text if job.no_text else _line
    tally = _Tally()
    if output is None:
        for line in _run(items, job, shape, tally, beside):
            sys.stdout.write(line + "\n")
        return tally
    from dataclasses import replace
    from datetime import date

    from therex.batch.outputs import open_part

    part = open_part(output, _fingerprint(job, paths, more), job.setup.day or date.today().isoformat())
    if part.other:
        print("therex: --output: an unfinished run of other notes or options stood there; this one begins anew", file=sys.stderr)
    if part.done:
        print(f"therex: --output: {part.done} notes are done already; going on from there", file=sys.stderr)
        for place, line in enumerate(part.lines(), 1):
            facts = _facts_of(line)
            beside.add(line, "", place, job.no_text)
            tally.add(facts, place, told=False)
            tally.failed = tally.failed or any(w in facts[2] for w in job.wanted)
    rest = islice(iter(items), part.done, None)
    with part.append() as handle:
        for line in _run(rest, replace(job, setup=replace(job.setup, day=part.day)), shape, tally, beside, part.done):
            handle.write(line + "\n")
    part.finish()
    return tally


def _facts_of(line: str) -> tuple[str, str, frozenset[str]]:
    """The facts of a note that an earlier run wrote."""
    import json

    record = json.loads(line)
    if record["status"] == "error":
        return record["error"]["code"], record["error"]["message"], frozenset(["error"])
    found = {record["line"]["status"], record["necessity"]["verdict"]}
    found |= {f"missing:{e['id']}" for e in record["elements"] if e["found"] == "missing"}
    return "", "", frozenset(found | ({"contradiction"} if record["contradictions"] else set()))


def _fingerprint(job: _Job, paths: list[str], more: tuple[Any, ...]) -> str:
    from therex import __version__
    from therex.batch.outputs import fingerprint
    from therex.readers.documents import find_documents
    from therex.settings import NECESSITY, model_folder

    def documents() -> Iterator[Any]:
        for d in find_documents([p for p in paths if p != "-"]) if any(p != "-" for p in paths) else ():
            told = d.path.stat() if d.path else None
            yield [d.name, told.st_size if told else 0, told.st_mtime_ns if told else 0]

    s = job.setup
    manifest = (model_folder(s.model) / NECESSITY / "manifest.json").read_text(encoding="utf-8")
    return fingerprint([__version__, s.payer, s.day, s.model, s.fast, s.timeout, job.no_text, manifest, *more, *documents()])


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
