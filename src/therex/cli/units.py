"""`therex units`: minutes to units under both rules."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def parse_minutes(items: list[str]) -> tuple[dict[str, int], dict[str, int], dict[str, dict[str, int]]]:
    """Timed minutes, untimed minutes, and timed minutes by who furnished them.

    Parameters
    ----------
    items
        ``CODE=MINUTES`` or ``CODE=MINUTES@WHO``; a code given again adds up.

    Raises
    ------
    InputError
        An unknown code, or minutes that are not a whole number from 0 to 1440.
    """
    from therex.catalog.codes import codes
    from therex.errors import InputError

    timed: dict[str, int] = {}
    untimed: dict[str, int] = {}
    by: dict[str, dict[str, int]] = {}
    for i, item in enumerate(items):
        code, equals, rest = item.partition("=")
        minutes, _, who = rest.partition("@")
        code = code.strip().upper()
        if not equals or code not in codes():
            raise InputError(f"item {i + 1} must be CODE=MINUTES with a known code, such as 97110=25")
        if not (minutes.isascii() and minutes.isdigit()) or int(minutes) > 1440:
            raise InputError(f"item {i + 1}: minutes must be a whole number from 0 to 1440")
        if who and who.upper() not in ("PT", "OT", "PTA", "OTA"):
            raise InputError(f"item {i + 1}: after @ use PT, OT, PTA, or OTA")
        into = timed if codes()[code]["timed"] else untimed
        into[code] = into.get(code, 0) + int(minutes)
        if who:
            by.setdefault(code, {}).setdefault(who.upper(), 0)
            by[code][who.upper()] += int(minutes)
    return timed, untimed, by


def units(
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="CODE=MINUTES...",
            help="Minutes by code, such as 97110=25 97140=15. Add @PT, @OT, @PTA, or @OTA for who furnished them.",
        ),
    ],
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
) -> int:
    """Calculate billable units from minutes.

    Uses the CMS total-time rule and the AMA midpoint rule.
    """
    import json

    from therex.billing.assistants import modifiers
    from therex.billing.units import supported
    from therex.cli.options import one_of

    one_of("--format", format, ("text", "json"))
    timed, untimed, by = parse_minutes(items)
    both: dict[str, Any] = supported(timed)
    result = {"timed_total": both["timed_total"], "untimed": untimed, "cms": both["cms"], "ama": both["ama"]}
    if by:
        result["furnished_by"] = by
        result["cms"]["modifiers"] = [modifiers(by, way) for way in both["cms"]["allocations"]]
    if format == "json":
        typer.echo(json.dumps(result))
        return 0
    typer.echo(f"timed minutes    {result['timed_total']}")
    for i, way in enumerate(both["cms"]["allocations"]):
        lead = f"CMS total time   {_units(both['cms']['total'])}" if i == 0 else "              or        "
        typer.echo(f"{lead}  {_way(way)}{_modified(modifiers(by, way))}")
    typer.echo(f"AMA midpoint     {_units(both['ama']['total'])}  {_way(both['ama']['units'])}")
    if untimed:
        typer.echo(f"untimed          {', '.join(f'{code} {n} min' for code, n in untimed.items())} (no 15-minute units)")
    return 0


def _units(n: int) -> str:
    return f"{n} unit{'s' if n != 1 else ' '}"


def _way(way: dict[str, int]) -> str:
    return ", ".join(f"{code} x{n}" for code, n in way.items())


def _modified(by_code: dict[str, dict[str, int]]) -> str:
    told = [f"{code} x{n} {name}" for code, parts in by_code.items() for name, n in parts.items() if name and n]
    return f"  (of these {', '.join(told)})" if told else ""


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("units")(units)
