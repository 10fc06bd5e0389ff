"""Screening as a Spark job: one row a note, with tables of spans, elements, contradictions and reasons to explode.

    from therex.spark import screen, spans
    found = screen(spark.read.parquet("notes/"), text="note_text", note_id="id")
    found.write.parquet("screened/")
    spans(found).groupBy("label").count()

Every Python worker of an executor loads the analyzer once and keeps it. A model of one's own is sent with the job; the shipped one is in the
package, which executors must have (docs/spark.md). The records are those of ``therex screen --format jsonl``.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from therex.batch.local import Setup
from therex.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SOURCE = ("patient", "date", "author", "type")
# name and type of each column of the result; a list of pairs is an array of structs
COLUMNS: tuple[tuple[str, Any], ...] = (
    ("note_id", "string"), ("status", "string"), ("error_code", "string"), ("error_message", "string"), ("patient", "string"),
    ("service_date", "string"), ("author", "string"), ("source_type", "string"), ("payer", "string"), ("note_type", "string"),
    ("discipline", "string"), ("line_status", "string"), ("reasons", ["string"]), ("verdict", "string"), ("score", "double"), ("model", "string"),
    ("minutes_97110", "double"), ("timed_total", "double"), ("session_total", "double"), ("units_97110", "int"),
    ("elements", [(k, "string") for k in ("element", "found", "finding", "requirement", "severity", "rule")]),
    ("spans", [("start", "int"), ("end", "int"), *((k, "string") for k in ("label", "attribute", "assertion", "text"))]),
    ("contradictions", ["string"]), ("record", "string"),
)  # fmt: skip


def _ddl(kind: Any) -> str:
    if isinstance(kind, str):
        return kind
    inner = kind[0] if isinstance(kind[0], str) else f"struct<{', '.join(f'`{k}`: {v}' for k, v in kind)}>"
    return f"array<{inner}>"


SCHEMA = ", ".join(f"{name} {_ddl(kind)}" for name, kind in COLUMNS)


def _arrow_schema() -> Any:
    """The same for Arrow, which a worker has without Spark's own process."""
    import pyarrow

    plain = {"string": pyarrow.string(), "double": pyarrow.float64(), "int": pyarrow.int32()}

    def of(kind: Any) -> Any:
        if isinstance(kind, str):
            return plain[kind]
        return pyarrow.list_(plain[kind[0]] if isinstance(kind[0], str) else pyarrow.struct([(k, plain[v]) for k, v in kind]))

    return pyarrow.schema([(name, of(kind)) for name, kind in COLUMNS])


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker needs: how to analyse, which columns hold what, and a model of the user's own as a ZIP."""

    setup: Setup
    columns: tuple[tuple[str, str], ...]
    model: bytes = field(repr=False)
    text: bool


def screen(
    df: DataFrame,
    *,
    text: str = "text",
    note_id: str = "note_id",
    patient: str | None = None,
    date: str | None = None,
    author: str | None = None,
    type: str | None = None,
    payer: str = "cms",
    as_of: str | None = None,
    model: str | None = None,
    fast: bool = False,
    timeout: float = 60.0,
    keep_text: bool = True,
) -> DataFrame:
    """Screen the notes of a DataFrame.

    Parameters
    ----------
    text, note_id, patient, date, author, type
        The columns that hold these; the first two must be there.
    payer, as_of, model, fast, timeout
        As for ``therex screen``; `payer` is a shipped profile. `as_of` defaults to today, once for the whole job.
    keep_text
        False leaves out what the notes say, as ``--no-text`` does.

    Returns
    -------
    DataFrame
        One row a note, in no order, with the columns of `SCHEMA`; `record` is the JSON record. A note that fails has ``status = 'error'``.

    Raises
    ------
    InputError
        A column is missing.
    PolicyError, ModelError
        The payer or the model is unknown.
    """
    from datetime import date as day

    from therex.catalog.policy import policy

    named = {"text": text, "note_id": note_id, "patient": patient, "date": date, "author": author, "type": type}
    columns = {k: v for k, v in named.items() if v is not None}
    for name, column in columns.items():
        if column not in df.columns:
            raise InputError(f"spark: the DataFrame has no column for {name} among its {len(df.columns)} columns")
    policy(payer)
    setup = Setup(payer, as_of or day.today().isoformat(), None, fast, timeout)
    task = _Task(setup, tuple(columns.items()), _packed(model), keep_text)
    return df.select(*dict.fromkeys(columns.values())).mapInArrow(_mapper(task), SCHEMA)  # type: ignore[arg-type]


