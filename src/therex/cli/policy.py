"""`therex policy`: payers, rules, citations, dates."""

from __future__ import annotations

from typing import Annotated

import typer

PAYER = "A payer from `therex policy list`, or a policy file ending in .yaml."
group = typer.Typer(help="List, show, compare, and check payer rules.", no_args_is_help=True, rich_markup_mode="rich")


@group.command("list")
def list_() -> int:
    """List the payers and how many rules each has."""
    from therex.catalog.policy import payers, policy

    for name in payers():
        p = policy(name)
        count = len(p.rules) + len(p.episode)
        own = f"{count} rules" + (f", {len(p.own)} specific to this payer" if p.extends else "")
        if not p.own:
            own = f"{count} rules, all from {p.extends}"
        typer.echo(f"{p.id:15} {p.version:8} {p.name}: {own}")
    return 0


@group.command("show")
def show(
    payer: Annotated[str, typer.Argument(help=PAYER)],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Show only the rules in effect on this date.")] = None,
) -> int:
    """Show a payer's rules, citations, dates, and questions."""
    from therex.catalog.policy import policy
    from therex.cli.options import counted, day

    p = policy(payer)
    extends = f", extends {p.extends}" if p.extends else ""
    typer.echo(f"{p.name} ({p.id} {p.version}{extends}), units counted by the {p.units_rule.upper()} rule")
    typer.echo(f"{' '.join(p.notes.split())}\n")
    on = day(as_of)
    for rule in sorted(
        (r for r in p.rules if as_of is None or on is None or p.rule(r.element, r.note_types[0], on) is r),
        key=lambda r: (r.requirement != "required" or r.scope != "note", ("critical", "major", "minor").index(r.severity)),
    ):
        until = rule.effective_to.isoformat() if rule.effective_to else "present"
        typer.echo(f"{rule.id}")
        typer.echo(f"  {rule.requirement}, {rule.severity}, scope {rule.scope}{', may be in another document' if rule.elsewhere else ''}")
        typer.echo(f"  {rule.message}")
        typer.echo(
            f"  {p.citation(rule)}; in effect {rule.effective_from.isoformat()} to {until}; {'verified' if rule.verified else 'not verified'} ({rule.evidence}), checked {rule.checked.isoformat()}"
        )
        typer.echo(f"  Question: {rule.query}")
    for r in p.episode:
        if as_of is not None and on is not None and p.episode_rule(r.check, on) is not r:
            continue
        until = r.effective_to.isoformat() if r.effective_to else "present"
        limits = ", ".join(f"{name} {n}" for name, n in (("limit", r.limit), ("days", r.days), ("grace", r.grace or None)) if n is not None)
        typer.echo(f"{r.id}\n  episode rule: {r.check}, {r.severity}, {limits}\n  {r.message}")
        typer.echo(
            f"  {p.citation(r)}; in effect {r.effective_from.isoformat()} to {until}; {'verified' if r.verified else 'not verified'} ({r.evidence}), checked {r.checked.isoformat()}"
        )
        typer.echo(f"  Question: {r.query}")
    for c in p.custom:
        how = f"{counted(len(c.phrases), 'phrase')}" if c.phrases else f"label {c.label}" if c.label else f"section {c.section}"
        typer.echo(f"{c.id}\n  custom element, {how}: {c.requirement}, {c.severity}\n  {c.message}\n  Question: {c.query}")
    return 0


