"""`therex model`: which models there are, what each is worth, and which is in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from therex.training.registry import Comparison

group = typer.Typer(help="List, compare, and switch models.", no_args_is_help=True, rich_markup_mode="rich")
_DATA = "A folder of marked notes that neither model was trained on (.note files; docs/annotation.md shows the format)."
Data = Annotated[Path | None, typer.Option("--data", help=_DATA)]
_HEADINGS = ("", "model", "notes", "ranking (AUROC)", "squared error (Brier)", "verdicts given", "in use when trained")


@group.command("list")
def list_() -> int:
    """List the shipped model and your own.

    A star marks the model in use. The figures are for writers that a model was not trained on.
    """
    from therex.cli.figures import columns, show
    from therex.errors import ModelError
    from therex.reports.harmless import harmless
    from therex.settings import SHIPPED, in_use, model_folder, user_models
    from therex.training.run import manifest

    now = in_use()[0]
    rows, broken = [], []
    for name in (SHIPPED, *user_models()):
        try:
            told = _row(manifest(model_folder(name)))
        except (ModelError, KeyError, TypeError, ValueError, AttributeError):
            broken.append(name)
            continue
        rows.append(("*" if name == now else "", *(harmless(cell) for cell in (name, *told))))
    show(columns(_HEADINGS, rows, left=2))
    for name in broken:
        typer.echo(f"{'*' if name == now else ' '} {harmless(name)}: cannot be read; install or train it again")
    return 0


def _row(about: dict[str, Any]) -> tuple[str, str, str, str, str]:
    data, cv = about["trained_on"], about["cross_validation"]
    return str(data["notes"]), f"{cv['auroc']:.3f}", f"{cv['brier']:.3f}", f"{cv['decided']:.2f}", str(about.get("parent") or "–")


@group.command("show")
def show_(
    name: Annotated[str | None, typer.Argument(help="Model to show (see `therex model list`). Default: the model in use.")] = None,
) -> int:
    """Show what a model was trained on and how accurate it is."""
    from therex.cli.figures import columns, show
    from therex.errors import ModelError
    from therex.reports.harmless import harmless
    from therex.scoring.model import load_model
    from therex.settings import NECESSITY, in_use, model_folder
    from therex.training.judgment import of_training, of_verdicts
    from therex.training.run import CARD, manifest, metrics_of

    folder = model_folder(name)
    model, about = load_model(folder / NECESSITY), manifest(folder)
    try:
        rows = [(head, harmless(cell)) for head, cell in _about(about, model.low, model.high)]
        cv, metrics = about["cross_validation"], metrics_of(folder)
        right = cv["accuracy_decided"]
        judgment = of_training(metrics, cv["decided"], right) if metrics else of_verdicts(cv["decided"], right)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelError("the model's manifest is incomplete: install or train it again") from None
    used = name or in_use()[0]
    parts: list[Any] = [columns(("model", f"{used} ({harmless(model.name)})"), rows, left=2), "", _weights(model.linear.weights)]
    if (folder / CARD).is_file():
        parts.append(f"\nMore figures are in {CARD} and metrics.json in the model's folder.")
    show(*parts, f"\n{judgment}")
    return 0


def _about(about: dict[str, Any], low: float, high: float) -> list[tuple[str, str]]:
    """What the manifest says, in words."""
    data, cv, review, reader = about["trained_on"], about["cross_validation"], about["review"], about.get("reader") or {}
    passes = f"{reader['passes']} passes over the notes, {reader['layers']} layers, from layer {reader['first_layer'] + 1} on"
    return [
        ("in use when it was trained", str(about.get("parent") or "–")),
        ("notes to which 97110 applies", f"{data['notes']}: {data['supported']} supported, {data['not_supported']} not supported"),
        ("groups of similar notes", str(data["families"])),
        ("left to a reviewer", f"scores between {low:.3f} and {high:.3f}"),
        ("verdicts given", f"{cv['decided']:.3f} of the notes"),
        ("verdicts right", f"{cv['accuracy_decided']:.3f}" if cv["accuracy_decided"] is not None else "–"),
        ("error limit", f"at most {review['error_bound']:.3f} with confidence {1 - review['delta']:.2f}, for {review['holds_for']}"),
        ("supported ranked above others", f"{cv['auroc']:.3f} (AUROC)"),
        ("mean squared error of the score", f"{cv['brier']:.3f} (Brier score)"),
        ("reader training", passes if reader else "–"),
        ("trained with", ", ".join(f"{name} {version}" for name, version in (about.get("libraries") or {}).items())),
        ("SHA-256 of the training notes", str(data["sha256"])[:16]),
    ]


def _weights(weights: tuple[float, ...]) -> Any:
    """What moves the score, in the words of `resources/reasons.yaml`; what has no weight is left out."""
    from therex.cli.figures import columns
    from therex.scoring.features import NAMES, message

    order = sorted(zip(NAMES, weights, strict=True), key=lambda row: -abs(row[1]))
    rows = ((f"{weight:+.3f}", message(name)) for name, weight in order if abs(weight) >= 0.0005)
    return columns(("weight", "what affects the score of a note"), rows, left=2)


@group.command("compare")
def compare(
    first: Annotated[str, typer.Argument(help="A model from `therex model list`, such as shipped.")],
    second: Annotated[str, typer.Argument(help="The model to compare with the first.")],
    data: Annotated[Path, typer.Option("--data", help=_DATA)],
) -> int:
    """Compare two models on the same marked notes.

    If the 95% interval of a gain includes 0, no difference is shown.
    """
    from therex.analysis import Analyzer
    from therex.cli.progress import watching
    from therex.corpus.marked import load_folder
    from therex.training.registry import compare as run

    one, two = Analyzer.create(model=first), Analyzer.create(model=second)
    notes = load_folder(data)
    with watching() as watch:
        found = run(one, two, notes, watch)
    _print(found)
    return 0


def _print(found: Comparison) -> None:
    from therex.cli.figures import columns, show, words
    from therex.cli.options import counted
    from therex.training.judgment import of_comparison

    rows = (
        (words("measured").get(d.figure, d.figure), f"{d.first:.3f}", f"{d.second:.3f}", f"{d.better:+.3f}", f"{d.low:+.3f} to {d.high:+.3f}",
         d.verdict)
        for d in found.differences
    )  # fmt: skip
    show(
        f"{counted(found.notes, 'marked note')}, {found.families} groups of similar notes\n",
        columns(("figure", "first", "second", "gain of the second", "95% interval", "the second is"), rows),
        f"\n{of_comparison(found)}",
    )


@group.command("promote")
def promote(
    name: Annotated[str, typer.Argument(help="A model from `therex model list`.")],
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="Switch to the model even if it is worse, or without --data.")] = False,
) -> int:
    """Switch to a model, unless it is worse than the one in use.

    The two are compared on marked notes. `therex model rollback` switches back.
    """
    from therex.cli.progress import watching
    from therex.corpus.marked import load_folder
    from therex.training.registry import promote as run

    notes = load_folder(data) if data else None
    with watching() as watch:
        found = run(name, notes, force=force, watch=watch)
    if found is not None:
        _print(found)
    typer.echo(f"in use: {name} (`therex model rollback` switches back to the previous model)")
    return 0


@group.command("rollback")
def rollback() -> int:
    """Switch back to the previous model."""
    from therex.training.registry import rollback as run

    typer.echo(f"in use: {run()}")
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="model")
