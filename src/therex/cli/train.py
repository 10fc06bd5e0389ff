"""`therex train`: a model from marked notes, in one command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from therex.training.progress import Watch

# chosen on writers left out: the notes in many voices count twice beside those of one author (docs/reader.md)
CORPORA = ("voices/notes", "voices/notes", "notes", "frozen")


def train(
    corpora: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FOLDER",
            help="Folders of marked notes (.note files; docs/annotation.md shows the format). Default: training_data. A folder named twice counts twice.",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the model in `therex model list`. Default: from the date, such as trained-2026-11-30."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the model to this folder instead of your model folder.")] = None,
    encoder: Annotated[
        bool, typer.Option("--encoder", help="Start over from the pretrained encoder and train all of it (two hours).")
    ] = False,
    all_layers: Annotated[
        bool, typer.Option("--all-layers", help="Start from the model in use and train all of its layers (an hour).")
    ] = False,
    passes: Annotated[
        int | None,
        typer.Option(
            "--passes", min=1, max=1000, help="Passes over the notes (epochs). Default: the number that did best on held-out writers."
        ),
    ] = None,
    alpha: Annotated[
        float,
        typer.Option("--alpha", min=0.001, max=0.5, help="Highest allowed share of wrong verdicts, among notes with a clear verdict."),
    ] = 0.10,
    delta: Annotated[float, typer.Option("--delta", min=0.001, max=0.5, help="Allowed chance of exceeding the --alpha limit.")] = 0.10,
) -> int:
    """Train a model on marked notes.

    The new model starts from the one in use.

    An interrupted training run resumes when you repeat the command with the same name.
    """
    from therex.batch.places import check_folder
    from therex.cli.options import wants
    from therex.cli.progress import watching
    from therex.errors import InputError
    from therex.settings import checked_name, home, in_use
    from therex.training.judgment import of_training

    if name is not None and out is not None:
        raise InputError("--name and --out cannot be used together")
    if encoder and all_layers:
        raise InputError("--encoder and --all-layers cannot be used together")
    if not corpora and not Path("training_data").is_dir():
        raise InputError("no notes to train on: name folders of marked notes (.note files; docs/annotation.md shows the format)")
    given = name is not None
    if name is None and out is None:
        name = _free_name()
    folder = out if out is not None else home() / "models" / checked_name(str(name))
    check_folder(folder, "--out" if out is not None else "--name" if given else "THEREX_HOME")
    with wants("train", "jax", "optax", "onnx", "onnxruntime", "safetensors"), watching() as watch:
        from therex.training.run import train as run

        about = run(
            corpora or [Path("training_data") / part for part in CORPORA], folder, alpha, delta, name,
            in_use()[0] if name is not None else None, encoder, all_layers, passes, watch if given or out else _naming(name, watch),
        )  # fmt: skip
    _print(about, delta)
    cv = about["cross_validation"]
    typer.echo(f"\n{of_training(about['metrics'], cv['decided'], cv['accuracy_decided'])}")
    if name is not None:
        typer.echo(f"To use it: therex model promote {name} --data FOLDER (marked notes it was not trained on)")
    return 0


def _free_name() -> str:
    """A name made from the day, with a number where there is a model of that name."""
    from datetime import date
    from itertools import count

    from therex.settings import home

    base = f"trained-{date.today().isoformat()}"
    names = (base if k == 1 else f"{base}-{k}" for k in count(1))
    return next(name for name in names if not (home() / "models" / name).exists())


def _naming(name: str | None, watch: Watch) -> Watch:
    """A watch that tells the name that was chosen, once the notes are in order and the work begins."""
    told = False

    def naming(what: str, done: int, total: int) -> None:
        nonlocal told
        if not told:
            told = True
            print(f"therex: the model will be named {name} (choose another name with --name)", file=sys.stderr)
        watch(what, done, total)

    return naming


def _print(about: dict[str, Any], delta: float) -> None:
    from therex.cli.figures import columns, share, show
    from therex.reports.harmless import harmless

    data, cv, review, metrics = about["trained_on"], about["cross_validation"], about["review"], about["metrics"]
    rows = [
        ("Notes to which 97110 applies", f"{data['notes']}, {data['supported']} of them supported"),
        ("All phrases together: F1", share(metrics["all_labels_f1"])),
        ("Elements: state right", share(metrics["elements"]["accuracy"])),
        ("Supported notes ranked above the others (AUROC)", share(cv["auroc"])),
        ("Mean squared error of the score (Brier score)", share(cv["brier"])),
        ("Notes with a verdict, not left to a reviewer", share(cv["decided"])),
        ("Verdicts right", share(cv["accuracy_decided"])),
        ("Limit on wrong verdicts", f"{share(review['error_bound'])} with confidence {1 - delta:.2f}, for {review['holds_for']}"),
    ]
    show(columns(("model", harmless(str(about["model"]))), rows, left=2))


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("train")(train)
