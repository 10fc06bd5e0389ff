"""`therex corpus`: check, count, compare and convert marked notes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from therex.corpus.marked import MarkedNote

group = typer.Typer(help="Marked notes: check, count, compare, convert.", no_args_is_help=True, rich_markup_mode="rich")


@group.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="A folder of marked notes.")] = Path("training_data/notes"),
    errors_only: Annotated[bool, typer.Option("--errors-only", help="Leave the warnings out.")] = False,
) -> int:
    """Check marked notes against the guidelines; exit 1 on an error.

    Errors: format, near-duplicates across families, marks, elements and minutes that cannot all be right.
    Warnings: places that deserve a second look (docs/annotation.md).

    Example: therex corpus check marked/ --errors-only
    """
    from therex.corpus.check import check as faults
    from therex.corpus.lint import batch_findings, findings
    from therex.corpus.marked import load_folder

    notes = load_folder(folder)
    found = [(f.number, "error", f"E: {f.what}") for f in faults(notes)]
    found += [(n, f.level, str(f)) for n, note in enumerate(notes, 1) for f in findings(note)]
    found += [(n, f.level, str(f)) for n, f in batch_findings(notes)]
    for number, level, what in sorted(found):
        if level == "error" or not errors_only:
            typer.echo(f"note {number} of {len(notes)}: {what}")
    counts = Counter(level for _, level, _ in found)
    warnings = "" if errors_only else f", {counts['warning'] or 'no'} warnings"
    typer.echo(f"{len(notes)} notes, {counts['error'] or 'no'} errors{warnings}")
    return int(bool(counts["error"]))


@group.command("stats")
def stats(
    folder: Annotated[Path, typer.Argument(help="A folder of marked notes.")] = Path("training_data/notes"),
    wave: Annotated[
        list[str] | None,
        typer.Option("--wave", metavar="NAME=WRITER,...", help="Hold the notes of these writers to the bounds. May be repeated."),
    ] = None,
    against: Annotated[Path | None, typer.Option("--against", help="Marked notes that the texts are compared with.")] = None,
    second: Annotated[Path | None, typer.Option("--second", help="The same notes marked by a second annotator.")] = None,
) -> int:
    """Count notes, labels and states; hold a wave to its bounds.

    Prints the grid of the notes, the marks of each label, the states of each element, and the acceptance figures: one table a
    wave, or one of all notes. Exit 1 where a figure of a wave is out of bounds.

    Example: therex corpus stats marked/ --wave may=w003,w005 --against training_data/notes
    """
    from therex.corpus.acceptance import accept
    from therex.corpus.marked import load_folder

    notes = load_folder(folder)
    others = [*notes, *(load_folder(against) if against else [])]
    other_marks = load_folder(second) if second else None
    waves = [_wave(told, notes) for told in wave or []]
    _counts(notes)
    failed = False
    for name, part in waves or [("all notes", notes)]:
        figures = accept(part, others, other_marks)
        typer.echo(f"\n{name}: {len(part)} notes")
        for f in figures:
            value = "n/a" if f.value is None else f"{f.value:.3f}"
            typer.echo(f"  {f.name:62} {value:>6}   {f.bound:7} {'OUT' if f.out else 'ok' if f.value is not None else ''}".rstrip())
        failed |= bool(waves) and any(f.out for f in figures)
    return int(failed)


def _wave(told: str, notes: list[MarkedNote]) -> tuple[str, list[MarkedNote]]:
    """The name and the notes of a wave given as NAME=WRITER,WRITER."""
    from therex.corpus.stats import writer
    from therex.errors import InputError

    name, sign, listed = told.partition("=")
    writers = [w.strip() for w in listed.split(",") if w.strip()]
    if not name or not sign or not writers:
        raise InputError("--wave must be NAME=WRITER,WRITER,...")
    known = {writer(n) for n in notes}
    for k, w in enumerate(writers, 1):
        if w not in known:
            raise InputError(f"--wave: writer {k} of {len(writers)} has no notes in that folder")
    return name, [n for n in notes if writer(n) in writers]


def _counts(notes: list[MarkedNote]) -> None:
    """Print the grid, the labels and the elements."""
    from therex.corpus.negatives import hard_negatives
    from therex.corpus.reading import Reading
    from therex.corpus.stats import LONG, SHORT, elements, grid, label_counts, lengths

    typer.echo(f"{len(notes)} notes, {sum(len(n.text.split()) for n in notes)} words")
    for key, counts in grid(notes).items():
        typer.echo(f"{key:12} " + ", ".join(f"{k} {v}" for k, v in counts.most_common()))
    size = lengths(notes)
    typer.echo(f"{'length':12} median {size.median:g} words, over {LONG} {size.over:.1%}, under {SHORT} {size.under:.1%}")
    typer.echo(f"\n{'label':12} {'marks':>6} {'with others':>12} {'inside':>8}")
    readings = [Reading(n) for n in notes]
    for label, row in label_counts(readings).items():
        typer.echo(f"{label:12} {row.marks:6} {row.accompanied:12.1%} {row.nested:8.1%}")
    none = hard_negatives(readings)
    typer.echo(f"\nhard negatives {sum(none.values())}: " + ", ".join(f"{k} {n}" for k, n in none.most_common()) + "\n")
    for element, states in elements(notes).items():
        typer.echo(f"  {element:22} " + ", ".join(f"{k} {states[k]}" for k in ("present", "weak", "missing")))


@group.command("agree")
def agree(
    first: Annotated[Path, typer.Argument(help="Notes marked by one annotator.")],
    second: Annotated[Path, typer.Argument(help="The same notes marked by another.")],
) -> int:
    """Agreement of two annotators: span F1 by label, kappa by element and verdict."""
    from therex.corpus.agree import Counts
    from therex.corpus.agree import agree as compare
    from therex.corpus.marked import load_folder

    found = compare(load_folder(first), load_folder(second))
    typer.echo(f"{found.notes} notes marked by both")
    for label, counts in found.labels.items():
        typer.echo(f"{label:12} F1 {counts.f1:.3f}   {counts.both} shared, {counts.only_first} and {counts.only_second} alone")
    typer.echo(f"{'all labels':12} F1 {sum(found.labels.values(), Counts(0, 0, 0)).f1:.3f}")
    for element, value in found.elements.items():
        typer.echo(f"  {element:22} kappa {value:.3f}")
    typer.echo(f"elements     kappa {found.all_elements:.3f}\nnecessity    kappa {found.necessity:.3f}")
    return 0


@group.command("labels")
def labels(
    name: Annotated[str | None, typer.Argument(metavar="[LABEL]", help="A label, in capitals or not.")] = None,
    elements: Annotated[bool, typer.Option("--elements", help="Print the documentation elements instead.")] = False,
) -> int:
    """Print what a label means and how it is marked.

    Without a label: the rules for all labels, and one line a label.

    Example: therex corpus labels response
    """
    from therex.cli.options import one_of
    from therex.corpus.guide import elements_page, general_page, label_page, overview
    from therex.types import LABELS

    if elements:
        typer.echo(elements_page())
    elif name:
        typer.echo(label_page(one_of("LABEL", name.upper(), LABELS)))
    else:
        typer.echo(f"{general_page()}\n\n### Labels\n\n{overview()}")
    return 0


@group.command("suggest")
def suggest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files or folders of notes without marks.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The tasks for Label Studio, each with the model's marks.")],
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=100_000, help="How many notes at most.")] = 20,
    model: Annotated[str | None, typer.Option("--model", help="A model of `therex model list`; the one in use by default.")] = None,
) -> int:
    """Choose the notes to annotate next: the least sure and the least alike, already marked by the model."""
    from therex.batch.outputs import whole
    from therex.batch.places import check as places
    from therex.cli.options import analyzer
    from therex.corpus.ids import ALLOWED, same, usable
    from therex.corpus.label_studio import to_label_studio
    from therex.errors import InputError
    from therex.readers.notes import Reading, read_notes
    from therex.training.suggest import suggest as run
    from therex.types import Note

    places({"--output": output}, paths)
    notes: list[Note] = []
    seen: set[str] = set()
    for place, n in enumerate(read_notes(paths, Reading(skip=frozenset({output.resolve()}))), 1):
        if not isinstance(n, Note):
            continue
        if usable(n.note_id) and same(n.note_id) not in seen:
            seen.add(same(n.note_id))
            notes.append(n)
        else:
            typer.echo(f"therex: note {place}: skipped, its id is a duplicate or not usable: {ALLOWED}", err=True)
    found = run(notes, analyzer("cms", None, model=model), most)
    if not found:
        raise InputError("suggest: no note could be read")
    with whole(output) as part:
        to_label_studio([s.note for s in found], part)
    for k, s in enumerate(found, 1):
        typer.echo(f"task {k}: unsure {s.unsure:.2f} ({s.why})")
    return 0


FORMATS = ("label-studio", "prodigy", "doccano", "brat", "docbin", "marked")
FOLDERS = ("brat", "marked")
_FORMATS = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"


def placed(target: Path, to: str, flag: str, read: Path) -> None:
    """Refuse a place where notes in the format `to` cannot go, or would go over what is read."""
    from therex.batch.places import check, check_folder

    if to in FOLDERS:
        check_folder(target, flag, [read])
    else:
        check({flag: target}, [read], (".note",))


def write(notes: list[MarkedNote], target: Path, to: str, flag: str) -> None:
    """Write notes in the format `to`; a file is whole or not there."""
    from therex.batch.outputs import whole
    from therex.corpus.formats import WRITERS

    if to in FOLDERS:
        WRITERS[to](notes, target)
        return
    with whole(target, flag) as part:
        WRITERS[to](notes, part)


@group.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="A folder of marked notes.")],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A file, or a folder for brat and marked.")],
    to: Annotated[str, typer.Option("--to", help=f"{_FORMATS}.")],
) -> int:
    """Write marked notes for an annotation tool."""
    from therex.cli.options import one_of
    from therex.corpus.marked import load_folder

    one_of("--to", to, FORMATS)
    placed(target, to, "TARGET", folder)
    notes = load_folder(folder)
    write(notes, target, to, "TARGET")
    typer.echo(f"{len(notes)} notes written")
    return 0


@group.command("labelstudio-config")
def labelstudio_config() -> int:
    """Print the labeling interface for Label Studio.

    Paste it into the labeling setup of a project. Tasks come from `therex corpus export --to label-studio` or
    `therex corpus suggest`, and the project's JSON export goes back through `therex corpus import --from label-studio`.

    Example: therex corpus labelstudio-config > labels.xml
    """
    from therex.corpus.label_studio import config

    typer.echo(config(), nl=False)
    return 0


@group.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="The export of an annotation tool.")],
    folder: Annotated[Path, typer.Argument(help="Where the marked notes go.")],
    from_: Annotated[str, typer.Option("--from", help=f"{_FORMATS}.")],
) -> int:
    """Read an annotation tool's export into marked notes; nothing is written where one is faulty."""
    from therex.batch.places import check_folder
    from therex.cli.options import one_of
    from therex.corpus.formats import READERS, WRITERS
    from therex.errors import CorpusError, InputError

    reader = READERS[one_of("--from", from_, FORMATS)]
    if not source.exists():
        raise InputError("import: nothing was found at that path")
    if source.is_dir() != (from_ in FOLDERS):
        raise InputError(f"import: --from {from_} must be a {'folder' if from_ in FOLDERS else 'file'}")
    check_folder(folder, "FOLDER", [source])
    try:
        notes = reader(source)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise CorpusError("import: part of the export is missing or not in its format; export it again") from None
    WRITERS["marked"](notes, folder)
    typer.echo(f"{len(notes)} notes written")
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="corpus")
