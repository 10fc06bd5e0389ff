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
from therex.reports.questions import questions
from therex.reports.wording import element_name, minutes_and_units, reasons_of, said, sentences, supported_units, visit_lines
from therex.reports.worklist import in_order
from therex.types import LABELS, Assessment, Finding, Range, Span

LINE_STYLE = {"hold": "bold red", "review": "yellow", "ready": "green", "no_97110": "dim", "error": "magenta"}
LABEL_STYLE = {
    "IMPAIRMENT": "black on #f4b6b6", "LIMITATION": "black on #f7cf9e", "GOAL": "black on #f6ef9f", "SERVICE": "black on #cfd8dc",
    "EXERCISE": "black on #b9e3b4", "DOSE": "black on #d8f0c8", "DURATION": "black on #a9d9ec", "RESPONSE": "black on #c9c4f0",
    "MEASURE": "black on #e6d3ee", "SKILL": "black on #9fe0d3", "RATIONALE": "black on #f2c4de",
}  # fmt: skip
SHOWN = 3
_MARK = {"present": ("✓", "green"), "weak": ("~", "yellow"), "missing": ("✗", "red")}


class Harmless:
    """What rich makes of a view, with a visible sign for each control character of a note, a name or an id."""

    def __init__(self, view: RenderableType) -> None:
        self._view = view

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._view, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)


# under so many columns a note has one line, in which its name has so many at most, and the status with the gaps so many
NARROW, LONGEST_NAME, STATUS_AND_GAPS = 100, 24, 13


def worklist_table(found: Sequence[Assessment], width: int = 140) -> Table:
    """One row a note, the lines to hold first; under 100 columns one line a note, with its first reasons.

    Parameters
    ----------
    width
        The columns of the terminal.
    """
    narrow = width < NARROW
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("97110", no_wrap=True)
    table.add_column("note", overflow="fold", max_width=32)
    if not narrow:
        table.add_column("necessity", max_width=13)
        table.add_column("minutes and units", max_width=20)
    table.add_column("why", overflow="fold")
    longest = min(LONGEST_NAME, max((len(a.note_id) for a in found), default=0))
    for a in in_order(found):
        table.add_row(*(_narrow(a, longest, width) if narrow else _wide(a)))
    return table


def _wide(a: Assessment) -> tuple[RenderableType, ...]:
    """Status, note, verdict with its score, minutes and units, and why."""
    if a.line is None or a.necessity is None or a.time is None:
        return _status("error"), Text(a.note_id), "", "", Text(_error(a))
    why = Text(sentences(reasons_of(a)))
    gaps = [element_name(f.id).lower() for f in a.findings if f.found == "missing" and f.id not in a.line.because]
    if gaps and a.line.status != "no_97110":
        why.append(
            f"{' ' if why.plain else ''}Also not found: {', '.join(gaps)}." if why.plain else f"Not found: {', '.join(gaps)}.", "dim"
        )
    verdict = said("verdicts", a.necessity.verdict)
    score = "" if a.necessity.verdict == "not_applicable" else f" {a.necessity.score:.2f}"
    return _status(a.line.status), Text(a.note_id), verdict + score, minutes_and_units(a.time) or "–", why


def _narrow(a: Assessment, longest: int, width: int) -> tuple[RenderableType, ...]:
    """Status, note and the first reasons, cut to one line."""
    status, name = _status("error" if a.line is None else a.line.status), Text(a.note_id)
    why = Text(_error(a) if a.line is None else sentences(reasons_of(a)))
    name.truncate(longest, overflow="ellipsis")
    why.truncate(max(10, width - longest - STATUS_AND_GAPS), overflow="ellipsis")
    return status, name, why


def _status(status: str) -> Text:
    return Text(said("statuses", status), LINE_STYLE[status])


def _error(a: Assessment) -> str:
    return (a.error or ("internal", "The note could not be analyzed."))[1]


def summary(found: Sequence[Assessment]) -> str:
    """The counts in one line."""
    counts = Counter(a.line.status if a.line else "error" for a in found)
    parts = [f"{counts[k]} {said('statuses', k).lower()}" for k in ("hold", "review", "ready", "no_97110", "error") if counts[k]]
    return f"{len(found)} note{'s' * (len(found) != 1)}: {', '.join(parts)}"


def lit(text: str, spans: Iterable[Span]) -> Text:
    """The note with each span in the colour of its label; inside a span, the inner one's colour wins."""
    out = Text(text)
    for span in sorted(spans, key=lambda s: (s.start, -(s.end - s.start))):
        style = LABEL_STYLE[span.label]
        out.stylize(style if span.assertion == "affirmed" else f"{style} strike", span.start, span.end)
    return out


