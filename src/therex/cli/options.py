"""Values that several commands share."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from therex.errors import InputError

if TYPE_CHECKING:
    from therex.analysis import Analyzer

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
