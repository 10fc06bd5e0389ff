"""`therex corpus`: check, count, compare and convert marked notes."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from therex.corpus.marked import MarkedNote

_FOLDER = "A folder of marked notes (.note files; docs/annotation.md shows the format)."
group = typer.Typer(help="Check, count, compare, and convert marked notes.", no_args_is_help=True, rich_markup_mode="rich")


@group.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help=_FOLDER)] = Path("training_data/notes"),
    errors_only: Annotated[bool, typer.Option("--errors-only", help="Print only the errors.")] = False,
) -> int:
    """Check marked notes against the guidelines.

    An error breaks the guidelines (docs/annotation.md); a warning asks for a second look.

    Notes are numbered in file name order. Exit code 1 if there are errors.
    """
    from therex.corpus.check import check as faults
    from therex.corpus.lint import batch_findings, findings
    from therex.corpus.marked import load_folder

    notes = load_folder(folder)
    found = [(f.number, "error", f.line or 0, f.what) for f in faults(notes)]
    found += [(n, f.level, f.line or 0, f.what) for n, note in enumerate(notes, 1) for f in findings(note)]
    found += [(n, f.level, f.line or 0, f.what) for n, f in batch_findings(notes)]
    found = sorted(row for row in found if row[1] == "error" or not errors_only)
    for number, level, line, what in found:
        typer.echo(f"note {number} of {len(notes)}: {level}{f', line {line}' if line else ''}: {what}")
    _tally(found, len(notes), errors_only)
    return int(any(level == "error" for _, level, _, _ in found))


def _tally(found: list[tuple[int, str, int, str]], notes: int, errors_only: bool) -> None:
    """Print how many errors and warnings there are, and how often each."""
    from therex.cli.figures import columns, show
    from therex.cli.options import counted

    often = Counter((level, what) for _, level, _, what in found)
    if len(found) > len(often):
        rows = [(str(n), level, what) for (level, what), n in sorted(often.items(), key=lambda row: (row[0][0], -row[1], row[0][1]))]
        show("", columns(("times", "level", "what"), rows, left=3), "")
    parts = []
    for level in ("error",) if errors_only else ("error", "warning"):
        of_level = [number for number, own, _, _ in found if own == level]
        parts.append(counted(len(of_level), level) + (f" in {counted(len(set(of_level)), 'note')}" if of_level else ""))
    typer.echo(f"{counted(notes, 'note')} checked: {', '.join(parts)}")


@group.command("stats")
def stats(
    folder: Annotated[Path, typer.Argument(help=_FOLDER)] = Path("training_data/notes"),
    wave: Annotated[
        list[str] | None,
        typer.Option(
            "--wave", metavar="NAME=WRITER,...", help="Check the notes by these writers against the required ranges. Can be repeated."
        ),
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Another folder of marked notes, to check for near-duplicate text.")
    ] = None,
    second: Annotated[Path | None, typer.Option("--second", help="A folder of the same notes, marked by a second annotator.")] = None,
) -> int:
    """Count notes, labels, and states of elements.

    The last table compares the notes, or each --wave, with the required ranges for new notes.

    Exit code 1 if a figure for a wave is out of range.
    """
    from therex.cli.figures import columns, share, show
    from therex.cli.options import counted
    from therex.corpus.acceptance import accept
    from therex.corpus.marked import load_folder

    notes = load_folder(folder)
    others = [*notes, *(load_folder(against) if against else [])]
    other_marks = load_folder(second) if second else None
    waves = [_wave(told, notes) for told in wave or ()]
    _counts(notes)
    failed = False
    for name, part in waves or [("all notes", notes)]:
        figures = accept(part, others, other_marks)
        rows = ((f.name, share(f.value), f.bound, "out of range" if f.out else "in range" if f.value is not None else "") for f in figures)
        show("", columns((f"{name}: {counted(len(part), 'note')}", "figure", "required", "result"), rows))
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
    from therex.cli.figures import columns, show, words
    from therex.cli.options import counted
    from therex.corpus.guide import STATES
    from therex.corpus.negatives import hard_negatives
    from therex.corpus.reading import Reading
    from therex.corpus.stats import LONG, SHORT, elements, grid, label_counts, lengths
    from therex.reports.harmless import harmless
    from therex.reports.wording import element_name

    size, readings = lengths(notes), [Reading(n) for n in notes]
    about = [(key, harmless(", ".join(f"{k} {v}" for k, v in counts.most_common()))) for key, counts in grid(notes).items()]
    about.append(("length", f"median {size.median:g} words; over {LONG} words {size.over:.1%}, under {SHORT} words {size.under:.1%}"))
    labels = ((name, str(row.marks), f"{row.accompanied:.1%}", f"{row.nested:.1%}") for name, row in label_counts(readings).items())
    unmarked = hard_negatives(readings)
    why = ", ".join(f"{words('unmarked').get(k, k)} {n}" for k, n in unmarked.most_common())
    states = ((element_name(name), *(str(row[s]) for s in STATES)) for name, row in elements(notes).items())
    show(
        f"{counted(len(notes), 'note')}, {counted(sum(len(n.text.split()) for n in notes), 'word')}\n",
        columns(("front matter", "notes"), about, left=2),
        "",
        columns(("label", "marks", "beside other marks", "inside other marks"), labels),
        f"\nDeficit terms not marked: {sum(unmarked.values())}{f' ({why})' if why else ''}\n",
        columns(("element", *STATES), states),
    )


@group.command("agree")
def agree(
    first: Annotated[Path, typer.Argument(help="A folder of notes marked by one annotator.")],
    second: Annotated[Path, typer.Argument(help="A folder of the same notes, marked by another.")],
) -> int:
    """Compare the marks of two annotators."""
    from therex.cli.figures import columns, share, show
    from therex.cli.options import counted
    from therex.corpus.agree import Counts
    from therex.corpus.agree import agree as compare
    from therex.corpus.marked import load_folder
    from therex.reports.wording import element_name

    found = compare(load_folder(first), load_folder(second))
    rows = [*found.labels.items(), ("all labels", sum(found.labels.values(), Counts(0, 0, 0)))]
    labels = ((name, str(c.both), str(c.only_first), str(c.only_second), share(c.f1)) for name, c in rows)
    kappas = [(element_name(e), share(value)) for e, value in found.elements.items()]
    kappas += [("all elements", share(found.all_elements)), ("medical necessity", share(found.necessity))]
    show(
        f"{counted(found.notes, 'note')} marked by both\n",
        columns(("label", "marked by both", "first only", "second only", "agreement (F1)"), labels),
        "",
        columns(("element", "agreement beyond chance (kappa)"), kappas),
    )
    return 0


@group.command("labels")
def labels(
    name: Annotated[str | None, typer.Argument(metavar="[LABEL]", help="A label, such as SKILL.")] = None,
    elements: Annotated[bool, typer.Option("--elements", help="Show the documentation elements instead.")] = False,
) -> int:
    """Show what a label means and how it is marked.

    Without a label: the rules for all labels, and one line for each label.
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
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files or folders of unmarked notes.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Label Studio task file to write.")],
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=100_000, help="Maximum number of notes to select.")] = 20,
    model: Annotated[str | None, typer.Option("--model", help="Model to use (see `therex model list`). Default: the model in use.")] = None,
) -> int:
    """Select the notes to annotate next.

    The model selects the notes that it is least certain about and that differ most from each other, and marks them.
    """
    from therex.batch.apart import notes_apart
    from therex.batch.outputs import whole
    from therex.batch.places import check as places
    from therex.cli.figures import columns, show
    from therex.cli.options import analyzer, counted
    from therex.cli.progress import watching
    from therex.corpus.ids import ALLOWED, same, usable
    from therex.corpus.label_studio import to_label_studio
    from therex.errors import InputError
    from therex.readers.notes import Reading
    from therex.training.suggest import suggest as run
    from therex.types import Note

    places({"--output": output}, paths)
    notes: list[Note] = []
    seen: set[str] = set()
    for place, n in enumerate(notes_apart(paths, Reading(skip=frozenset({output.resolve()}))), 1):
        if not isinstance(n, Note):
            continue
        if usable(n.note_id) and same(n.note_id) not in seen:
            seen.add(same(n.note_id))
            notes.append(n)
        else:
            typer.echo(f"therex: note {place}: skipped: its id is a duplicate or cannot be used: {ALLOWED}", err=True)
    with watching() as watch:
        found = run(notes, analyzer("cms", None, model=model), most, watch)
    if not found:
        raise InputError("no note could be read")
    with whole(output) as part:
        to_label_studio([s.note for s in found], part)
    rows = ((str(k), f"{s.unsure:.2f}", f"{s.score:.2f}", f"{s.elements:.2f}") for k, s in enumerate(found, 1))
    show(columns(("task", "uncertainty", "necessity score", "element uncertainty"), rows))
    print(f"therex: Label Studio tasks written: {counted(len(found), 'note')}", file=sys.stderr)
    return 0


