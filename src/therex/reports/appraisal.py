"""The appraisal of a reviewed sample (docs/qa.md): for a terminal, as one page with charts, and as a workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from therex.reports.harmless import harmless, safe

Doc = Mapping[str, Any]
_ASIDE = "Found in the text supplied, by the reviewers' judgement; no finding on payment. Holds protected health information."


def percent(value: float | None) -> str:
    """A share in percent, one digit after the point."""
    return "–" if value is None else f"{value:.1%}"


def interval(rate: Doc) -> str:
    """``12.0% (5.1%–22.4%)``."""
    return "–" if rate["estimate"] is None else f"{percent(rate['estimate'])} ({percent(rate['low'])}–{percent(rate['high'])})"


def _key(stratum: Doc) -> str:
    return ", ".join(v or "(none)" for v in stratum["key"].values()) or "all notes"


def _kappa(a: Doc) -> str:
    return "–" if a["kappa"] is None else f"{a['kappa']:.2f} ({a['low']:.2f}–{a['high']:.2f})"


def _money(value: float) -> str:
    return f"${value:,.2f}"


def headline(told: Doc) -> list[str]:
    """What a report begins with."""
    rate, review, frame = told["line_errors"], told["review"], told["frame"]
    lines = [
        (
            f"{percent(rate['estimate'])} of the 97110 lines would be held ({told['confidence']:.0%} interval {percent(rate['low'])} to {percent(rate['high'])}; "
            f"{rate['errors']} of {rate['lines']} lines reviewed)"
        ),
        f"{review['decided']} notes settled of {review['wanted']} drawn at random from a frame of {frame['notes']:,}; interval: {told['method']}",
    ]
    if told["financial"]:
        f = told["financial"]
        lines.append(
            f"paid for lines held: {_money(f['point'])} of {_money(f['paid'])} ({told['confidence']:.0%} interval {_money(f['low'])} to {_money(f['high'])}; "
            f"lower limit of the two-sided 90 % interval {_money(f['low_90'])})"
        )
    for kind, words in (("over_billed", "over-billed"), ("under_billed", "under-billed")):
        u = told["units"][kind]
        if u["errors"]:
            t = u["units"]
            lines.append(
                f"{words}: {interval(u)} of the lines; {t['point']:,.0f} units in the period ({t['low']:,.0f} to {t['high']:,.0f})"
            )
    return lines


def terminal(told: Doc) -> list[RenderableType]:
    """The report for a terminal."""
    parts: list[RenderableType] = [Text(line, "bold" if n == 0 else "") for n, line in enumerate(headline(told))]
    parts += [Text(f"! {c}", "yellow") for c in told["cautions"]] + [Text("")]
    if len(told["strata"]) > 1:
        parts.append(
            _table(
                "Strata",
                ("stratum", "notes", "lines", "held", "error rate", ""),
                [(_key(s), f"{s['population']:,}", s["lines"], s["errors"], interval(s), s["caution"]) for s in told["strata"]],
            )
        )
    for name, groups in told["groups"].items():
        parts.append(
            _table(
                f"By {name}",
                (name, "lines", "held", "error rate", ""),
                [(g["name"], g["lines"], g["errors"], interval(g), _stands(g)) for g in groups],
            )
        )
    parts.append(
        _table(
            "Elements, in notes with a 97110 line",
            ("element", "daily note", "missing", "weak"),
            [(e["id"].replace("_", " "), e["requirement"], interval(e["missing"]), interval(e["weak"])) for e in told["elements"]],
        )
    )
    if told["reasons"]:
        parts.append(_table("Why lines would be held", ("reason", "lines"), [(r["words"], r["lines"]) for r in told["reasons"]]))
    parts.append(_table("Agreement", ("", "notes", "observed", "kappa", "PABAK", ""), _agreements(told)))
    for title, rows in (("By month", told["months"]), ("Over periods", told["periods"])):
        if len(rows) > 1:
            parts.append(
                _table(
                    title,
                    ("period", "lines", "error rate", "difference", ""),
                    [
                        (r["period"], r["lines"], interval(r), interval(r["difference"]) if "difference" in r else "", r["caution"])
                        for r in rows
                    ],
                )
            )
    for card in told["scorecards"]:
        parts.append(
            Text(
                f"\n{card['name']}: {interval(card)}, {card['errors']} of {card['lines']} lines"
                + (f"; {card['caution']}" if card["caution"] else ""),
                "bold",
            )
        )
        parts += [Text(f"  {n}. {_change(c)}") for n, c in enumerate(card["changes"], 1)]
    return parts


def _stands(g: Doc) -> str:
    return str(g["caution"] or {"above": "above the rest", "below": "below the rest"}.get(g["stands_out"], ""))


def _change(c: Doc) -> str:
    alone = f", alone in {c['alone']}" if c["alone"] else ""
    return f"{c['words']}: {c['lines']} {'line' if c['lines'] == 1 else 'lines'}{alone} (such as {', '.join(c['examples'])})"


def _agreements(told: Doc) -> list[tuple[Any, ...]]:
    rows = []
    for who, words in (("reviewers", "between reviewers"), ("tool", "with the tool")):
        a = told["agreement"][who]
        for part in ("hold", "line", "verdict"):
            x = a[part]
            if x["notes"]:
                rows.append(
                    (
                        f"{part}, {words}",
                        x["notes"],
                        percent(x["observed"]),
                        _kappa(x),
                        "–" if x["pabak"] is None else f"{x['pabak']:.2f}",
                        x["caution"],
                    )
                )
    return rows


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> RenderableType:
    from rich.console import Group

    table = Table(box=None, pad_edge=False, header_style="bold")
    for n, head in enumerate(heads):
        numbers = head in ("notes", "lines", "held")
        table.add_column(head, justify="right" if numbers else "left", overflow="fold", no_wrap=numbers or n == 0)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return Group(Text(f"\n{title}", "bold underline"), table)


# the page -----------------------------------------------------------------------------------------------------------------


_STYLE = """:root{--ink:#1d2429;--soft:#53616a;--line:#d5dce0;--accent:#0b5d7a}*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:24px 20px 60px;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:#fff}
h1{font-size:24px;margin:0}h2{font-size:18px;margin:34px 0 8px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:15px;margin:0 0 4px}
.soft{color:var(--soft)}.big{font-size:20px;margin:14px 0 4px}.warn{background:#fff4da;color:#6b4700;padding:6px 12px;border-radius:6px;margin:6px 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right}
.scroll{overflow-x:auto}svg{max-width:100%;height:auto;display:block}.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:14px}
.card{border:1px solid var(--line);border-radius:10px;padding:14px 16px;break-inside:avoid}.card ol{padding-left:20px;margin:8px 0 0}.id{overflow-wrap:anywhere}
@media print{body{padding:0;max-width:none}tr,.card,svg{break-inside:avoid}}"""


def page(told: Doc) -> str:
    """The report as one page that needs nothing beside it."""
    out = [
        "<h1>Appraisal of CPT 97110</h1>",
        f'<p class="soft">{escape(str(told["made"])[:10])} · sample {escape(told["sample"])} · therex {escape(told["therex"])} · {_ASIDE}</p>',
    ]
    first, *rest = headline(told)
    out += [
        f'<p class="big"><b>{escape(first)}</b></p>',
        *(f"<p>{escape(line)}</p>" for line in rest),
        *(f'<p class="warn">{escape(c)}</p>' for c in told["cautions"]),
    ]
    overall = told["line_errors"]["estimate"]
    if len(told["strata"]) > 1:
        out.append(_section("By stratum", forest([(_key(s), s, s["caution"]) for s in told["strata"]], overall, "Error rate by stratum")))
    for name, groups in told["groups"].items():
        out.append(
            _section(
                f"By {name}",
                forest([(g["name"], g, _stands(g)) for g in groups], overall, f"Error rate by {name}")
                + '<p class="soft">In order of name. A group stands out only where its interval, widened for the number of groups, leaves the overall rate out.</p>',
            )
        )
    for title, rows in (("By month", told["months"]), ("Over periods", told["periods"])):
        if len(rows) > 1:
            out.append(
                _section(
                    title,
                    forest([(r["period"], r, r["caution"]) for r in rows], overall, f"Error rate {title.lower()}") + _differences(rows),
                )
            )
    rows = [(e["id"].replace("_", " "), e["missing"], f"{e['requirement']}; weak {interval(e['weak'])}") for e in told["elements"]]
    out.append(_section("Elements missing, in notes with a 97110 line", forest(rows, None, "Share of lines whose note lacks the element")))
    if told["reasons"]:
        out.append(
            _section(
                "Why lines would be held", _html_table("Reasons", ("reason", "lines"), [(r["words"], r["lines"]) for r in told["reasons"]])
            )
        )
    out.append(
        _section(
            "Agreement",
            _html_table("Kappa", ("", "notes", "observed", "kappa", "PABAK", ""), _agreements(told)) + _by_class(told) + _by_element(told),
        )
    )
    if told["apart"]:
        out.append(
            _section(
                "Picked apart from the estimate",
                _html_table("Picks apart", ("pick", "lines", "held"), [(k, v["lines"], v["held"]) for k, v in told["apart"].items()]),
            )
        )
    cards = "".join(
        f'<div class="card"><h3>{escape(c["name"])}</h3><div>{escape(interval(c))}; {c["errors"]} of {c["lines"]} lines held</div>'
        + (f'<div class="warn">{escape(c["caution"])}</div>' if c["caution"] else "")
        + "<ol>" + "".join(f'<li class="id">{escape(_change(x))}</li>' for x in c["changes"]) + "</ol></div>"
        for c in told["scorecards"]
    )  # fmt: skip
    if cards:
        out.append(_section("Scorecards: what would help most", f'<div class="cards">{cards}</div>'))
    out.append(
        _section(
            "Notes",
            _html_table(
                "All notes",
                ("note", "pick", "line", "why", "verdict", "tool's line"),
                [
                    (n["note_id"], n["pick"], n["line"], ", ".join(b.replace("_", " ") for b in n["because"]), n["verdict"], n["tool_line"])
                    for n in told["notes"]
                ],
            ),
        )
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return harmless(
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" content="no-referrer"><title>therex appraisal</title>'
        f"<style>{_STYLE}</style></head><body><main>{''.join(out)}</main></body></html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _html_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    numbers = {n for n, h in enumerate(heads) if h in ("notes", "lines", "held")}

    def cells(tag: str, row: Sequence[Any]) -> str:
        return "".join(f"<{tag}{' class=n' if n in numbers else ''}>{escape(str(v)) or '&nbsp;'}</{tag}>" for n, v in enumerate(row))

    head = "".join(
        cells("th", [h]) if h and n not in numbers else f"<th class=n>{escape(h)}</th>" if h else "<td></td>" for n, h in enumerate(heads)
    )
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def forest(rows: Sequence[tuple[str, Doc, str]], overall: float | None, title: str) -> str:
    """A dot and its interval a row, from 0 to 100 %; the overall rate is a dashed line."""
    left, width, high = 210, 360, 26
    tall = high * len(rows) + 40

    def x(share: float) -> float:
        return left + share * width

    parts = [
        f'<line x1="{x(v):.0f}" x2="{x(v):.0f}" y1="8" y2="{tall - 28}" stroke="#e3e8eb"/><text x="{x(v):.0f}" y="{tall - 10}" text-anchor="middle" fill="#53616a">{v:.0%}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    ]
    if overall is not None:
        parts.append(f'<line x1="{x(overall):.1f}" x2="{x(overall):.1f}" y1="8" y2="{tall - 28}" stroke="#0b5d7a" stroke-dasharray="4 4"/>')
    for n, (name, rate, note) in enumerate(rows):
        y = 22 + n * high
        short = name if len(name) <= 28 else name[:27] + "…"
        parts.append(f'<text x="{left - 12}" y="{y + 4}" text-anchor="end">{escape(short)}<title>{escape(name)}</title></text>')
        if rate["estimate"] is not None:
            parts.append(
                f'<line x1="{x(rate["low"]):.1f}" x2="{x(rate["high"]):.1f}" y1="{y}" y2="{y}" stroke="#0b5d7a" stroke-width="2"/><circle cx="{x(rate["estimate"]):.1f}" cy="{y}" r="4.5" fill="#0b5d7a"/>'
            )
        told = f"{interval(rate)} {rate['errors']}/{rate['lines']}" + (f" {note}" if note else "")
        parts.append(f'<text x="{left + width + 14}" y="{y + 4}" fill="#53616a" font-size="12">{escape(told)}</text>')
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}"><svg role="img" aria-label="{escape(title)}" width="1080" viewBox="0 0 1080 {tall}" font-family="system-ui,sans-serif" font-size="13">{"".join(parts)}</svg></div>'


def _differences(rows: Sequence[Doc]) -> str:
    found = [f"{r['period']}: {interval(r['difference'])} against the period before" for r in rows if "difference" in r]
    return f'<p class="soft">Differences, in points: {escape("; ".join(found))}.</p>' if found else ""


def _by_class(told: Doc) -> str:
    rows = []
    for who, words in (("reviewers", "between reviewers"), ("tool", "with the tool")):
        for part in ("hold", "line", "verdict"):
            for c in told["agreement"][who][part]["classes"]:
                if c["agreement"] is not None:
                    rows.append((f"{part}, {words}", c["class"].replace("_", " "), percent(c["share"]), percent(c["agreement"])))
    return (
        "<h3>By class: its share, and the agreement on it</h3>"
        + _html_table("Agreement by class", ("", "class", "share", "agreement"), rows)
        if rows
        else ""
    )


def _by_element(told: Doc) -> str:
    between, tool = told["agreement"]["reviewers"]["elements"], told["agreement"]["tool"]["elements"]
    rows = [
        (
            b["id"].replace("_", " "),
            percent(b["observed"]),
            _kappa(b),
            "–" if b["alpha"] is None else f"{b['alpha']:.2f}",
            percent(t["observed"]),
            _kappa(t),
        )
        for b, t in zip(between, tool, strict=True)
    ]
    return "<h3>By element</h3>" + _html_table(
        "Agreement by element", ("element", "reviewers: observed", "kappa", "alpha (ordinal)", "tool: observed", "kappa "), rows
    )


# the workbook -------------------------------------------------------------------------------------------------------------


def write_xlsx(told: Doc, path: Path) -> None:
    """The report as a workbook: one sheet a table, numbers as numbers."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    rate = ("errors", "lines", "estimate", "low", "high", "caution")
    sheets: list[tuple[str, Sequence[str], list[Sequence[Any]]]] = [
        ("summary", ("report",), [(line,) for line in (*headline(told), *told["cautions"], _ASIDE)]),
        ("strata", ("stratum", "notes", *rate), [(_key(s), s["population"], *(s[k] for k in rate)) for s in told["strata"]]),
        ("groups", ("group", "name", *rate, "stands out"), [(k, g["name"], *(g[r] for r in rate), g["stands_out"]) for k, of in told["groups"].items() for g in of]),
        ("elements", ("element", "daily note", "severity", *(f"missing {k}" for k in rate), *(f"weak {k}" for k in rate)), [(e["id"], e["requirement"], e["severity"], *(e["missing"][k] for k in rate), *(e["weak"][k] for k in rate)) for e in told["elements"]]),
        ("reasons", ("reason", "lines"), [(r["words"], r["lines"]) for r in told["reasons"]]),
        ("agreement", ("part", "between", "notes", "observed", "kappa", "low", "high", "PABAK", "caution"), [(p, w, *(told["agreement"][w][p][k] for k in ("notes", "observed", "kappa", "low", "high", "pabak", "caution"))) for w in ("reviewers", "tool") for p in ("hold", "line", "verdict")]),
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
