"""From the notes of a period to a sample: the frame, the draw, and the notes that were drawn with what the tool says of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from typing import Any

from therex import __version__
from therex.batch.local import Item, Setup, analyzer_of, jobs_for, run
from therex.errors import InputError, NoteError
from therex.qa.frame import OWN, READ, Row, check_conditions, conditions, frame_hash, screened, unread, why_out, without_text
from therex.qa.sampling import Drawn, draw, rank
from therex.qa.sizes import exact_size_for
from therex.reports.record import to_record
from therex.settings import NECESSITY, model_folder
from therex.types import Charge, Note

Watch = Callable[[Iterable[Any], int | None], Iterable[Any]]


def named(design: Mapping[str, Any]) -> list[str]:
    """Everything that a design groups, filters or counts by."""
    told = conditions("--only", design["only"]) + conditions("--exclude", design["exclude"])
    return [*design["by"], *design["group"], *(k for k, _ in told), *([design["amount"]] if design["amount"] else [])]


def make_sample(notes: Callable[[], Iterable[Item]], setup: Setup, design: dict[str, Any], jobs: int, watch: Watch) -> dict[str, Any]:
    """The whole of a sample file.

    Parameters
    ----------
    notes
        Gives the notes of the period, each time it is called: they are gone through twice, and never held at once.
    design
        How to draw, and how the sample is to be reviewed (docs/qa.md).

    Raises
    ------
    InputError
        There is nothing to draw from, or less than is wanted.
    """
    only, exclude = conditions("--only", design["only"]), conditions("--exclude", design["exclude"])
    rows: list[Row] = []
    out: dict[str, int] = {}
    columns: set[str] = set()
    for row in _rows(notes(), setup, design, jobs, watch):
        columns.update(name for name, value in row.values.items() if value)
        why = why_out(row, only, exclude)
        if why:
            out[why] = out.get(why, 0) + 1
        else:
            rows.append(row)
    read = len(rows) + sum(out.values())
    if not read:
        raise InputError("no notes found in the input")
    for flag, asked in (("--only", only), ("--exclude", exclude)):
        check_conditions(flag, asked, columns)
    for name, value in exclude:
        # that a condition left out no note is told too
        out.setdefault(f"--exclude {name}={value}", 0)
    if not rows:
        raise InputError(f"no notes to draw from: all {read} notes are excluded")
    wanted = design["size"]
    if wanted is None:
        if not 0 < design["precision"] < 1 or not 0 < design["confidence"] < 1:
            raise InputError("--precision and --confidence must be between 0 and 1")
        wanted = exact_size_for(design["expected"], design["precision"], design["confidence"], len(rows))
    for name in dict.fromkeys((*design["by"], *design["group"])):
        if not any(row.values.get(name) for row in rows):
            raise InputError(
                f"--by, --group: no note has a value for {name}" if name in OWN else "--by, --group: a column is empty in every note"
            )
    if design["rates"] and design["allocation"] == "neyman" and not {tuple(key) for key, _ in design["rates"]} & _keys(rows, design["by"]):
        raise InputError("--probe: no stratum of the earlier report is in this sample; use the same --by columns for both")
    while True:
        drawn, items, failed = _drawn(notes, rows, wanted, design, setup)
        if not failed:
            break
        # what the tool cannot read is no part of the frame: the rest is drawn as if it had not been there
        rows = [row for row in rows if row.note_id not in failed]
        for code in failed.values():
            out[f"not read: {code}"] = out.get(f"not read: {code}", 0) + 1
    return {
        "version": 1, "made": datetime.now(UTC).isoformat(timespec="seconds"), "therex": __version__,
        "model": _model(model_folder(setup.model) / NECESSITY / "manifest.json"), "design": {**design, "as_of": setup.day},
        "frame": {"notes": len(rows), "read": read, "excluded": out, "sha256": frame_hash(rows, design["by"]), "strata": list(drawn.strata)},
        "items": items,
    }  # fmt: skip


def _drawn(
    notes: Callable[[], Iterable[Item]], rows: Sequence[Row], wanted: int, design: dict[str, Any], setup: Setup
) -> tuple[Drawn, list[dict[str, Any]], dict[str, str]]:
    """A draw, its notes, and those among them that could not be read, with their code."""
    drawn = draw(
        rows, design["by"], wanted, design["seed"], allocation=design["allocation"], rates=_rates(rows, design), spares=design["spares"],
        calibration=design["calibration"], risk=design["risk"], uncertain=design["uncertain"],
    )  # fmt: skip
    items = _items(notes(), drawn, {r.note_id: r.values for r in rows}, setup, design)
    return drawn, items, {i["note_id"]: i["record"]["error"]["code"] for i in items if i["record"]["status"] != "ok"}


def _keys(rows: Iterable[Row], by: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(row.values.get(name, "") for name in by) for row in rows}


def _rows(items: Iterable[Item], setup: Setup, design: dict[str, Any], jobs: int, watch: Watch) -> Iterator[Row]:
    """Every note as a row, read by the tool only where the design asks for what it says."""
    asked = set(named(design)) & set(READ)
    if asked or design["risk"] or design["uncertain"] or (design["allocation"] == "neyman" and not design["rates"]):
        yield from watch(run(items, setup, screened, jobs_for(jobs, None)), None)
        return
    for n in items:
        yield without_text(n.note_id, n.code) if isinstance(n, NoteError) else unread(n)


def _rates(rows: Sequence[Row], design: dict[str, Any]) -> dict[tuple[str, ...], float]:
    """The rate to expect in each stratum: of the probe, or the share of lines that the tool would hold."""
    if design["rates"]:
        return {tuple(key): rate for key, rate in design["rates"]}
    counts: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        held = counts.setdefault(tuple(row.values.get(name, "") for name in design["by"]), [0, 0])
        held[0] += row.values.get("line") == "hold"
        held[1] += 1
    return {k: (bad + 0.5) / (n + 1) for k, (bad, n) in counts.items()}


def _model(manifest: Path) -> dict[str, str]:
    raw = manifest.read_bytes()
    return {"name": str(json.loads(raw).get("name", "")), "sha256": hashlib.sha256(raw).hexdigest()}


def _items(
    notes: Iterable[Item], drawn: Drawn, values: Mapping[str, Mapping[str, str]], setup: Setup, design: dict[str, Any]
) -> list[dict[str, Any]]:
    """The notes that were drawn, in the order of review: each with its text and the tool's record."""
    wanted = {p.note_id: p for p in drawn.picks}
    analyzer = analyzer_of(setup)
    places = {"calibration": 0, "spare": 2}
    found = []
    for note in notes:
        if not isinstance(note, Note) or note.note_id not in wanted:
            continue
        pick = wanted[note.note_id]
        lines = setup.charges.get(note.note_id, ())
        record = to_record(analyzer.assess(note, lines), note)
        source = {**values[note.note_id], **{k: v for k, v in dict(record.get("source", {})).items() if k == "date"}}
        found.append(
            {
                "note_id": note.note_id, "stratum": pick.stratum, "pick": pick.pick, "order": pick.order,
                "source": {k: v for k, v in source.items() if v and k not in ("discipline", "verdict", "line", "note_type")},
                "strata": {k: values[note.note_id].get(k, "") for k in design["by"]},
                "amount": _amount(note, lines, design["amount"]), "units": _units(lines, record), "text": note.text, "record": record,
            }
        )  # fmt: skip
    # reviewers meet the picks of every kind in mixed order, so that none gives itself away; those for calibration first, spares last
    return sorted(found, key=lambda i: (places.get(i["pick"], 1), rank(design["seed"] + 2, i["note_id"])))


def _units(lines: Sequence[Charge], record: dict[str, Any]) -> int | None:
    """The units of 97110 that are billed: of the claim, or as the note states them."""
    charged = [c.units for c in lines if c.code == "97110"]
    if charged:
        return sum(charged)
    told = record.get("time", {}).get("billed_units", {}).get("97110")
    return int(told) if told is not None else None


def _amount(note: Note, lines: Sequence[Charge], column: str | None) -> float | None:
    """What was paid for 97110, by its column or the claim."""
    told = dict(note.more).get(column or "", "").replace("$", "").replace(",", "").strip()
    if told:
        try:
            amount = float(told)
        except ValueError:
            amount = nan
        if not isfinite(amount):
            raise InputError("--amount: a value in that column is not a number")
        return amount
    charged = [c.amount for c in lines if c.code == "97110" and c.amount is not None]
    return sum(charged) if charged else None
