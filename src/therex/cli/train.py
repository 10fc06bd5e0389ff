"""`therex train`: a model from marked notes, in one command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

# chosen on writers left out: the notes in many voices count twice beside those of one author (docs/reader.md)
CORPORA = ("voices/notes", "voices/notes", "notes", "frozen")


def train(
    corpora: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[CORPUS...]", help="Folders of marked notes; one that is given twice counts twice. By default those of training_data."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Keep it among your models under this name (`therex model list`).")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the model folder here instead; models by default.")] = None,
    encoder: Annotated[
        bool, typer.Option("--encoder", help="Tune all of the pretrained encoder: an hour or more, for a large corpus.")
    ] = False,
    all_layers: Annotated[
        bool, typer.Option("--all-layers", help="Go on with every layer of the reader in use, where many notes have come: an hour or more.")
    ] = False,
    passes: Annotated[
        int | None, typer.Option("--passes", min=1, max=1000, help="Passes over the notes; by default what was best on writers left out.")
    ] = None,
    alpha: Annotated[
        float, typer.Option("--alpha", min=0.001, max=0.5, help="Error allowed among decided notes with a clear verdict.")
    ] = 0.10,
    delta: Annotated[float, typer.Option("--delta", min=0.001, max=0.5, help="How often that promise may fail.")] = 0.10,
) -> int:
    """Train the reader and necessity from marked notes; a run that was stopped goes on where it stood."""
    from therex.batch.places import check_folder
    from therex.cli.options import wants
    from therex.errors import InputError
    from therex.settings import checked_name, home, in_use
    from therex.training.run import train as run

    if name is not None and out is not None:
        raise InputError("--name and --out: want one of them")
    if encoder and all_layers:
        raise InputError("--encoder and --all-layers: want one of them")
    folder = home() / "models" / checked_name(name) if name is not None else out or Path("models")
    check_folder(folder, "--out" if name is None else "--name")
    with wants("train", "jax", "optax", "onnx", "onnxruntime", "safetensors"):
        about = run(
            corpora or [Path("training_data") / part for part in CORPORA], folder, alpha, delta, name,
            in_use()[0] if name is not None else None, encoder, all_layers, passes, lambda what: print(f"therex: {what}", file=sys.stderr),
        )  # fmt: skip
    cv, review, metrics = about["cross_validation"], about["review"], about["metrics"]
    typer.echo(f"{about['model']}: {about['trained_on']['notes']} notes ({about['trained_on']['supported']} supported)")
    typer.echo(
        f"read by readers of other writers: all labels F1 {metrics['all_labels_f1']:.3f}, elements {metrics['elements']['accuracy']:.3f}"
    )
    typer.echo(
        f"necessity: AUROC {cv['auroc']}, Brier {cv['brier']}, decided {cv['decided']}, accuracy of the decided {cv['accuracy_decided']}"
    )
    typer.echo(
        f"review band: {review['decided']:.2f} of the notes decided; among them the error is at most {review['error_bound']:.3f} with confidence {1 - delta:.2f}, for {review['holds_for']}"
    )
    if name is not None:
        typer.echo(f"to put it into use: therex model promote {name} --data MARKED_NOTES")
    return 0


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("train")(train)
