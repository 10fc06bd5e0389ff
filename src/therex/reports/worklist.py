"""The worklist: one row a note, what to hold first; as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from therex.reports.harmless import safe
from therex.reports.questions import questions
from therex.reports.wording import reasons_of, sentences
from therex.types import Assessment

COLUMNS = (
    "note_id", "line", "because", "verdict", "score", "note_type", "discipline", "missing", "weak", "contradictions", "minutes_97110",
    "timed_total", "session_total", "billed_97110", "supported_97110", "billed_timed", "visit_most_units", "queries", "error",
)  # fmt: skip
_RANK = {"hold": 1, "error": 2, "review": 3, "ready": 4, "no_97110": 5}


def rank(a: Assessment) -> tuple[int, int, float]:
    """Sort key: billed and not given first, then hold, errors, review, ready, none; within them the lowest score first."""
    if a.line is None or a.necessity is None:
        return _RANK["error"], 0, 0.0
    first = 0 if "billed_not_given" in a.line.because else 1
    return _RANK[a.line.status], first, a.necessity.score


def in_order(found: Iterable[Assessment]) -> list[Assessment]:
    """The lines to hold first."""
    return sorted(found, key=rank)


def why(a: Assessment) -> str:
    """The reasons for the status of the charge line, in sentences."""
    return sentences(reasons_of(a))


def row(a: Assessment) -> dict[str, Any]:
    """The columns of one note."""
    if a.error is not None or a.line is None or a.necessity is None or a.time is None or a.view is None:
        code, message = a.error or ("internal", "")
        return {**dict.fromkeys(COLUMNS, ""), "note_id": a.note_id, "line": "error", "error": f"{code}: {message}"}
    time = a.time
    most = next((c.cms for c in time.charges if c.code == "97110"), None)
    asked = [q.text for q in questions(a)]
    return {
        "note_id": a.note_id, "line": a.line.status, "because": why(a), "verdict": a.necessity.verdict, "score": a.necessity.score,
        "note_type": a.view.note_type, "discipline": a.view.discipline,
        "missing": ", ".join(f.id for f in a.findings if f.found == "missing"), "weak": ", ".join(f.id for f in a.findings if f.found == "weak"),
        "contradictions": ", ".join(c.id for c in a.contradictions), "minutes_97110": time.codes.get("97110", ""),
        "timed_total": "" if time.timed_total is None else time.timed_total, "session_total": "" if time.session_total is None else time.session_total,
        "billed_97110": time.billed_units.get("97110", ""), "supported_97110": _cell(most),
        "billed_timed": _cell(time.visit.billed_timed), "visit_most_units": _cell(time.visit.most), "queries": " | ".join([*asked, a.closing] if asked else []), "error": "",
    }  # fmt: skip


def _cell(value: float | None) -> float | str:
    return "" if value is None else value


def to_csv(found: Iterable[Assessment]) -> str:
    """The worklist as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for a in in_order(found):
        writer.writerow({k: safe(v) for k, v in row(a).items()})
    return out.getvalue()


def write_xlsx(found: Iterable[Assessment], path: Path) -> None:
    """The worklist as a workbook, with a filter and a frozen head."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill

    fills = {"hold": "F8D7DA", "review": "FFF3CD", "ready": "D1E7DD", "error": "E2E3E5", "no_97110": "FFFFFF"}
    book = Workbook()
    sheet = book.active
    sheet.title = "worklist"
    sheet.append(list(COLUMNS))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for a in in_order(found):
        values = row(a)
        sheet.append([safe(values[c]) for c in COLUMNS])
        sheet.cell(sheet.max_row, 2).fill = PatternFill("solid", fgColor=fills[values["line"]])
    for i, name in enumerate(COLUMNS, 1):
        letter = sheet.cell(1, i).column_letter
        sheet.column_dimensions[letter].width = {"note_id": 26, "because": 38, "missing": 40, "weak": 34, "queries": 70}.get(name, 14)
        for cell in sheet[letter][1:]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    saved = io.BytesIO()
    book.save(saved)
    path.write_bytes(saved.getvalue())
