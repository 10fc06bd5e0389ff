"""`therex screen --engine spark`: tables of notes through Spark, results as Parquet."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from therex.batch.places import check_folder
from therex.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTS = ("notes", "spans", "elements", "contradictions")


def run_spark(paths: list[str], output: Path | None, columns: Mapping[str, str], master: str, more: dict[str, Any]) -> int:
    """Screen tables of notes with Spark, and write four Parquet tables into the folder `output`, all or none.

    Raises
    ------
    InputError
        pyspark is not there, a path is no table, a column is missing, or no folder is given.
    """
    if output is None:
        raise InputError("--engine spark requires --output FOLDER")
    if output.exists():
        raise InputError("--engine spark: the --output folder already exists; name a new folder")
    check_folder(output, "--output", paths)
    try:
        import pyspark.sql  # noqa: F401
    except ImportError:
        raise InputError("--engine spark requires the package pyspark: pip install 'therex[spark]'") from None
    from therex.batch.lock import locked

    with locked(output):
        return _run(paths, output, columns, master, more)


def _run(paths: list[str], output: Path, columns: Mapping[str, str], master: str, more: dict[str, Any]) -> int:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    from therex.spark import contradictions, elements, screen, spans

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        SparkSession.builder.master(master)
        .appName("therex")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "256")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    part = output.with_name(f".{output.name}.tmp")
    shutil.rmtree(part, ignore_errors=True)
    try:
        df = _read(session, paths)
        named = _located(df.columns, columns)
        if "note_id" not in named:
            from pyspark.sql import functions as f

            df, named["note_id"] = df.withColumn("therex_id", f.monotonically_increasing_id().cast("string")), "therex_id"
        wanted: dict[str, Any] = {**named, **more}
        found = screen(df, **wanted)
        found.write.parquet(str(part / "notes"))
        # the other tables come from what was written, so that no note is analysed twice
        notes = session.read.parquet(str(part / "notes"))
        for name, table in (("spans", spans(notes)), ("elements", elements(notes)), ("contradictions", contradictions(notes))):
            table.write.parquet(str(part / name))
        told = {row.status: row["count"] for row in notes.groupBy("status").count().collect()}
        os.replace(part, output)
    except PySparkException as error:
        raise InputError(f"--engine spark: {type(error).__name__}; nothing was written") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
        session.stop()
    print(f"{sum(told.values())} notes, {told.get('error', 0)} not read", file=sys.stderr)
    return 0


def _read(session: Any, paths: list[str]) -> Any:
    """The tables as one DataFrame."""
    out = None
    for i, raw in enumerate(paths):
        path = Path(raw)
        if not path.exists():
            raise InputError(f"no such file or folder (path {i + 1} of {len(paths)})")
        df = _table(session, path, i, len(paths))
        out = df if out is None else out.unionByName(df, allowMissingColumns=True)
    if out is None:
        raise InputError("no input: name at least one table")
    return out


def _table(session: Any, path: Path, place: int, of: int) -> Any:
    if (path / "_delta_log").is_dir():
        try:
            from deltalake import DeltaTable
        except ImportError:
            raise InputError("a Delta Lake table requires the package deltalake: pip install 'therex[spark]'") from None
        return session.read.parquet(*DeltaTable(str(path)).file_uris())
    suffixes = (
        {f.suffix.lower() for f in path.rglob("*") if f.is_file() and not f.name.startswith(("_", "."))}
        if path.is_dir()
        else {path.suffix.lower()}
    )
    if suffixes == {".parquet"}:
        return session.read.parquet(str(path))
    if suffixes and suffixes <= {".csv", ".tsv"}:
        return session.read.csv(str(path), header=True, multiLine=True, escape='"', sep="\t" if suffixes == {".tsv"} else ",")
    if suffixes and suffixes <= {".jsonl", ".ndjson", ".json"}:
        return session.read.json(str(path))
    raise InputError(
        f"--engine spark: path {place + 1} of {of} is not a Parquet, Delta Lake, CSV, TSV, or JSON Lines table; use --engine local for documents"
    )


def _located(heads: list[str], own: Mapping[str, str]) -> dict[str, str]:
    from therex.readers.columns import locate
    from therex.readers.tables import FLAG, NAMES, OPTIONAL

    where = locate(heads, FLAG, NAMES, own, OPTIONAL)
    return {("note_id" if name == "id" else name): head for name, head in where.items()}
