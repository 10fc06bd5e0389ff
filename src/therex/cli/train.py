"""`therex train`: the shipped models from marked notes, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    corpus: Annotated[Path, typer.Argument(help="A folder of marked notes.")] = Path("training_data/notes"),
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the models go.")] = Path("models"),
    alpha: Annotated[float, typer.Option("--alpha", min=0.001, max=0.5, help="Error allowed among decided notes.")] = 0.08,
    delta: Annotated[float, typer.Option("--delta", min=0.001, max=0.5, help="How often that promise may fail.")] = 0.10,
) -> int:
    """Build the pipeline and train the necessity model from marked notes."""
    from therex.training.necessity import train as run

    about = run(corpus, out, alpha, delta)
    cv = about["cross_validation"]
    typer.echo(f"{about['model']}: {about['trained_on']['notes']} notes ({about['trained_on']['supported']} supported)")
    typer.echo(
        f"cross-validation by family: AUROC {cv['auroc']}, Brier {cv['brier']}, decided {cv['decided']}, accuracy of the decided {cv['accuracy_decided']}"
    )
    review = about["review"]
    typer.echo(
        f"review band: {review['decided']:.2f} of the notes decided; among them the error is at most {review['error_bound']:.3f} with confidence {1 - delta:.2f}, for {review['holds_for']}"
    )
    return 0


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("train")(train)
