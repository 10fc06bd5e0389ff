"""`therex policy`: payers, rules, citations, dates."""

from __future__ import annotations

from typing import Annotated

import typer

PAYER = "A payer of `therex policy list`, or a policy file ending in .yaml."
group = typer.Typer(help="Payers, their rules, citations and dates.", no_args_is_help=True, rich_markup_mode="rich")


@group.command("list")
def list_() -> int:
    """List the payers."""
    from therex.catalog.policy import payers, policy

    for name in payers():
        p = policy(name)
        count = len(p.rules) + len(p.episode)
        own = f"{len(p.own)} of {count} rules of its own" if p.extends else f"{count} rules"
        if not p.own:
            own = f"no rules of its own; uses those of {p.extends}"
        typer.echo(f"{p.id:15} {p.version:8} {p.name}: {own}")
    return 0


@group.command("show")
def show(
    payer: Annotated[str, typer.Argument(help=PAYER)],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Only the rules in force on this day.")] = None,
) -> int:
    """Show a payer's rules with citation, requirement, severity, dates and query."""
    from therex.catalog.policy import policy
    from therex.cli.options import day

    p = policy(payer)
    extends = f", extends {p.extends}" if p.extends else ""
    typer.echo(f"{p.name} ({p.id} {p.version}{extends}), units by the {p.units_rule.upper()} rule")
    typer.echo(f"{' '.join(p.notes.split())}\n")
    on = day(as_of)
    for rule in sorted(
        (r for r in p.rules if as_of is None or on is None or p.rule(r.element, r.note_types[0], on) is r),
        key=lambda r: (r.requirement != "required" or r.scope != "note", ("critical", "major", "minor").index(r.severity)),
    ):
        until = rule.effective_to.isoformat() if rule.effective_to else "now"
        typer.echo(f"{rule.id}")
        typer.echo(
            f"  {rule.requirement}, {rule.severity}, scope {rule.scope}{', may stand in another document' if rule.elsewhere else ''}"
        )
        typer.echo(f"  {rule.message}")
        typer.echo(
            f"  {p.citation(rule)}; in force {rule.effective_from.isoformat()} to {until}; {'verified' if rule.verified else 'not verified'} ({rule.evidence}), checked {rule.checked.isoformat()}"
        )
        typer.echo(f"  Query: {rule.query}")
    for r in p.episode:
        if as_of is not None and on is not None and p.episode_rule(r.check, on) is not r:
            continue
        until = r.effective_to.isoformat() if r.effective_to else "now"
        limits = ", ".join(f"{name} {n}" for name, n in (("limit", r.limit), ("days", r.days), ("grace", r.grace or None)) if n is not None)
        typer.echo(f"{r.id}\n  over the whole episode: {r.check}, {r.severity}, {limits}\n  {r.message}")
        typer.echo(
            f"  {p.citation(r)}; in force {r.effective_from.isoformat()} to {until}; {'verified' if r.verified else 'not verified'} ({r.evidence}), checked {r.checked.isoformat()}"
        )
        typer.echo(f"  Query: {r.query}")
    for c in p.custom:
        how = f"by {len(c.phrases)} phrases" if c.phrases else f"by the label {c.label}" if c.label else f"by the section {c.section}"
        typer.echo(f"{c.id}\n  an element of its own, {how}: {c.requirement}, {c.severity}\n  {c.message}\n  Query: {c.query}")
    return 0


@group.command("diff")
def diff(
    first: Annotated[str, typer.Argument(help=PAYER)],
    second: Annotated[str, typer.Argument(help=PAYER)],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="As of this day; today by default.")] = None,
) -> int:
    """What the second payer asks for a daily note that the first does not, or asks differently."""
    from datetime import date

    from therex.catalog.policy import EPISODE_CHECKS, policy
    from therex.cli.options import day
    from therex.types import ELEMENTS

    a, b, on = policy(first), policy(second), day(as_of) or date.today()
    if a.units_rule != b.units_rule:
        typer.echo(f"units: {a.units_rule} -> {b.units_rule}")
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
    typer.echo(f"{same} of {len(ELEMENTS)} elements the same on {on.isoformat()}")
    return 0


@group.command("check")
def check(path: Annotated[str, typer.Argument(help="An organisation's own policy file, ending in .yaml.")]) -> int:
    """Check a policy file of your own: every fault names file, line, key and what is allowed."""
    from therex.catalog.policy import policy
    from therex.errors import PolicyError

    if not path.endswith((".yaml", ".yml")):
        raise PolicyError("want a policy file ending in .yaml")
    p = policy(path)
    more = f", {len(p.custom)} elements of its own" if p.custom else ""
    typer.echo(
        f"{p.id} {p.version}: {len(p.own)} rules its own, {len(p.rules) + len(p.episode)} with those of {p.extends or 'no other'}{more}; no faults"
    )
    return 0


@group.command("import")
def import_(
    path: Annotated[str, typer.Argument(help="A public quarterly file as CSV or tab-separated text.")],
    kind: Annotated[str, typer.Option("--kind", help="ptp: NCCI pairs (practitioner). mue: unlikely-edit limits (practitioner).")],
    quarter: Annotated[str, typer.Option("--quarter", metavar="YYYYQn", help="The quarter of the file, as 2026Q4.")],
) -> int:
    """Take the rows on therapy codes from a public quarterly file; they go before the sample that ships."""
    from pathlib import Path

    from therex.catalog.codes import codes
    from therex.catalog.tables import KINDS, NAMES, store
    from therex.cli.options import one_of

    one_of("--kind", kind, KINDS)
    table = store(kind, Path(path), quarter, frozenset(codes()))
    typer.echo(f"{NAMES[kind]} of {table.quarter}: {len(table.edits) or len(table.limits)} rows on therapy codes")
    return 0


@group.command("tables")
def tables(
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="On this day; today by default.")] = None,
) -> int:
    """The dated tables: thresholds, modifiers, pairs, limits; and which of them are out of date."""
    from datetime import date

    from therex.catalog.files import resource
    from therex.catalog.tables import KINDS, NAMES, modifiers, quarterly, stale_tables
    from therex.cli.options import day

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
        typer.echo(f"{NAMES[kind]}: {t.quarter}{', a sample' if t.sample else ''}, {len(t.edits) or len(t.limits)} rows")
    for line in stale_tables(day(as_of) or date.today()):
        typer.echo(line)
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="policy")
