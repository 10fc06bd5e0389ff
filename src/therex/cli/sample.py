"""`therex sample`: draw notes for review, so that the same draw can be made again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

ALLOCATIONS = ("proportional", "equal", "neyman")


def sample(
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH...]", help="Notes from the review period, as for `therex screen`.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Sample file to write. It contains the text of the notes drawn.")] = None,
    size: Annotated[int | None, typer.Option("--size", "-n", min=1, max=10_000_000, help="Number of notes to draw at random.")] = None,
    precision: Annotated[float | None, typer.Option("--precision", min=0.0001, max=1, help="Instead of --size: half-width of the confidence interval, such as 0.05.")] = None,
    confidence: Annotated[float, typer.Option("--confidence", min=0.01, max=0.9999, help="Confidence level.")] = 0.95,
    expected: Annotated[float | None, typer.Option("--expected", min=0, max=1, help="Expected error rate; 0.5 is the most conservative.")] = None,
    probe: Annotated[Path | None, typer.Option("--probe", help="File from an earlier `therex appraise --format json`; its error rates are the expected rates.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Stratify by therapist, discipline, verdict, line, note_type, month, folder, patient, or any column.")] = None,
    allocation: Annotated[str, typer.Option("--allocation", help=f"Allocation to strata: {', '.join(ALLOCATIONS)}.")] = "proportional",
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Random seed.")] = 97110,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="COLUMN=VALUE", help="Include only notes with this value.")] = None,
    exclude: Annotated[list[str] | None, typer.Option("--exclude", metavar="COLUMN=VALUE", help="Exclude notes with this value, such as line=no_97110.")] = None,
    group: Annotated[list[str] | None, typer.Option("--group", metavar="COLUMN", help="Another column to report by, such as clinic or payer.")] = None,
    amount: Annotated[str | None, typer.Option("--amount", metavar="COLUMN", help="Column with the amount paid for 97110, for a financial estimate.")] = None,
    risk: Annotated[int, typer.Option("--risk", min=0, max=1_000_000, help="Add this many notes with the highest risk. They do not count toward the estimates.")] = 0,
    uncertain: Annotated[int, typer.Option("--uncertain", min=0, max=1_000_000, help="Add this many notes about which the tool is least certain. They do not count toward the estimates.")] = 0,
    calibration: Annotated[int, typer.Option("--calibration", min=0, max=1_000_000, help="Add this many random notes that every reviewer reviews first. They do not count toward the estimates.")] = 0,
    spares: Annotated[float, typer.Option("--spares", min=0, max=1, help="Spare notes for notes that cannot be judged, as a share of the sample.")] = 0.2,
    reviewers: Annotated[int, typer.Option("--reviewers", min=1, max=2, help="Reviewers for each note: 1, or 2 with their disagreements settled.")] = 1,
    blind: Annotated[bool, typer.Option("--blind/--open", help="Hide the tool's findings until the reviewer has decided.")] = True,
    adjudicate: Annotated[str, typer.Option("--adjudicate", help="What two reviewers must agree on: all, or line (verdict, charge line status, and units).")] = "all",
    like: Annotated[Path | None, typer.Option("--like", help="Draw the sample of this file again, and report whether it is the same.")] = None,
    population: Annotated[int | None, typer.Option("--population", min=1, max=1_000_000_000, help="Print sample sizes for this many notes, without drawing a sample.")] = None,
    mean: Annotated[float | None, typer.Option("--mean", min=0, max=1e12, help="With --population: mean amount in a probe sample, to size a sample of amounts.")] = None,
    deviation: Annotated[float | None, typer.Option("--deviation", min=0, max=1e12, help="With --mean: standard deviation of the amounts.")] = None,
    payer: Annotated[str, typer.Option("--payer", help="Payer whose rules apply (see `therex policy list`).")] = "cms",
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Use the rules in effect on this date. Default: today.")] = None,
    columns: Annotated[str | None, typer.Option("--columns", metavar="NAME=COLUMN,...", help="As for `therex screen`.")] = None,
    claims: Annotated[Path | None, typer.Option("--claims", help="Charge lines, as for `therex screen`.")] = None,
    claim_columns: Annotated[str | None, typer.Option("--claim-columns", metavar="NAME=COLUMN,...", help="As for `therex screen`.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to use (see `therex model list`). Default: the model in use.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=-256, max=256, help="Worker processes, if the design requires every note to be analyzed.")] = 0,
) -> int:  # fmt: skip
    """Draw a random sample of notes for review.

    The sample is simple or stratified. Notes that are not selected at random do not count toward the estimates.
    """
    from datetime import date

    from therex.batch.apart import notes_apart
    from therex.batch.local import Setup
    from therex.batch.places import check
    from therex.cli.options import charges, day, one_of, progress
    from therex.errors import InputError
    from therex.qa.drawing import make_sample, named
    from therex.qa.frame import OWN, READ, columns_among
    from therex.readers.notes import Reading, columns_of
    from therex.types import Note

    rates = _expected(expected, probe)
    if population is not None:
        if paths:
            raise InputError("--population prints sample sizes only and cannot be used with PATH")
        if (mean is None) != (deviation is None) or mean == 0:
            raise InputError("--mean and --deviation must be used together, and --mean must be above 0")
        return _sizes(population, rates[0], confidence, mean, deviation)
    if not paths:
        raise InputError("PATH is required: the notes from the review period; for sample sizes only, use --population")
    if output is None and like is None:
        raise InputError("--output FILE is required for the sample, which contains note text")
    design: dict[str, Any] = {
        "seed": seed, "size": size, "precision": precision, "confidence": confidence, "expected": rates[0], "by": by or [],
        "allocation": one_of("--allocation", allocation, ALLOCATIONS), "only": only or [], "exclude": exclude or [], "group": group or [],
        "amount": amount, "risk": risk, "uncertain": uncertain, "calibration": calibration, "spares": spares, "reviewers": reviewers,
        "blind": blind, "adjudicate": one_of("--adjudicate", adjudicate, ("all", "line")), "payer": payer,
        "as_of": on.isoformat() if (on := day(as_of)) else None, "rates": [[list(k), v] for k, v in rates[1].items()],
    }  # fmt: skip
    check({"--output": output}, (*paths, claims, like, probe, columns, payer))
    before = None
    if like is not None:
        from therex.qa.samples import read_sample

        if size or precision or by or group or only or exclude or amount or risk or uncertain or calibration or probe or expected:
            raise InputError(
                "--like takes the design from the file; use it only with PATH, --columns, --claims, --claim-columns, --model, and --output"
            )
        before = read_sample(like)
        design = before.design
    if design["size"] is None and design["precision"] is None:
        raise InputError("--size or --precision is required")
    if clash := [name for name in [*design["by"], *design["group"]] if name.lower() != name and name.lower() in (*OWN, *READ)]:
        raise InputError(f"--by and --group: write {clash[0].lower()!r} in lowercase")
    own = frozenset(p.resolve() for p in (output, like, claims) if p)
    reading = Reading(columns_of(columns), names=claims is not None, keep=columns_among(named(design)), skip=own)
    held = list(notes_apart(paths, reading)) if claims or "-" in paths else None
    known = charges(claims, claim_columns, ((n.note_id, n.patient, n.day) for n in held or () if isinstance(n, Note)))
    setup = Setup(design["payer"], design["as_of"] or date.today().isoformat(), model, charges=known)
    told = make_sample(lambda: notes_apart(paths, reading) if held is None else held, setup, design, jobs, progress)
    if before is not None:
        same = told["frame"]["sha256"] == before.frame["sha256"]
        if not same:
            raise InputError("--like: the notes or their groups differ from those of the file: at least one was added, removed, or changed")
        from therex.qa.samples import sample_id

        typer.echo(f"the same notes and {'the same' if sample_id(told) == before.id else 'a different'} sample: {len(told['items'])} notes")
        if output is None:
            return int(sample_id(told) != before.id)
    assert output is not None
    from therex.batch.outputs import write_whole
    from therex.qa.samples import to_json

    _keep_earlier(output, told)
    write_whole(output, to_json(told))
    _tell(told)
    return 0


def _keep_earlier(output: Path, told: dict[str, Any]) -> None:
    """Refuse to write over another sample, whose reviews would have nothing to belong to.

    Raises
    ------
    InputError
        `output` is a sample of other notes or another design.
    """
    from therex.errors import InputError
    from therex.qa.samples import read_sample, sample_id

    if not output.is_file():
        return
    try:
        earlier = read_sample(output)
    except InputError:
        return
    if earlier.id != sample_id(told):
        raise InputError(
            f"--output: the file is a different sample of {len(earlier.items)} notes, and its reviews belong to it; use another file name, or remove that file first"
        )


def _expected(expected: float | None, probe: Path | None) -> tuple[float, dict[tuple[str, ...], float]]:
    """The rate to expect, and that of each stratum where a probe tells it."""
    from therex.errors import InputError

    if expected is not None and not 0 < expected < 1:
        raise InputError("--expected must be between 0 and 1")
    if probe is None:
        return expected if expected is not None else 0.5, {}
    import json

    try:
        told = json.loads(probe.read_text(encoding="utf-8"))
        rate = float(told["line_errors"]["estimate"])
        strata = {tuple(str(v) for v in s["key"].values()): float(s["estimate"]) for s in told["strata"] if s["estimate"] is not None}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError("--probe must be a file from `therex appraise --format json`") from None
    # a rate of 0 in a small probe is no reason to expect none
    return expected if expected is not None else min(max(rate, 0.02), 0.98), strata


def _sizes(population: int, expected: float, confidence: float, mean: float | None, deviation: float | None) -> int:
    from rich.table import Table

    from therex.cli.options import on_console
    from therex.errors import InputError
    from therex.qa.sizes import discovery_size, exact_size_for, size_for, size_for_mean

    if not 0 < confidence < 1:
        raise InputError("--confidence must be between 0 and 1")
    levels = sorted({0.80, 0.90, 0.95, 0.99, confidence})

    def grid(head: str, rows: tuple[float, ...], cell: Callable[[float, float], str]) -> Table:
        table = Table()
        table.add_column(head)
        for level in levels:
            table.add_column(f"{level:.0%}", justify="right")
        for row in rows:
            table.add_row(f"{row:.1%}", *(cell(row, level) for level in levels))
        return table

    def sizes(precision: float, level: float) -> str:
        cochran = size_for(expected, precision, level, population)
        return f"{exact_size_for(expected, precision, level, population):,} ({cochran:,})"

    parts = [
        f"Notes to draw from {population:,}, for an expected error rate of {expected:.0%}, by precision and confidence level",
        grid("precision ±", (0.01, 0.02, 0.03, 0.05, 0.075, 0.10, 0.15), sizes),
        "First, the size for the exact interval in the appraisal; in parentheses, the size by Cochran's formula.\n",
        "Discovery: notes to draw to find at least one error, by the error rate and confidence level",
        grid("rate", (0.005, 0.01, 0.02, 0.05, 0.10), lambda rate, level: f"{discovery_size(rate, level, population):,}"),
    ]
    if mean and deviation is not None:
        amounts = grid(
            "precision (share of the mean)",
            (0.01, 0.02, 0.05, 0.10, 0.15),
            lambda d, level: f"{size_for_mean(mean, deviation, d, level, population):,}",
        )
        parts += [f"Notes to draw for amounts with mean {mean:,.2f} and standard deviation {deviation:,.2f}", amounts]
    typer.echo(on_console(parts, None), nl=False)
    return 0


def _tell(told: dict[str, Any]) -> None:
    from collections import Counter

    from rich.table import Table

    from therex.cli.options import on_console

    frame, picks = told["frame"], Counter(i["pick"] for i in told["items"])
    table = Table()
    for name in (*told["design"]["by"], "notes", "drawn"):
        table.add_column(name, justify="right" if name in ("notes", "drawn") else "left")
    for s in frame["strata"]:
        table.add_row(*(v or "(none)" for v in s["key"].values()), f"{s['population']:,}", str(s["sampled"]))
    more = [f"{n} {k}" for k, n in picks.items() if k != "random"]
    parts = [
        f"{picks['random']} notes drawn at random from {frame['notes']:,}",
        table,
        f"seed {told['design']['seed']}, frame {frame['sha256'][:12]}" + (f"; added: {', '.join(more)}" if more else ""),
    ]
    if frame["excluded"]:
        parts.append("excluded: " + ", ".join(f"{n} ({why})" for why, n in sorted(frame["excluded"].items())))
    sys.stdout.write(on_console(parts, None))


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("sample")(sample)