def explain_view(a: Assessment) -> RenderableType:
    """One note in full: status and reasons, questions, the text, what is not in order, minutes and units."""
    if a.view is None or a.time is None or a.necessity is None or a.line is None:
        return Text(_error(a), style="magenta")
    parts: list[RenderableType] = [_head(a), *_against(a), *_asked(a)]
    legend = Text("\n")
    present = {s.label for s in a.view.spans}
    for label in (x for x in LABELS if x in present):
        legend.append(f" {label} ", LABEL_STYLE[label])
        legend.append(" ")
    parts += [legend, Padding(lit(a.view.text.rstrip("\n"), a.view.spans), (1, 0, 1, 2)), *_elements(a), _time(a)]
    if a.necessity.reasons and a.necessity.verdict != "not_applicable":
        parts.append(Text("\nWhat affected the score", style="bold"))
        for r in a.necessity.reasons[:SHOWN]:
            sign = ("  + ", "green") if r.direction == "for" else ("  - ", "red")
            parts.append(Text.assemble(sign, r.message, (f" “{_quoted(a, max(r.evidence, key=_length))}”" if r.evidence else "", "dim")))
    return Group(*parts)


def _head(a: Assessment) -> Text:
    """The status of the charge line, why, and what the note is."""
    assert a.view is not None and a.necessity is not None and a.line is not None
    score = "" if a.necessity.verdict == "not_applicable" else f" ({a.necessity.score:.2f}, a model's estimate, not a payer's decision)"
    about = f"{said('note_types', a.view.note_type)}, {a.view.discipline}. Medical necessity: {said('verdicts', a.necessity.verdict).lower()}{score}."
    reasons = [x for reason in reasons_of(a) for x in ("\n  ", f"{reason}.")]
    return Text.assemble(("97110: ", "bold"), _status(a.line.status), *reasons, (f"\n{about}", "dim"))


def _against(a: Assessment) -> list[RenderableType]:
    """What stands against the charge: contradictions with their words, findings of the claim, exercises that read as another service."""
    assert a.view is not None
    out: list[RenderableType] = []
    for c in a.contradictions:
        words = [f"“{_quoted(a, r)}”" for r in c.evidence[:2]]
        out.append(Text.assemble(("! ", "bold red"), c.message, (f" {' and '.join(words)}" if words else "", "dim")))
    for x in a.claim.findings if a.claim else ():
        out.append(Text.assemble(("! ", "bold red" if x.severity != "minor" else "bold yellow"), ("Claim: ", "bold"), x.message))
    out += [Text.assemble(("? ", "bold yellow"), h.message) for h in a.hints]
    for fit in a.fits:
        out.append(
            Text.assemble(
                ("? ", "bold yellow"), f"“{_quoted(a, fit.evidence[0])}” reads as {fit.reads_as}: {fit.message} What was its main purpose?"
            )
        )
    return [Text(""), *out] if out else []


def _asked(a: Assessment) -> list[RenderableType]:
    """The questions to the therapist, and the closing sentence once."""
    asked = questions(a)
    if not asked:
        return []
    lines = [Padding(Text.assemble((f"{q.title}: ", "bold"), q.text), (0, 0, 0, 2)) for q in asked]
    return [Text("\nQuestions for the therapist", style="bold"), *lines, Padding(Text(a.closing, "dim"), (0, 0, 0, 2))]


def _elements(a: Assessment) -> list[RenderableType]:
    """What is not in order, a row each; then what is, in a line."""
    every = (*a.findings, *a.custom)
    rest = [f for f in every if f.finding not in ("ok", "not_required")]
    parts: list[RenderableType] = []
    if rest:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("", "documentation", "finding", "evidence"):
            table.add_column(name, overflow="fold")
        for f in rest:
            mark, style = _MARK[f.found]
            table.add_row(Text(mark, style), element_name(f.id), _finding(f), _evidence(a, f))
        parts.append(table)
    for finding in ("ok", "not_required"):
        names = [element_name(f.id).lower() for f in every if f.finding == finding]
        if names:
            parts.append(Text.assemble((f"{said('findings', finding)}: ", "bold"), f"{', '.join(names)}."))
    return parts


def _finding(f: Finding) -> Text:
    style = {"missing": "red", "contradicted": "bold red", "weak": "yellow", "ok": "green"}.get(f.finding, "dim")
    shown = said("findings", f.finding)
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
        cells = (minutes, "–" if c.billed is None else str(c.billed), supported_units(c))
        name, style = codes().get(c.code, {}).get("name", ""), "bold red" if over else ""
        table.add_row(c.code, name, *(Text(x, style) for x in cells))
    rows = [Padding(table, (0, 0, 0, 2))] if t.charges else []
    return Group(Text("\nMinutes and units", style="bold"), *rows, *(Text(f"  {x}") for x in visit_lines(t)))


def print_view(view: RenderableType, *, width: int | None = None) -> None:
    """Print to standard output, in colour only on a terminal."""
    # a name may hold brackets and colons, which are no markup here
    console = Console(highlight=False, markup=False, emoji=False, width=width, soft_wrap=False)
    console.print(Harmless(view))