FORMATS = ("label-studio", "prodigy", "doccano", "brat", "docbin", "marked")
FOLDERS = ("brat", "marked")
_FORMATS = f"{', '.join(FORMATS[:-1])}, or {FORMATS[-1]}"


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
    folder: Annotated[Path, typer.Argument(help=_FOLDER)],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to write; a folder for brat and marked.")],
    to: Annotated[str, typer.Option("--to", help=f"Format: {_FORMATS}.")],
) -> int:
    """Convert marked notes for an annotation tool."""
    from therex.cli.options import counted, one_of
    from therex.corpus.marked import load_folder

    one_of("--to", to, FORMATS)
    placed(target, to, "TARGET", folder)
    notes = load_folder(folder)
    write(notes, target, to, "TARGET")
    typer.echo(f"{counted(len(notes), 'note')} written")
    return 0


@group.command("labelstudio-config")
def labelstudio_config() -> int:
    """Print the labeling interface for Label Studio.

    Paste it into the labeling setup of a project.

    Tasks come from `therex corpus export --to label-studio` or `therex corpus suggest`.

    `therex corpus import --from label-studio` reads the project's JSON export.
    """
    from therex.corpus.label_studio import config

    typer.echo(config(), nl=False)
    return 0


@group.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="The export of an annotation tool: a file, or a folder for brat and marked.")],
    folder: Annotated[Path, typer.Argument(help="The folder to write marked notes to (.note files).")],
    from_: Annotated[str, typer.Option("--from", help=f"Format: {_FORMATS}.")],
) -> int:
    """Convert an annotation tool's export to marked notes.

    If one note has an error, nothing is written.
    """
    from therex.batch.places import check_folder
    from therex.cli.options import counted, one_of
    from therex.corpus.formats import READERS, WRITERS
    from therex.errors import CorpusError, InputError

    reader = READERS[one_of("--from", from_, FORMATS)]
    if not source.exists():
        raise InputError("SOURCE: no such file or folder")
    if source.is_dir() != (from_ in FOLDERS):
        raise InputError(f"SOURCE must be a {'folder' if from_ in FOLDERS else 'file'} for --from {from_}")
    check_folder(folder, "FOLDER", [source])
    try:
        notes = reader(source)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise CorpusError("SOURCE: the export is incomplete or not in the --from format; export it again") from None
    WRITERS["marked"](notes, folder)
    typer.echo(f"{counted(len(notes), 'note')} written")
    return 0


def add(app: typer.Typer) -> None:
    """Register the group."""
    app.add_typer(group, name="corpus")
