"""Values that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from therex.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from therex.analysis import Analyzer
    from therex.types import Charge

FAIL_ON = ("error", "hold", "review", "not_supported", "contradiction")


def one_of(flag: str, value: str, allowed: tuple[str, ...]) -> str:
    """`value`, or an error that names the flag and what is allowed.

    Raises
    ------
    InputError
        The value is not allowed.
    """
    if value not in allowed:
        raise InputError(f"{flag} must be one of {', '.join(allowed)}")
    return value


def day(value: str | None) -> date | None:
    """A date given as YYYY-MM-DD.

    Raises
    ------
    InputError
        The value is no such date.
    """
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InputError("--as-of must be a date (YYYY-MM-DD)") from None


def fail_on(values: list[str]) -> list[str]:
    """Checked values of --fail-on."""
    from therex.types import ELEMENTS

    for value in values:
        kind, _, element = value.partition(":")
        if value not in FAIL_ON and not (kind == "missing" and element in ELEMENTS):
            raise InputError(f"--fail-on must be one of {', '.join(FAIL_ON)}, or missing:ELEMENT")
    return values


def analyzer(payer: str, as_of: str | None, *, model: str | None = None, fast: bool = False) -> Analyzer:
    """The analyzer of a model, of the one in use where none is named.

    Raises
    ------
    InputError
        The day is none, or the payer is unknown.
    ModelError
        The model is unknown, altered or incomplete.
    """
    on = day(as_of)
    from therex.batch.local import Setup, analyzer_of

    return analyzer_of(Setup(payer, on.isoformat() if on else None, model, fast))


def charges(path: Path | None, columns: str | None, notes: Iterable[tuple[str, str, date | None]]) -> dict[str, tuple[Charge, ...]]:
    """Charges by note id; a line on standard error counts those that belong to none of the notes.

    Parameters
    ----------
    notes
        Id, patient and day of each note.
    """
    if path is None:
        return {}
    from therex.readers.claims import NAMES, match, read_claims
    from therex.readers.columns import parse_columns

    out, astray = match(read_claims(path, parse_columns(columns, "--claim-columns", NAMES)), notes)
    if astray:
        print(f"therex: --claims: {counted(astray, 'charge line')} not used: no note or more than one note matches", file=sys.stderr)
    return out


def counted(n: int, noun: str) -> str:
    """A number with its noun, such as ``1 note`` or ``14 notes``."""
    return f"{n:,} {noun}{'s' * (n != 1)}"


def progress(items: Iterable[Any], total: int | None, first: int = 0) -> Iterable[Any]:
    """The items, with a bar, a rate and the time left on standard error where they are many and it is a terminal."""
    if not sys.stderr.isatty() or (total is not None and total < 20):
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]} notes/s"), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, completed=first, rate="–")
        for item in items:
            yield item
            speed = bar.tasks[0].speed
            bar.update(task, advance=1, rate=f"{speed:.0f}" if speed else "–")


@contextmanager
def wants(extra: str, *packages: str) -> Iterator[None]:
    """Imports of an extra's packages; where one is not there, a line that says how to get it.

    Raises
    ------
    InputError
        One of `packages` is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in packages:
            raise
        raise InputError(f"this command requires the package {error.name}: pip install 'therex[{extra}]'") from None


PLAIN_WIDTH = 140
# suffixes that promise a format
TELLING = (".csv", ".tsv", ".docx", ".htm", ".html", ".json", ".jsonl", ".ndjson", ".parquet", ".pdf", ".xls", ".xlsx", ".xml")


def width() -> int | None:
    """Columns to print in: those of the terminal, or of COLUMNS, or 140 where neither is known."""
    if sys.stdout.isatty():
        return None
    told = os.environ.get("COLUMNS", "")
    return int(told) if told.isdigit() and int(told) >= 20 else PLAIN_WIDTH


def on_console(parts: Iterable[Any], output: Path | None) -> str:
    """What rich makes of `parts`: in color for a terminal, plain for anything else."""
    import io

    from rich.console import Console

    from therex.reports.terminal import Harmless

    on_terminal = output is None and sys.stdout.isatty()
    buffer = io.StringIO()
    columns = PLAIN_WIDTH if output else width()
    # a name may hold brackets and colons, which are no markup here
    console = Console(file=buffer, force_terminal=on_terminal, highlight=False, markup=False, emoji=False, width=columns)
    for part in parts:
        console.print(Harmless(part))
    return buffer.getvalue()


def format_for(format: str | None, output: Path | None, formats: Mapping[str, str], default: str) -> str:
    """The format to write: as asked, or by the suffix of the output file.

    Parameters
    ----------
    formats
        The suffix of each format, such as ``.csv``; empty for one that any text file may hold.

    Raises
    ------
    InputError
        An unknown format, or a suffix that belongs to another one.
    """
    asked = one_of("--format", format, tuple(formats)) if format else None
    suffix = output.suffix.lower() if output else ""
    by_suffix = next((name for name, own in formats.items() if own and suffix in own.split()), None)
    if asked and (by_suffix or suffix in TELLING) and suffix not in formats[asked].split():
        raise InputError(f"--format {asked} does not match the --output extension {suffix}: omit --format or change the extension")
    if not asked and not by_suffix and suffix in TELLING:
        known = " ".join(own for own in formats.values() if own).split()
        raise InputError(f"--output: this command cannot write {suffix} files; use one of {', '.join(known)}")
    return asked or by_suffix or default
