"""`therex policy`: payers, rules, citations, dates."""

from __future__ import annotations

from typing import Annotated

import typer

group = typer.Typer(help="Payers, their rules, citations and dates.", no_args_is_help=True, rich_markup_mode=None)


@group.command("list")
def list_() -> int:
    """List the payers."""
    from therex.catalog.policy import payers, policy

    for name in payers():
        p = policy(name)
        typer.echo(f"{p.id:12} {p.version:10} {len(p.rules):3} rules  {p.name}")
    return 0


@group.command("show")
def show(payer: Annotated[str, typer.Argument(help="A payer of `therex policy list`.")]) -> int:
    """Show a payer's rules with citation, requirement, severity, dates and query."""
    from therex.catalog.policy import policy

    p = policy(payer)
    typer.echo(f"{p.name} ({p.id} {p.version}), units by the {p.units_rule.upper()} rule")
    typer.echo(f"{' '.join(p.notes.split())}\n")
    for rule in sorted(
        p.rules, key=lambda r: (r.requirement != "required" or r.scope != "note", ("critical", "major", "minor").index(r.severity))
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
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="policy")
