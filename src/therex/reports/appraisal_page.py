"""The appraisal of a reviewed sample as one page with charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from therex.reports.appraisal import (
    ASIDE,
    NUMBERS,
    PARTS,
    Doc,
    agreements,
    change,
    few,
    group_name,
    headline,
    interval,
    kappa,
    percent,
    stands,
    stratum_name,
)  # fmt: skip
from therex.reports.harmless import harmless
from therex.reports.wording import element_name, said

_STYLE = """:root{color-scheme:light dark;--ink:#1d2429;--soft:#53616a;--line:#d5dce0;--paper:#fff;--accent:#0b5d7a;--warnink:#6b4700;--warn:#fff4da}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebee;--soft:#a3b0b8;--line:#3a464d;--paper:#14191d;--accent:#7cc4de;--warnink:#f0cf8a;--warn:#3a2e14}}
@media print{:root{color-scheme:light;--ink:#1d2429;--soft:#53616a;--line:#d5dce0;--paper:#fff;--accent:#0b5d7a;--warnink:#6b4700;--warn:#fff4da}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:24px 20px 60px;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:24px;margin:0}h2{font-size:18px;margin:34px 0 8px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:15px;margin:18px 0 4px}.card h3{margin:0 0 4px}
.soft{color:var(--soft)}.big{font-size:20px;margin:14px 0 4px}.warn{background:var(--warn);color:var(--warnink);padding:6px 12px;border-radius:6px;margin:6px 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right}
.scroll{overflow-x:auto}.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:14px}.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.card{border:1px solid var(--line);border-radius:10px;padding:14px 16px;break-inside:avoid}.card ol{padding-left:20px;margin:8px 0 0}.id,.forest th,h3,.notes td{overflow-wrap:anywhere}
.forest th{font-weight:400;width:23%}.forest td.bar{width:32%;padding-right:24px}.forest td.told{color:var(--soft);font-size:13.5px}.forest svg{display:block;width:100%;height:22px;overflow:visible}
.forest .grid{stroke:var(--line)}.forest .overall{stroke:var(--accent);stroke-dasharray:4 4}.forest .range{stroke:var(--accent);stroke-width:2}.forest circle{fill:var(--accent)}.forest text{fill:var(--soft);font-size:12px}
.forest tfoot td,.forest tfoot th{border:0}
@media(max-width:700px){body{padding:16px 12px 40px}.forest,.forest tbody,.forest tfoot{display:block}.forest tr{display:block;border-bottom:1px solid var(--line);padding:6px 0}.forest th,.forest td{display:block;border:0;padding:0}
.forest th,.forest td.bar{width:auto}.forest td.bar{padding:0 14px}.forest tfoot tr{border:0}
.notes thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.notes,.notes tbody,.notes tr,.notes td{display:block}.notes tr{border-bottom:1px solid var(--line);padding:6px 0}.notes td{border:0;padding:0}.notes td:empty{display:none}.notes td::before{content:attr(data-head) ": ";color:var(--soft)}}
@media print{body{padding:0;max-width:none}tr,.card,svg{break-inside:avoid}}"""


def page(told: Doc) -> str:
    """The report as one page that needs nothing beside it."""
    first, *rest = headline(told)
    out = [
        "<h1>Appraisal of CPT 97110</h1>",
        f'<p class="soft">{escape(str(told["made"])[:10])} · sample {escape(told["sample"])} · therex {escape(told["therex"])} · {ASIDE}</p>',
        f'<p class="big"><b>{escape(first)}</b></p>',
        *(f"<p>{escape(line)}</p>" for line in rest),
        *(f'<p class="warn">{escape(c)}</p>' for c in told["cautions"]),
        *_rates(told),
        *_agreement(told),
    ]
    if told["apart"]:
        rows = [(k.capitalize(), v["lines"], v["held"]) for k, v in told["apart"].items()]
        out.append(
            _section("Notes that do not count toward the estimates", _table("Other notes", ("drawn as", "charge lines", "held"), rows))
        )
    if cards := "".join(map(_card, told["scorecards"])):
        out.append(_section("Scorecards: what would help most", f'<div class="cards">{cards}</div>'))
    out.append(_section("Notes", _notes(told["notes"])))
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return harmless(
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" content="no-referrer"><title>therex appraisal</title>'
        f"<style>{_STYLE}</style></head><body><main>{''.join(out)}</main></body></html>\n"
    )


def _rates(told: Doc) -> list[str]:
    """Error rates by stratum, group, and period; elements; reasons."""
    overall, out = told["line_errors"]["estimate"], []
    if len(told["strata"]) > 1:
        rows = [(stratum_name(s), s, few(s["caution"])) for s in told["strata"]]
        out.append(_section("By stratum", forest(rows, overall, "Error rate by stratum")))
    for name, groups in told["groups"].items():
        title = group_name(name)
        about = (
            '<p class="soft">Sorted by name. A group is marked as above or below the overall rate only if its interval, widened for the number of groups, '
            "does not include that rate.</p>"
            if len(groups) > 1
            else ""
        )
        out.append(_section(f"By {title}", forest([(g["name"], g, stands(g)) for g in groups], overall, f"Error rate by {title}") + about))
    for title, periods in (("By month", told["months"]), ("By period", told["periods"])):
        if len(periods) > 1:
            rows = [(r["period"], r, few(r["caution"])) for r in periods]
            out.append(_section(title, forest(rows, overall, f"Error rate {title.lower()}") + _differences(periods)))
    rows = [(element_name(e["id"]), e["missing"], f"weak {interval(e['weak'])}; {e['requirement']}") for e in told["elements"]]
    out.append(
        _section("Elements missing, in notes with a charge line", forest(rows, None, "Share of charge lines whose note lacks the element"))
    )
    if told["reasons"]:
        reasons = [(r["words"], r["lines"]) for r in told["reasons"]]
        out.append(_section("Why charge lines would be held", _table("Reasons", ("reason", "charge lines"), reasons)))
    return out


def _agreement(told: Doc) -> list[str]:
    heads = ("", "notes", "observed", "kappa", "PABAK", "")
    return [_section("Agreement", _table("Kappa", heads, agreements(told)) + _by_class(told) + _by_element(told))]


def _card(c: Doc) -> str:
    caution = few(c["caution"])
    return (
        f'<div class="card"><h3>{escape(c["name"])}</h3><div>{escape(interval(c))}; {c["errors"]} of {c["lines"]} charge lines held</div>'
        + (f'<div class="warn">{escape(caution)}</div>' if caution else "")
        + "<ol>" + "".join(f'<li class="id">{escape(change(x))}</li>' for x in c["changes"]) + "</ol></div>"
    )  # fmt: skip


def _notes(notes: Iterable[Doc]) -> str:
    heads = ("note", "drawn as", "status", "reasons", "medical necessity", "units", "tool's status")
    rows = [
        (
            n["note_id"], n["pick"], said("statuses", n["line"]), "; ".join(n["reasons"]), said("verdicts", n["verdict"]),
            "" if n["units_judged"] else "not judged", said("statuses", n["tool_line"]),
        )
        for n in notes
    ]  # fmt: skip
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(
        "<tr>" + "".join(f'<td data-head="{escape(h)}">{escape(str(v))}</td>' for h, v in zip(heads, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<table class="notes"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    numbers = {n for n, h in enumerate(heads) if h in NUMBERS}

    def cells(tag: str, row: Sequence[Any]) -> str:
        return "".join(f"<{tag}{' class=n' if n in numbers else ''}>{escape(str(v)) or '&nbsp;'}</{tag}>" for n, v in enumerate(row))

    head = "".join(
        cells("th", [h]) if h and n not in numbers else f"<th class=n>{escape(h)}</th>" if h else "<td></td>" for n, h in enumerate(heads)
    )
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def forest(rows: Sequence[tuple[str, Doc, str]], overall: float | None, title: str) -> str:
    """A dot and its interval a row, from 0 to 100 %; the overall rate is a dashed line."""

    def line(style: str, first: float, last: float, y1: int = 0, y2: int = 22) -> str:
        return f'<line class="{style}" x1="{first:.2%}" x2="{last:.2%}" y1="{y1}" y2="{y2}"/>'

    behind = "".join(line("grid", v, v) for v in (0, 0.25, 0.5, 0.75, 1)) + ("" if overall is None else line("overall", overall, overall))
    body = []
    for name, rate, note in rows:
        dot = ""
        if rate["estimate"] is not None:
            dot = line("range", rate["low"], rate["high"], 11, 11) + f'<circle cx="{rate["estimate"]:.2%}" cy="11" r="4.5"/>'
        told = f"{interval(rate)}, {rate['errors']} of {rate['lines']}" + (f"; {note}" if note else "")
        body.append(
            f'<tr><th scope="row">{escape(name)}</th><td class="bar"><svg aria-hidden="true">{behind}{dot}</svg></td><td class="told">{escape(told)}</td></tr>'
        )
    ticks = "".join(f'<text x="{v:.0%}" y="14" text-anchor="middle">{v:.0%}</text>' for v in (0, 0.25, 0.5, 0.75, 1))
    foot = f'<tr aria-hidden="true"><td></td><td class="bar"><svg>{ticks}</svg></td><td></td></tr>'
    return f'<table class="forest"><caption class="sr">{escape(title)}</caption><tbody>{"".join(body)}</tbody><tfoot>{foot}</tfoot></table>'


def _differences(rows: Sequence[Doc]) -> str:
    found = [f"{r['period']}: {interval(r['difference'])}" for r in rows if "difference" in r]
    return f'<p class="soft">Difference from the previous period, in percentage points: {escape("; ".join(found))}.</p>' if found else ""


def _by_class(told: Doc) -> str:
    words = {"line": "statuses", "verdict": "verdicts"}
    rows = []
    for who, between in (("reviewers", "between reviewers"), ("tool", "with the tool")):
        for part in PARTS:
            for c in told["agreement"][who][part]["classes"]:
                if c["agreement"] is not None:
                    name = said(words[part], c["class"]) if part in words else str(c["class"]).capitalize()
                    rows.append((f"{PARTS[part]}, {between}", name, percent(c["share"]), percent(c["agreement"])))
    title = "<h3>Share of each class, and agreement on it</h3>"
    return title + _table("Agreement by class", ("", "class", "share", "agreement"), rows) if rows else ""


def _by_element(told: Doc) -> str:
    """Agreement on each element; between reviewers only where two of them judged the same notes."""
    double = told["agreement"]["reviewers"]["notes"] > 0
    heads = ["element", *(("reviewers: observed", "kappa", "alpha (ordinal)") if double else ()), "tool: observed", "kappa "]
    rows = []
    for b, t in zip(told["agreement"]["reviewers"]["elements"], told["agreement"]["tool"]["elements"], strict=True):
        between = (percent(b["observed"]), kappa(b), "–" if b["alpha"] is None else f"{b['alpha']:.2f}")
        rows.append((element_name(b["id"]), *(between if double else ()), percent(t["observed"]), kappa(t)))
    return "<h3>Each element</h3>" + _table("Agreement by element", heads, rows)
