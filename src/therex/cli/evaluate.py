"""`therex evaluate`: the program against marked notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer


def evaluate(
    data: Annotated[Path, typer.Argument(help="A folder of marked notes (.note files; docs/annotation.md shows the format).")],
    by: Annotated[
        str | None, typer.Option("--by", help="Also report figures by a front matter key, such as discipline or note_type.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to use (see `therex model list`). Default: the model in use.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Use the light tagger: faster and less accurate.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> int:
    """Measure accuracy on marked notes.

    Use held-out notes: notes that the model was trained on overstate its accuracy.
    """
    from therex.cli.options import analyzer as load
    from therex.cli.progress import watching
    from therex.corpus.marked import load_folder
    from therex.training.evaluate import assessed, figures
    from therex.training.judgment import of_reading

    notes, analyzer = load_folder(data), load("cms", None, model=model, fast=fast)
    with watching() as watch:
        read = assessed(notes, analyzer, watch)
    whole = figures(read)
    parts: dict[str, Any] = {}
    if by is not None:
        for pair in read:
            parts.setdefault(str(pair[0].meta.get(by)), []).append(pair)
    told = {name: figures(part) for name, part in parts.items()}
    if json_:
        import json

        typer.echo(json.dumps({"": whole, **told} if by else whole, indent=1))
        return 0
    _print(whole)
    if by is not None:
        _print_parts(by, told)
    typer.echo(f"\n{of_reading(whole)}")
    return 0


def _print(figures: dict[str, Any]) -> None:
    from therex.cli.figures import columns, share, show
    from therex.cli.options import counted
    from therex.reports.wording import element_name, said

    failed = f", {counted(figures['not_analysed'], 'note')} could not be analyzed" if figures["not_analysed"] else ""
    labels = (
        (name, str(row["marked"]), *(share(row[key]) for key in ("r", "p", "f1", "strict"))) for name, row in figures["labels"].items()
    )
    elements = ((element_name(name), share(right)) for name, right in figures["elements"]["by_element"].items())
    conflicts = (
        (said("line_reasons", name), str(row["marked"]), share(row["r"] if row["marked"] else None), share(row["p"] or None))
        for name, row in figures["contradictions"].items()
    )
    show(
        f"{counted(figures['notes'], 'marked note')}{failed}\n",
        columns(("label", "marked", "found (recall)", "right (precision)", "F1", "F1 (exact)"), labels),
        "",
        columns(("element", "state right"), elements),
        "",
        columns(("contradiction", "notes with it", "found (recall)", "right (precision)"), conflicts),
        "",
        columns(("overall", "figure"), _summary(figures)),
        *_details(figures["details"]),
    )


def _summary(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    from therex.cli.figures import share, words

    for key, name in words("summary").items():
        yield name, share(figures[key])
    for key, name in words("attributes").items():
        yield name, share(figures["attributes"][key])
    for key, name in words("elements").items():
        yield name, share(figures["elements"][key])
    minutes = figures["minutes"]
    yield f"Minutes and units right, of {minutes['stated']} stated", share(minutes["right"])
    yield "Minutes and units reported but not stated", str(minutes["invented"])
    necessity = figures["necessity"]
    for key, name in words("necessity").items():
        if key in necessity:
            low_high = necessity.get(f"{key}_interval")
            yield name, share(necessity[key]) + (f" ({low_high[0]:.3f} to {low_high[1]:.3f})" if low_high else "")


def _details(details: dict[str, Any]) -> Iterator[Any]:
    """Types of exercise, values and relations, where the notes state them."""
    from therex.cli.figures import columns, share, words

    rows = []
    for name, row in details["values"].items():
        label, _, key = name.partition(".")
        rows.append((f"{label}: {words('values').get(key, key)}", row))
    rows += [(f"Link: {words('relations').get(name, name)}", row) for name, row in details["relations"].items()]
    found = [(name, str(row["marked"]), *(share(row[k]) for k in ("r", "p", "f1"))) for name, row in rows if row["marked"]]
    if details["types"]["of"]:
        yield f"\nType of exercise right: {details['types']['right']:.3f} of {details['types']['of']}"
    if found:
        yield ""
        yield columns(("value or link", "marked", "found (recall)", "right (precision)", "F1"), found)


def _print_parts(by: str, parts: dict[str, Any]) -> None:
    from therex.cli.figures import columns, share, show
    from therex.reports.harmless import harmless

    rows = (
        (harmless(name), str(f["notes"]), share(f["all_labels_f1"]), share(f["elements"]["accuracy"])) for name, f in sorted(parts.items())
    )
    show("", columns((harmless(by), "notes", "all phrases (F1)", "elements right"), rows))


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("evaluate")(evaluate)
