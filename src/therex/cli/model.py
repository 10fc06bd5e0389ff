"""`therex model`: which models there are, what each is worth, and which is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

group = typer.Typer(help="Models: list, show, compare, put into use, take back.", no_args_is_help=True, rich_markup_mode="rich")
Data = Annotated[Path | None, typer.Option("--data", help="Marked notes that neither model learned from.")]


@group.command("list")
def list_() -> int:
    """List the shipped model and your own; a star marks the one in use."""
    from therex.errors import ModelError
    from therex.reports.harmless import harmless
    from therex.settings import SHIPPED, in_use, model_folder, user_models
    from therex.training.run import manifest

    now = in_use()[0]
    for name in (SHIPPED, *user_models()):
        try:
            told = _row(manifest(model_folder(name)))
        except (ModelError, KeyError, TypeError, ValueError, AttributeError):
            told = "cannot be read: install or train it again"
        typer.echo(harmless(f"{'*' if name == now else ' '} {name:24} {told}"))
    return 0


def _row(about: dict[str, Any]) -> str:
    data, cv = about["trained_on"], about["cross_validation"]
    figures = f"AUROC {cv['auroc']:.3f}  Brier {cv['brier']:.3f}  decided {cv['decided']:.2f}"
    return f"{data['notes']:5} notes  {figures}  parent {about.get('parent') or '-'}"


@group.command("show")
def show(name: Annotated[str | None, typer.Argument(help="A model of the list; the one in use by default.")] = None) -> int:
    """Show a model: its data, figures, band, settings and weights."""
    from therex.reports.harmless import harmless
    from therex.scoring.features import NAMES
    from therex.scoring.model import load_model
    from therex.settings import NECESSITY, model_folder
    from therex.training.run import CARD, manifest

    folder = model_folder(name)
    model, about = load_model(folder / NECESSITY), manifest(folder)
    typer.echo(f"{model.name}: needs review between {model.low} and {model.high}")
    for key in ("trained_on", "cross_validation", "review", "reader", "settings", "libraries", "parent"):
        typer.echo(harmless(f"{key:17} {about.get(key)}"))
    for feature, weight in sorted(zip(NAMES, model.linear.weights, strict=True), key=lambda t: -abs(t[1])):
        typer.echo(f"  {weight:+.3f}  {feature}")
    if (folder / CARD).is_file():
        typer.echo(f"figures by label, element and slice: {CARD} and metrics.json in the model's folder")
    return 0


@group.command("compare")
def compare(
    first: Annotated[str, typer.Argument(help="A model of the list, such as shipped.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    data: Annotated[Path, typer.Option("--data", help="Marked notes that neither model learned from.")],
) -> int:
    """Compare two models on the same marked notes, with intervals; say plainly whether the second is better."""
    from therex.analysis import Analyzer
    from therex.corpus.marked import load_folder
    from therex.training.registry import compare as run

    found = run(Analyzer.create(model=first), Analyzer.create(model=second), load_folder(data))
    _print(found)
    return 0


def _print(found: object) -> None:
    from therex.training.registry import Comparison

    assert isinstance(found, Comparison)
    typer.echo(f"{found.notes} notes, {found.families} families; gain of the second, with its 95 % interval")
    for d in found.differences:
        typer.echo(f"{d.figure:26} {d.first:.3f}  {d.second:.3f}  {d.better:+.3f} ({d.low:+.3f} to {d.high:+.3f})  {d.verdict}")
    typer.echo(f"the second model: {found.verdict}")


@group.command("promote")
def promote(
    name: Annotated[str, typer.Argument(help="A model of the list.")],
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="Put it into use even where it is worse.")] = False,
) -> int:
    """Put a model into use, unless it is worse than the present one; the present one is kept."""
    from therex.corpus.marked import load_folder
    from therex.training.registry import promote as run

    found = run(name, load_folder(data) if data else None, force=force)
    if found is not None:
        _print(found)
    typer.echo(f"in use: {name} (`therex model rollback` takes the one before it back)")
    return 0


@group.command("rollback")
def rollback() -> int:
    """Take the model before the present one back into use."""
    from therex.training.registry import rollback as run

    typer.echo(f"in use: {run()}")
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="model")