@group.command("diff")
def diff(
    first: Annotated[str, typer.Argument(help=PAYER)],
    second: Annotated[str, typer.Argument(help=PAYER)],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Compare the rules in effect on this date. Default: today.")
    ] = None,
) -> int:
    """Compare what two payers require of a daily note."""
    from datetime import date

    from therex.catalog.policy import EPISODE_CHECKS, policy
    from therex.cli.options import day
    from therex.types import ELEMENTS

    a, b, on = policy(first), policy(second), day(as_of) or date.today()
    if a.units_rule != b.units_rule:
        typer.echo(f"units rule: {a.units_rule} -> {b.units_rule}")
    same = 0
    for element in ELEMENTS:
        x, y = a.rule(element, "daily", on), b.rule(element, "daily", on)
        if x == y:
            same += 1
            continue
        typer.echo(element)
        for rule, p in ((x, a), (y, b)):
            sign = "-" if p is a else "+"
            typer.echo(f"  {sign} {f'{rule.requirement}, {rule.severity}: {rule.message} ({p.citation(rule)})' if rule else 'no rule'}")
    for check in EPISODE_CHECKS:
        v, w = a.episode_rule(check, on), b.episode_rule(check, on)
        if v == w:
            continue
        typer.echo(check)
        for sign, told, p in (("-", v, a), ("+", w, b)):
            typer.echo(f"  {sign} {f'{told.severity}: {told.message} ({p.citation(told)})' if told else 'no rule'}")
    for sign, more in (("-", [c for c in a.custom if c not in b.custom]), ("+", [c for c in b.custom if c not in a.custom])):
        for c in more:
            typer.echo(f"{c.id}\n  {sign} {c.requirement}, {c.severity}: {c.message}")
    typer.echo(f"{same} of {len(ELEMENTS)} elements have the same rules on {on.isoformat()}")
    return 0


@group.command("check")
def check(path: Annotated[str, typer.Argument(help="Your organization's policy file, ending in .yaml.")]) -> int:
    """Check your organization's policy file.

    Every error names the file, the line, the key, and what is allowed.
    """
    from therex.catalog.policy import policy
    from therex.cli.options import counted
    from therex.errors import PolicyError

    if not path.endswith((".yaml", ".yml")):
        raise PolicyError("the name of a policy file must end in .yaml")
    p = policy(path)
    inherited = f", {len(p.rules) + len(p.episode)} with those of {p.extends}" if p.extends else ""
    more = f", {counted(len(p.custom), 'custom element')}" if p.custom else ""
    typer.echo(f"{p.id} {p.version}: {counted(len(p.own), 'rule')} of its own{inherited}{more}; no errors")
    return 0


@group.command("import")
def import_(
    path: Annotated[str, typer.Argument(help="A public quarterly file, as CSV or tab-separated text.")],
    kind: Annotated[
        str, typer.Option("--kind", help="ptp (NCCI edit pairs, practitioner) or mue (medically unlikely edits, practitioner).")
    ],
    quarter: Annotated[str, typer.Option("--quarter", metavar="YYYYQn", help="Quarter of the file, such as 2026Q4.")],
) -> int:
    """Import therapy codes from a quarterly CMS file.

    The imported rows replace the sample that ships with therex.
    """
    from pathlib import Path

    from therex.catalog.codes import codes
    from therex.catalog.tables import KINDS, NAMES, store
    from therex.cli.options import counted, one_of

    one_of("--kind", kind, KINDS)
    table = store(kind, Path(path), quarter, frozenset(codes()))
    typer.echo(f"{NAMES[kind]} for {table.quarter}: {counted(len(table.edits) or len(table.limits), 'row')} with therapy codes imported")
    return 0


@group.command("tables")
def tables(
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Check the tables as of this date. Default: today.")
    ] = None,
) -> int:
    """Show the dated tables and which are out of date.

    The tables are KX thresholds, modifiers, NCCI edit pairs, and medically unlikely edits.
    """
    from datetime import date

    from therex.catalog.files import resource
    from therex.catalog.tables import KINDS, NAMES, modifiers, quarterly, stale_tables
    from therex.cli.options import counted, day

    for year, row in resource("tables/kx.yaml")["years"].items():
        typer.echo(
            f"KX threshold {year}: ${row['threshold']:,}, review from ${row['review']:,} ({row['evidence']}, {'verified' if row['verified'] else 'not verified'})"
        )
    for name, row in modifiers().items():
        typer.echo(
            f"{name}: {row['means']}; from {row['from'].isoformat()} ({row['authority']}; {row['evidence']}, {'verified' if row['verified'] else 'not verified'})"
        )
    for kind in KINDS:
        t = quarterly(kind)
        typer.echo(f"{NAMES[kind]}: {t.quarter}{', a sample' if t.sample else ''}, {counted(len(t.edits) or len(t.limits), 'row')}")
    for line in stale_tables(day(as_of) or date.today()):
        typer.echo(line)
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="policy")
