"""The appraisal of a reviewed sample (docs/qa.md): for a terminal and as a workbook; `appraisal_page` has the page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from therex.reports.harmless import safe
from therex.reports.wording import element_name

Doc = Mapping[str, Any]
NUMBERS = ("notes", "charge lines", "held")
ASIDE = "Based on the text supplied and the judgment of the reviewers. Not a payment determination. Contains protected health information."
PARTS = {"hold": "Hold or not", "line": "Status of the charge line", "verdict": "Medical necessity"}


def percent(value: float | None) -> str:
    """A share in percent, one digit after the point."""
    return "–" if value is None else f"{value:.1%}"


def interval(rate: Doc) -> str:
    """``12.0% (5.1%–22.4%)``."""
    return "–" if rate["estimate"] is None else f"{percent(rate['estimate'])} ({percent(rate['low'])}–{percent(rate['high'])})"


def stratum_name(stratum: Doc) -> str:
    return ", ".join(v or "(none)" for v in stratum["key"].values()) or "all notes"


def kappa(a: Doc) -> str:
    return "–" if a["kappa"] is None else f"{a['kappa']:.2f} ({a['low']:.2f}–{a['high']:.2f})"


def _money(value: float) -> str:
    return f"${value:,.2f}"


def headline(told: Doc) -> list[str]:
    """What a report begins with."""
    rate, review, frame = told["line_errors"], told["review"], told["frame"]
    lines = [
        (
            f"{percent(rate['estimate'])} of the charge lines would be held ({told['confidence']:.0%} interval {percent(rate['low'])} to {percent(rate['high'])}; "
            f"{rate['errors']} of {rate['lines']} charge lines reviewed)"
        ),
        f"{review['decided']} of {review['wanted']} notes settled, drawn at random from a frame of {frame['notes']:,} notes. Interval: {told['method']}.",
    ]
    if told["financial"]:
        f = told["financial"]
        lines.append(
            f"Paid for charge lines that would be held: {_money(f['point'])} of {_money(f['paid'])} ({told['confidence']:.0%} interval {_money(f['low'])} to "
            f"{_money(f['high'])}; lower limit of the two-sided 90% interval {_money(f['low_90'])})."
        )
    for kind, words in (("over_billed", "Overbilled"), ("under_billed", "Underbilled")):
        u = told["units"][kind]
        if u["errors"]:
            t = u["units"]
            lines.append(
                f"{words}: {interval(u)} of the charge lines; {t['point']:,.0f} units in the period ({t['low']:,.0f} to {t['high']:,.0f})."
            )
    return lines


def few(text: str) -> str:
    """A caution of a row; that there are few is said once for all of them."""
    return "" if text.startswith("few ") else text


def group_name(name: str) -> str:
    return name.replace("_", " ")


def terminal(told: Doc) -> list[RenderableType]:
    """The report for a terminal."""
    parts: list[RenderableType] = [Text(line, "bold" if n == 0 else "") for n, line in enumerate(headline(told))]
    parts += [Text(f"! {c}", "yellow") for c in told["cautions"]] + [Text("")]
    if len(told["strata"]) > 1:
        parts.append(
            _table(
                "Strata",
                ("stratum", "notes", "charge lines", "held", "error rate", ""),
                [
                    (stratum_name(s), f"{s['population']:,}", s["lines"], s["errors"], interval(s), few(s["caution"]))
                    for s in told["strata"]
                ],
            )
        )
    for name, groups in told["groups"].items():
        parts.append(
            _table(
                f"By {group_name(name)}",
                (group_name(name), "charge lines", "held", "error rate", ""),
                [(g["name"], g["lines"], g["errors"], interval(g), stands(g)) for g in groups],
            )
        )
    parts.append(
        _table(
            "Elements, in notes with a charge line",
            ("element", "in a daily note", "missing", "weak"),
            [(element_name(e["id"]), e["requirement"], interval(e["missing"]), interval(e["weak"])) for e in told["elements"]],
        )
    )
    if told["reasons"]:
        parts.append(
            _table("Why charge lines would be held", ("reason", "charge lines"), [(r["words"], r["lines"]) for r in told["reasons"]])
        )
    parts.append(_table("Agreement", ("", "notes", "observed", "kappa", "PABAK", ""), agreements(told)))
    for title, rows in (("By month", told["months"]), ("By period", told["periods"])):
        if len(rows) > 1:
            parts.append(
                _table(
                    title,
                    ("period", "charge lines", "error rate", "difference", ""),
                    [
                        (r["period"], r["lines"], interval(r), interval(r["difference"]) if "difference" in r else "", few(r["caution"]))
                        for r in rows
                    ],
                )
            )
    for card in told["scorecards"]:
        parts.append(
            Text(
                f"\n{card['name']}: {interval(card)}, {card['errors']} of {card['lines']} charge lines held"
                + (f"; {caution}" if (caution := few(card["caution"])) else ""),
                "bold",
            )
        )
        parts += [Text(f"  {n}. {change(c)}") for n, c in enumerate(card["changes"], 1)]
    return parts


def stands(g: Doc) -> str:
    return str(few(g["caution"]) or {"above": "above the overall rate", "below": "below the overall rate"}.get(g["stands_out"], ""))


def change(c: Doc) -> str:
    alone = f", the only reason in {c['alone']}" if c["alone"] else ""
    return f"{c['words']}: {c['lines']} charge {'line' if c['lines'] == 1 else 'lines'}{alone} (for example {', '.join(c['examples'])})"


def agreements(told: Doc) -> list[tuple[Any, ...]]:
    rows = []
    for who, words in (("reviewers", "between reviewers"), ("tool", "with the tool")):
        a = told["agreement"][who]
        for part in ("hold", "line", "verdict"):
            x = a[part]
            if x["notes"]:
                rows.append(
                    (
                        f"{PARTS[part]}, {words}",
                        x["notes"],
                        percent(x["observed"]),
                        kappa(x),
                        "–" if x["pabak"] is None else f"{x['pabak']:.2f}",
                        few(x["caution"]),
                    )
                )
    return rows


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> RenderableType:
    from rich.console import Group

    table = Table(box=None, pad_edge=False, header_style="bold")
    for n, head in enumerate(heads):
        numbers = head in NUMBERS
        table.add_column(head, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers or n == 0)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return Group(Text(f"\n{title}", "bold underline"), table)


# the workbook -------------------------------------------------------------------------------------------------------------


def write_xlsx(told: Doc, path: Path) -> None:
    """The report as a workbook: one sheet a table, numbers as numbers."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    rate = ("errors", "lines", "estimate", "low", "high", "caution")
    sheets: list[tuple[str, Sequence[str], list[Sequence[Any]]]] = [
        ("summary", ("report",), [(line,) for line in (*headline(told), *told["cautions"], ASIDE)]),
        ("strata", ("stratum", "notes", *rate), [(stratum_name(s), s["population"], *(s[k] for k in rate)) for s in told["strata"]]),
        ("groups", ("group", "name", *rate, "stands out"), [(k, g["name"], *(g[r] for r in rate), g["stands_out"]) for k, of in told["groups"].items() for g in of]),
        ("elements", ("element", "daily note", "severity", *(f"missing {k}" for k in rate), *(f"weak {k}" for k in rate)), [(element_name(e["id"]), e["requirement"], e["severity"], *(e["missing"][k] for k in rate), *(e["weak"][k] for k in rate)) for e in told["elements"]]),
        ("reasons", ("reason", "lines"), [(r["words"], r["lines"]) for r in told["reasons"]]),
        ("agreement", ("part", "between", "notes", "observed", "kappa", "low", "high", "PABAK", "caution"), [(p, w, *(told["agreement"][w][p][k] for k in ("notes", "observed", "kappa", "low", "high", "pabak", "caution"))) for w in ("reviewers", "tool") for p in PARTS if told["agreement"][w][p]["notes"]]),
        ("trend", ("period", *rate), [(r["period"], *(r[k] for k in rate)) for r in (*told["months"], *told["periods"])]),
        ("scorecards", ("therapist", "error rate", "lines", "rank", "change", "in lines", "alone", "examples"), [(c["name"], c["estimate"], c["lines"], n, x["words"], x["lines"], x["alone"], ", ".join(x["examples"])) for c in told["scorecards"] for n, x in enumerate(c["changes"], 1)]),
        ("notes", tuple(told["notes"][0]) if told["notes"] else ("note_id",), [tuple(n.values()) for n in told["notes"]]),
    ]  # fmt: skip
    for name, heads, rows in sheets:
        sheet = book.create_sheet(name)
        sheet.append(list(heads))
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for row in rows:
            sheet.append([_cell(v) for v in row])
        for n, head in enumerate(heads, 1):
            column = sheet.cell(1, n).column_letter
            sheet.column_dimensions[column].width = 110 if name == "summary" else min(40, max(12, len(head) + 4))
            if head.rpartition(" ")[2] in ("estimate", "low", "high", "observed") and name != "agreement":
                for cell in sheet[column][1:]:
                    cell.number_format = "0.0%"
        sheet.freeze_panes = "A2"
        if name != "summary":
            sheet.auto_filter.ref = sheet.dimensions
    saved = io.BytesIO()
    book.save(saved)
    path.write_bytes(saved.getvalue())


def _cell(value: Any) -> Any:
    return safe(", ".join(map(str, value)) if isinstance(value, list) else value)
