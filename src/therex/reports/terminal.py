"""The terminal: a worklist table, and one note in full with its text lit up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from therex.catalog.codes import codes
from therex.reports.harmless import harmless
from therex.reports.worklist import in_order
from therex.reports.worklist import why as reasons
from therex.types import LABELS, Assessment, ChargeLine, Finding, Minutes, Range, Span

LINE_STYLE = {"hold": "bold red", "review": "yellow", "ready": "green", "no_97110": "dim", "error": "magenta"}
LABEL_STYLE = {
    "IMPAIRMENT": "black on #f4b6b6", "LIMITATION": "black on #f7cf9e", "GOAL": "black on #f6ef9f", "SERVICE": "black on #cfd8dc",
    "EXERCISE": "black on #b9e3b4", "DOSE": "black on #d8f0c8", "DURATION": "black on #a9d9ec", "RESPONSE": "black on #c9c4f0",
    "MEASURE": "black on #e6d3ee", "SKILL": "black on #9fe0d3", "RATIONALE": "black on #f2c4de",
}  # fmt: skip
_MARK = {"present": ("✓", "green"), "weak": ("~", "yellow"), "missing": ("✗", "red")}


class Harmless:
    """What rich makes of a view, with a visible sign for each control character of a note, a name or an id."""

    def __init__(self, view: RenderableType) -> None:
        self._view = view

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._view, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)


def worklist_table(found: Sequence[Assessment]) -> Table:
    """One row a note, the lines to hold first."""
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("line", no_wrap=True)
    table.add_column("note", overflow="fold", max_width=32)
    table.add_column("necessity", no_wrap=True)
    table.add_column("97110 min/units", no_wrap=True)
    table.add_column("why, and what is not in the note", overflow="fold")
    for a in in_order(found):
        if a.line is None or a.necessity is None or a.time is None:
            code, message = a.error or ("internal", "")
            table.add_row(Text("error", LINE_STYLE["error"]), Text(a.note_id), "", "", Text(f"{code}: {message}"))
            continue
        why = Text(reasons(a))
        gaps = [f.id.replace("_", " ") for f in a.findings if f.found == "missing" and f.id not in a.line.because]
        if gaps and a.line.status != "no_97110":
            why.append(("; not found: " if why.plain else "not found: ") + ", ".join(gaps), "dim")
        verdict = a.necessity.verdict.replace("_", " ")
        score = "" if a.necessity.verdict == "not_applicable" else f" {a.necessity.score:.2f}"
        minutes = a.time.codes.get("97110")
        units = a.time.billed_units.get("97110")
        amount = f"{'–' if minutes is None else minutes} / {'–' if units is None else units}"
        table.add_row(Text(a.line.status, LINE_STYLE[a.line.status]), Text(a.note_id), verdict + score, amount, why)
    return table


def summary(found: Sequence[Assessment]) -> str:
    """The counts in one line."""
    counts = Counter(a.line.status if a.line else "error" for a in found)
    parts = [f"{counts[k]} {k}" for k in ("hold", "review", "ready", "no_97110", "error") if counts[k]]
    return f"{len(found)} note{'s' * (len(found) != 1)}: {', '.join(parts)}"


def lit(text: str, spans: Iterable[Span]) -> Text:
    """The note with each span in the colour of its label; inside a span, the inner one's colour wins."""
    out = Text(text)
    for span in sorted(spans, key=lambda s: (s.start, -(s.end - s.start))):
        style = LABEL_STYLE[span.label]
        out.stylize(style if span.assertion == "affirmed" else f"{style} strike", span.start, span.end)
    return out


def explain_view(a: Assessment) -> RenderableType:
    """One note in full."""
    if a.view is None or a.time is None or a.necessity is None or a.line is None:
        code, message = a.error or ("internal", "")
        return Text(f"{code}: {message}", style="magenta")
    parts: list[RenderableType] = []
    head = Text.assemble(
        ("97110  ", "bold"), (a.line.status, LINE_STYLE[a.line.status]), (f"  {reasons(a)}" if a.line.because else "", ""),
    )  # fmt: skip
    parts.append(head)
    parts.append(
        Text(
            f"{a.view.note_type} note, {a.view.discipline}; necessity {a.necessity.verdict.replace('_', ' ')} ({a.necessity.score:.2f}, a model's estimate, not a payer's decision)",
            style="dim",
        )
    )
    legend = Text("\n")
    present = {s.label for s in a.view.spans}
    for label in (x for x in LABELS if x in present):
        legend.append(f" {label} ", LABEL_STYLE[label])
        legend.append(" ")
    parts.append(legend)
    parts.append(Padding(lit(a.view.text.rstrip("\n"), a.view.spans), (1, 0, 1, 2)))
    parts.append(_elements(a))
    for c in a.contradictions:
        parts.append(Text.assemble(("\n! ", "bold red"), (c.id.replace("_", " "), "bold"), f"  {c.message}"))
    for x in a.claim.findings if a.claim else ():
        style = "bold red" if x.severity != "minor" else "bold yellow"
        parts.append(Text.assemble(("\n! ", style), (f"claim, {x.id.replace('_', ' ')}", "bold"), f"  {x.message}"))
    for fit in a.fits:
        told = " ".join(a.view.text[fit.evidence[0].start : fit.evidence[0].end].split())
        parts.append(
            Text.assemble(
                ("\n? ", "bold yellow"), (f"reads as {fit.reads_as}", "bold"), f"  “{told}”: {fit.message} What was its main aim?"
            )
        )
    parts.append(_time(a))
    if a.necessity.reasons:
        parts.append(Text("\nWhat moved the score", style="bold"))
        for r in a.necessity.reasons:
            sign = ("  + ", "green") if r.direction == "for" else ("  - ", "red")
            parts.append(Text.assemble(sign, r.message, (f" “{_quoted(a, max(r.evidence, key=_length))}”" if r.evidence else "", "dim")))
    asked = [(f.id, f.query) for f in (*a.findings, *a.custom) if f.query and f.finding in ("missing", "weak", "contradicted")]
    asked += [(x.id, x.query) for x in (a.claim.findings if a.claim else ()) if x.query]
    if asked:
        parts.append(Text("\nTo ask the therapist", style="bold"))
        for name, query in asked:
            parts.append(Padding(Text.assemble((f"{name.replace('_', ' ')}: ", "bold"), query), (0, 0, 0, 2)))
    return Group(*parts)


