"""Values that several commands share."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

from therex.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from therex.analysis import Analyzer
    from therex.readers.text import Source
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
        raise InputError(f"{flag}: want one of {', '.join(allowed)}")
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
        raise InputError("--as-of: want a date as YYYY-MM-DD") from None


def fail_on(values: list[str]) -> list[str]:
    """Checked values of --fail-on."""
    from therex.types import ELEMENTS

    for value in values:
        kind, _, element = value.partition(":")
        if value not in FAIL_ON and not (kind == "missing" and element in ELEMENTS):
            raise InputError(f"--fail-on: want one of {', '.join(FAIL_ON)}, or missing:ELEMENT")
    return values


def analyzer(payer: str, as_of: str | None, *, model: str | None = None, fast: bool = False) -> Analyzer:
    """The analyzer of a model, of the one in use where none is named, loaded with the collector at rest: what is loaded here lives as long as the program.

    Raises
    ------
    InputError
        The day is none, or the payer is unknown.
    ModelError
        The model is unknown, altered or incomplete.
    """
    import gc

    on = day(as_of)
    gc.disable()
    try:
        from therex.analysis import Analyzer

        gc.freeze()
        return Analyzer.create(payer, on, model=model, fast=fast)
    finally:
        gc.freeze()
        gc.enable()


def charges(path: Path | None, columns: str | None, sources: list[Source]) -> dict[str, tuple[Charge, ...]]:
    """Charges by note id; a line on standard error counts those that belong to none of the notes."""
    if path is None:
        return {}
    from therex.readers.claims import names_of, parse_columns, read_claims

    told = read_claims(path, parse_columns(columns))
    known: dict[str, list[str]] = {}
    for source in sources:
        for name in names_of(source.note_id):
            known.setdefault(name, []).append(source.note_id)
    out: dict[str, tuple[Charge, ...]] = {}
    astray = 0
    for note, lines in told.items():
        ids = known.get(note, [])
        if len(ids) == 1:
            out[ids[0]] = (*out.get(ids[0], ()), *lines)
        else:
            astray += len(lines)
    if astray:
        print(f"therex: --claims: {astray} charge lines belong to no note given, or to more than one", file=sys.stderr)
    return out
