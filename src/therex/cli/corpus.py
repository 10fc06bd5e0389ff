"""`therex corpus`: check and count marked notes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from therex.corpus.marked import MarkedNote

group = typer.Typer(help="Marked notes: check and count.", no_args_is_help=True, rich_markup_mode=None)


@group.command("check")
def check(folder: Annotated[Path, typer.Argument(help="A folder of marked notes.")] = Path("training_data/notes")) -> int:
    """Check the format of marked notes; the first fault is named with its place."""
    from therex.corpus.marked import load_folder

    typer.echo(f"{len(load_folder(folder))} notes, no faults")
    return 0


@group.command("stats")
def stats(folder: Annotated[Path, typer.Argument(help="A folder of marked notes.")] = Path("training_data/notes")) -> int:
    """Count notes, labels and judgements."""
    from therex.corpus.marked import load_folder

    notes = load_folder(folder)
    typer.echo(f"{len(notes)} notes, {sum(len(n.text.split()) for n in notes)} words")
    for key in ("necessity", "confidence", "note_type", "discipline", "setting", "format"):
        counts = Counter(str(n.meta.get(key)) for n in notes)
        typer.echo(f"{key:12} " + ", ".join(f"{k} {v}" for k, v in counts.most_common()))
    labels = Counter(s[2] for n in notes for s in n.spans)
    typer.echo("labels       " + ", ".join(f"{k} {v}" for k, v in labels.most_common()))
    for element, counts in _elements(notes).items():
        typer.echo(f"  {element:22} " + ", ".join(f"{k} {counts[k]}" for k in ("present", "weak", "missing")))
    return 0


def _elements(notes: list[MarkedNote]) -> dict[str, Counter[str]]:
    from therex.types import ELEMENTS

    return {e: Counter(n.meta["elements"][e] for n in notes) for e in ELEMENTS}


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="corpus")