def spans(found: DataFrame) -> DataFrame:
    """One row a span."""
    return _exploded(found, "spans")


def elements(found: DataFrame) -> DataFrame:
    """One row an element of a note."""
    return _exploded(found, "elements")


def contradictions(found: DataFrame) -> DataFrame:
    """One row a contradiction."""
    from pyspark.sql import functions as f

    return found.select("note_id", f.explode("contradictions").alias("contradiction"))


def _exploded(found: DataFrame, column: str) -> DataFrame:
    from pyspark.sql import functions as f

    return found.select("note_id", f.posexplode(column).alias("place", "one")).select("note_id", "place", "one.*")


def _packed(model: str | None) -> bytes:
    """A model of the user's own as a ZIP, which goes to the workers with the job; nothing for the shipped one."""
    from therex.settings import model_folder

    folder = model_folder(model)
    if folder == model_folder("shipped"):
        return b""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return out.getvalue()


def _mapper(task: _Task) -> Any:
    """The function that Spark sends to its workers: a closure over plain values."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        from therex.spark import _screened

        return _screened(batches, task)

    return run


_loaded: dict[int, Any] = {}


def _analyzer(task: _Task) -> Any:
    """The analyzer of a task, loaded once in a worker."""
    from dataclasses import replace

    from therex.batch.local import analyzer_of

    setup = replace(task.setup, model="shipped")
    key = hash((setup.payer, setup.day, setup.fast, task.model))
    if key not in _loaded:
        _loaded[key] = _with_model(task, setup) if task.model else analyzer_of(setup)
    return _loaded[key]


def _with_model(task: _Task, setup: Setup) -> Any:
    import tempfile
    from datetime import date

    from therex.analysis import Analyzer
    from therex.catalog.policy import policy
    from therex.nlp.build import load
    from therex.scoring.model import load_model
    from therex.settings import NECESSITY, PIPELINE

    with tempfile.TemporaryDirectory() as name:
        zipfile.ZipFile(io.BytesIO(task.model)).extractall(name)
        folder = Path(name)
        on = date.fromisoformat(setup.day) if setup.day else date.today()
        return Analyzer(load(folder / PIPELINE, fast=setup.fast), load_model(folder / NECESSITY), policy(setup.payer), on)


def _screened(batches: Iterator[Any], task: _Task) -> Iterator[Any]:
    """In a worker: every batch of notes as a batch of rows."""
    import pyarrow

    from therex.batch.local import run
    from therex.days import parse_day
    from therex.errors import NoteError
    from therex.reports.record import to_record
    from therex.types import Note

    schema = _arrow_schema()
    analyzer = _analyzer(task)
    columns = dict(task.columns)

    def told(row: dict[str, Any], name: str) -> str:
        value = row.get(columns.get(name, ""))
        return "" if value is None else str(value)

    def items(rows: list[dict[str, Any]]) -> Iterator[Note | NoteError]:
        for row in rows:
            if row.get(columns["text"]) is None:
                yield NoteError("empty", "The note is empty.", told(row, "note_id"))
            else:
                day = told(row, "date")
                yield Note(
                    told(row, "note_id"), told(row, "text"), told(row, "patient"), parse_day(day) if day else None, told(row, "author"), told(row, "type")
                )  # fmt: skip

    for batch in batches:
        found = run(items(batch.to_pylist()), task.setup, lambda a, note: _row(to_record(a, note, text=task.text)), 1, analyzer)
        yield pyarrow.RecordBatch.from_pylist(list(found), schema=schema)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    from therex.reports import flat

    return {
        **flat.note_row(record), "reasons": flat.reasons(record), "elements": flat.element_rows(record), "spans": flat.span_rows(record),
        "contradictions": flat.contradictions(record), "record": json.dumps(record, ensure_ascii=False, separators=(", ", ": ")),
    }  # fmt: skip