def _elements(a: Assessment) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for name in ("", "element", "finding", "evidence"):
        table.add_column(name, overflow="fold")
    for f in (*a.findings, *a.custom):
        mark, style = _MARK[f.found]
        table.add_row(Text(mark, style), f.id.replace("_", " "), _finding(f), _evidence(a, f))
    return table


def _finding(f: Finding) -> Text:
    shown = f.finding.replace("_", " ")
    style = {"missing": "red", "contradicted": "bold red", "weak": "yellow", "ok": "green"}.get(f.finding, "dim")
    return Text(f"{shown} ({f.requirement})" if f.finding in ("missing", "weak", "contradicted") else shown, style)


def _evidence(a: Assessment, f: Finding) -> Text:
    return Text(" · ".join(_quoted(a, r) for r in f.evidence[:3]), style="dim")


def _length(r: Range) -> int:
    return r.end - r.start


def _quoted(a: Assessment, r: Range) -> str:
    """The words of a stretch on one line, cut where they are many."""
    assert a.view is not None
    words = " ".join(a.view.text[r.start : r.end].split())
    return words if len(words) <= 60 else words[:57] + "…"


def _time(a: Assessment) -> RenderableType:
    """Minutes and units: a row a charge line, then the visit as a whole."""
    assert a.time is not None
    t = a.time
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("code", "service", "minutes", "billed", "supported"):
        table.add_column(name, justify="left" if name in ("code", "service") else "right", no_wrap=name != "service")
    for c in t.charges:
        over = c.cms is not None and c.ama is not None and (c.billed or 0) > max(c.cms, c.ama)
        minutes = "–" if c.minutes is None else f"{c.minutes:g}"
        cells = (minutes, "–" if c.billed is None else str(c.billed), supported_cell(c))
        name, style = codes().get(c.code, {}).get("name", ""), "bold red" if over else ""
        table.add_row(c.code, name, *(Text(x, style) for x in cells))
    rows = [Padding(table, (0, 0, 0, 2))] if t.charges else []
    return Group(Text("\nMinutes and units", style="bold"), *rows, *(Text(f"  {x}") for x in visit_lines(t)))


def supported_cell(c: ChargeLine) -> str:
    """The units supported for one code: one number where both rules agree."""
    if not c.timed:
        return "untimed"
    if c.cms is None:
        return "minutes not stated"
    return str(c.cms) if c.cms == c.ama else f"CMS {c.cms}, AMA {c.ama}"


def visit_lines(t: Minutes) -> list[str]:
    """The visit as a whole: its minutes, the timed units billed and supported, and what its length allows."""
    times = f"; clock {' to '.join(t.clock)}" if t.clock else ""
    timed, session = (
        _or(stated, t.computed.get(name)) for name, stated in (("timed_total", t.timed_total), ("session_total", t.session_total))
    )
    lines = [f"timed total {timed}; session {session}{times}"]
    billed = [] if t.visit.billed_timed is None else [f"{t.visit.billed_timed} timed"]
    billed += [] if t.visit.billed_total is None else [f"{t.visit.billed_total} in all"]
    parts = [f"units billed: {', '.join(billed)}"] if billed else []
    if t.supported_units:
        ama = t.supported_units["ama"]["total"]
        parts.append(f"timed units supported: CMS {t.supported_units['cms']['total']}" + ("" if ama is None else f", AMA {ama}"))
    if t.visit.most is not None and t.visit.minutes is not None and t.visit.source != "timed_total":
        by = " by the clock" if t.visit.source == "clock" else ""
        parts.append(f"a visit of {t.visit.minutes:g} minutes{by} allows at most {t.visit.most}")
    return [*lines, *(["; ".join(parts)] if parts else []), *_ways(t)]


def _ways(t: Minutes) -> list[str]:
    """Every allocation of the CMS rule, where there is more than one."""
    ways = (t.supported_units or {}).get("cms", {}).get("allocations", [])
    if len(ways) < 2:
        return []
    return ["CMS allocations: " + " or ".join(", ".join(f"{k} x{v}" for k, v in way.items()) for way in ways)]


def _or(stated: object, computed: object) -> str:
    if stated is not None:
        return str(stated)
    return f"not stated ({computed['minutes']} from {computed['from']})" if isinstance(computed, dict) else "not stated"


def print_view(view: RenderableType, *, width: int | None = None) -> None:
    """Print to standard output, in colour only on a terminal."""
    # a name may hold brackets and colons, which are no markup here
    console = Console(highlight=False, markup=False, emoji=False, width=width, soft_wrap=False)
    console.print(Harmless(view))
