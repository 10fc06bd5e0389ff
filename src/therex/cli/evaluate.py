"""`therex evaluate`: the program against marked notes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def evaluate(
    data: Annotated[Path, typer.Argument(help="A folder of marked notes.")],
    by: Annotated[str | None, typer.Option("--by", help="Also by setting, format, note_type, discipline, family or another key.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="A model of `therex model list`; the one in use by default.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Read with the light tagger: faster, and less well.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="All figures as JSON.")] = False,
) -> int:
    """Score the program on marked notes: spans, elements, minutes, necessity."""
    from therex.cli.options import analyzer as load
    from therex.corpus.marked import load_folder
    from therex.training.evaluate import evaluate as run

    notes, analyzer = load_folder(data), load("cms", None, model=model, fast=fast)
    parts = {"": notes}
    if by is not None:
        for note in notes:
            parts.setdefault(str(note.meta.get(by)), []).append(note)
    told = {name: run(part, analyzer) for name, part in parts.items()}
    if json_:
        import json

        typer.echo(json.dumps(told if by else told[""], indent=1))
        return 0
    _print(told.pop(""))
    for name, figures in told.items():
        typer.echo(
            f"{by}={name}: {figures['notes']} notes, all labels F1 {figures['all_labels_f1']:.3f}, elements {figures['elements']['accuracy']:.3f}"
        )
    return 0


def _print(figures: dict[str, Any]) -> None:
    typer.echo(f"{figures['notes']} notes, {figures['not_analysed']} not analysed")
    typer.echo(f"{'label':12}     P      R     F1  exact  marked")
    for label, row in figures["labels"].items():
        typer.echo(f"{label:12} {row['p']:.3f}  {row['r']:.3f}  {row['f1']:.3f}  {row['strict']:.3f}  {row['marked']:6}")
    for name in ("headline_f1", "headline_macro_f1", "headline_strict_f1", "all_labels_f1", "note_type", "discipline"):
        typer.echo(f"{name:20} {figures[name]:.3f}")
    typer.echo("attributes           " + ", ".join(f"{k} {v:.3f}" for k, v in figures["attributes"].items()))
    elements = figures["elements"]
    typer.echo(
        "elements             " + ", ".join(f"{k} {elements[k]:.3f}" for k in ("accuracy", "kappa", "false_missing", "false_present"))
    )
    for name, share in elements["by_element"].items():
        typer.echo(f"  {name:24} {share:.3f}")
    for name, row in figures["contradictions"].items():
        typer.echo(f"  {name:24} P {row['p']:.3f}  R {row['r']:.3f}  of {row['marked']}")
    minutes = figures["minutes"]
    typer.echo(f"minutes and units    right {minutes['right']:.3f} of {minutes['stated']}, invented {minutes['invented']}")
    necessity = figures["necessity"]
    line = f"necessity            decided {necessity['decided']:.3f}, accuracy of the decided {necessity['accuracy_decided']:.3f}"
    if "auroc" in necessity:
        low, high = necessity["auroc_interval"]
        line += f", AUROC {necessity['auroc']:.3f} ({low:.3f} to {high:.3f}), Brier {necessity['brier']:.3f}, ECE {necessity['ece']:.3f}"
    typer.echo(line)
    _print_details(figures["details"])


def _print_details(details: dict[str, Any]) -> None:
    types = details["types"]
    if types["of"]:
        typer.echo(f"exercise types       right {types['right']:.3f} of {types['of']}")
    for title, rows in (("values", details["values"]), ("relations", details["relations"])):
        for name, row in rows.items():
            if row["marked"]:
                typer.echo(f"  {title} {name:20} P {row['p']:.3f}  R {row['r']:.3f}  F1 {row['f1']:.3f}  of {row['marked']}")


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("evaluate")(evaluate)
