"""`therex model`: what is shipped."""

from __future__ import annotations

import typer

group = typer.Typer(help="The models in use.", no_args_is_help=True, rich_markup_mode=None)


@group.command("show")
def show() -> int:
    """Show the necessity model: its data, figures, band and weights."""
    import json

    from therex.pipeline.build import models_dir
    from therex.scoring.features import NAMES
    from therex.scoring.model import MANIFEST, load_model

    folder = models_dir() / "necessity"
    model = load_model(folder)
    about = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    typer.echo(f"{model.name}: needs review between {model.low} and {model.high}")
    typer.echo(f"trained on {about['trained_on']}")
    typer.echo(f"cross-validation {about['cross_validation']}")
    for name, weight in sorted(zip(NAMES, model.weights, strict=True), key=lambda t: -abs(t[1])):
        typer.echo(f"  {weight:+.3f}  {name}")
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="model")
