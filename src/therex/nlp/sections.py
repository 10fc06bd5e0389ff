"""Sections by their headings: on a line of their own, before a colon, or in mid-line (`S: … O: … A: … P: …`)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from therex.catalog.files import resource
from therex.nlp.extensions import surface_of
from therex.nlp.sentences import BULLET
from therex.nlp.surface import Surface
from therex.types import Section

if TYPE_CHECKING:
    from spacy.tokens import Doc

MAJOR = frozenset({"subjective", "objective", "assessment", "plan", "goals", "treatment"})
_COLON = re.compile(r"(?:^|(?<=\n)|(?<=[.;|!?] )|(?<=  )|(?<=\)) )[ \t]*(?:[*_#]{1,4} ?|[-*•▪] ?(?:\*\*)?|\(?\d{1,2}[.)] ?)?"
                    r"(?P<head>[a-z][a-z0-9 /&'.#-]{0,55}?)[ ]*(?P<extra>\([^()\n]{0,40}\)|, (?:in )?\d+ ?(?:weeks?|wks?|months?|visits?))?[ ]*(?P<mark>:|(?<=\b[soapg])[/)](?=\s)|(?<=[a-z ])\|(?=\s))")  # fmt: skip
_ALONE = re.compile(r"(?m)^[ \t]*[-=*_#>]*[ ]*(?P<head>[a-z][a-z0-9 /&'.-]{0,50}?)[ ]*(?P<extra>\([^()\n]{0,40}\))?[ ]*[-=*_]*[ ]*$")
_SAID = re.compile(r"(?m)(?:^|(?<=[.!?] ))(?P<head>plan|assessment|subjective|objective|treatment|home program)(?P<mark>[,.]| is | - )")
# dictation closes its headings with a full stop: `Chief complaint. Patient reports ...`
_DOTTED = re.compile(
    r"(?:\A|(?<=[.!?:]\n)|(?<=\n\n))[ \t]*(?P<head>[a-z][a-z &/]{3,45})(?:, (?:active|passive|today|\d+ (?:weeks?|visits?|months?)))?(?P<mark>\.) (?=\S)"
)
_DASH = re.compile(r"(?m)^[ \t]*(?P<head>[a-z][a-z /]{0,30}?)(?P<mark> - | – )")
# `PLAN 2x/wk for 8 weeks`: capitals that open a line of a note written in both cases
_CAPITALS = re.compile(r"(?m)^[ \t]*(?P<head>[A-Z]{4,}(?: [A-Z]{4,})?)(?= [(\d]| [A-Z][a-z])")
_SERVICE_LINE = re.compile(
    r"(?m)^[ ]*(?:[-•*] ?)?(?:(?:today|tx|treatment|skilled|rx|ex|adls?|act) )?(?=(?:97\d{3}|therapeutic (?:ex\w*|activit\w*)|ther ?-?(?:ex|act)\w*|manual (?:therapy|tx)|neuro\w*[ -]re-?ed\w*|gait training|te|mt|nmr|ta|ther\. ex)\b[^\n.]{0,44}(?:\d+ ?(?:min|')|:))"
)
_BILLING_LINE = re.compile(
    r"(?m)^[ ]*(?:[-•*] ?)?(?=(?:timed|total timed|tot timed|tot min|charges?|billing|units?|97\d{3} ?x ?\d|\d+(?: min)? timed)\b[^\n]{0,120}$)"
)
_QUALIFIER = re.compile(
    r"[ ]*(?:#?\d+|one|two|today|\d+/\d+(?:/\d+)?|by|to be (?:completed|achieved|met|accomplished|reached) in(?: \d+ ?(?:weeks?|wks?|visits?))?|(?:, |in |within |x )?\d+ ?(?:weeks?|wks?|months?|visits?)|,|by (?:the )?(?:end of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*(?: \d{1,2})?)$|^(?:ot|pt|slp|therapy|current|todays?|today's|skilled|daily) "
)


@cache
def _headings() -> dict[str, str]:
    return {heading: kind for kind, headings in resource("sections.yaml").items() if kind != "version" for heading in map(str, headings)}


def heading_kind(head: str) -> str:
    """The kind of section that `head`, in working form, opens; ``""`` for none."""
    known = _headings()
    head = " ".join(head.strip(" .-#").split())
    for _ in range(3):
        kind = known.get(head)
        if kind:
            return kind
        shorter = _QUALIFIER.sub("", head).strip(" .-")
        if shorter == head:
            break
        head = shorter
    return ""


def _opens_a_field(norm: str, at: int) -> bool:
    """Whether a name before a stroke opens its line, and the line is no row of a table."""
    start = norm.rfind("\n", 0, at) + 1
    end = norm.find("\n", at)
    line = norm[start : end if end >= 0 else len(norm)]
    return not norm[start:at].strip(" *-•") and line.count("|") == 1


def _candidates(surface: Surface) -> list[tuple[int, int, str, bool]]:
    """(start, body, kind, alone) of every heading, left to right."""
    found: dict[int, tuple[int, int, str, bool]] = {}
    norm = surface.norm
    for pattern in (_COLON, _ALONE, _SAID, _DOTTED, _DASH):
        for m in pattern.finditer(norm):
            kind = heading_kind(m["head"])
            if not kind or m.start("head") in found:
                continue
            if m.groupdict().get("mark") == "|" and not _opens_a_field(norm, m.start("head")):
                continue
            if len(m["head"]) == 1 and re.match(r"[ ]*\d+(?:\.\d)?/10", norm[m.end() : m.end() + 8]):
                # `P: 5/10, B: 0/10, W: 7/10`: present, best and worst
                continue
            if pattern is _ALONE and len(m["head"]) < 3 and kind in MAJOR and m["head"] not in ("hx", "tx", "dx"):
                continue
            if pattern is _ALONE and kind == "billing" and re.search(r"\d", m["head"]):
                # a total with its figure is a line of its own, not the title of what follows
                continue
            if pattern is _DASH and kind == "header":
                continue
            if pattern is _ALONE and m["head"].strip() == "history":
                # over paragraphs of an evaluation, the history is that of the condition treated
                kind = "subjective"
            found[m.start("head")] = (m.start("head"), m.end(), kind, pattern is _ALONE)
    for m in _CAPITALS.finditer(surface.text):
        kind = heading_kind(m["head"].lower())
        if kind and m.start("head") not in found:
            found[m.start("head")] = (m.start("head"), m.end(), kind, False)
    for m in _SERVICE_LINE.finditer(norm):
        before = [found[k] for k in sorted(found) if k <= m.end()]
        kind = before[-1][2] if before else ""
        if m.end() not in found and kind in (
            "",
            "subjective",
            "objective",
            "header",
            "precautions",
            "history",
            "diagnosis",
            "hep",
            "response",
            "assessment",
            "goals",
        ):
            found[m.end()] = (m.end(), m.end(), "treatment", False)
    for m in _BILLING_LINE.finditer(norm):
        if m.end() not in found:
            found[m.end()] = (m.end(), m.end(), "billing", False)
    return [found[k] for k in sorted(found)]


_SERVICE_NAME = re.compile(
    r"(?:97\d{3}|therapeutic (?:ex\w*|activit\w*|procedures?)|ther ?-?(?:ex|act)\w*|manual therapy|neuro\w*[ -]re-?ed\w*|gait training|self[- ]care|modalit\w+|exercises?)\b"
)


def _outside_plans(heads: list[tuple[int, int, str, bool]], norm: str) -> list[tuple[int, int, str, bool]]:
    """The headings, less the names of services that a plan lists: a plan does not turn into treatment by naming it."""
    out: list[tuple[int, int, str, bool]] = []
    major = ""
    for start, body, kind, alone in heads:
        end = norm.find("\n", start)
        line = norm[start : end if end >= 0 else len(norm)]
        if kind == "treatment" and major == "plan" and _SERVICE_NAME.match(line) and not re.search(r"\d ?(?:min|'|units?\b)|\bx ?\d", line):
            continue
        if kind in MAJOR:
            major = kind
        out.append((start, body, kind, alone))
    return out


def read_sections(surface: Surface) -> list[Section]:
    """Sections in order, none overlapping.

    A major section runs to the next heading. A minor one with its content on the line of its heading ends with that
    line and the list items under it, and the major section that it stood in goes on.
    """
    norm = surface.norm
    heads = _outside_plans(_candidates(surface), norm)
    out: list[Section] = []
    enclosing = ""
    for i, (start, body, kind, alone) in enumerate(heads):
        limit = heads[i + 1][0] if i + 1 < len(heads) else len(norm)
        line_end = norm.find("\n", body)
        line_end = len(norm) if line_end < 0 else line_end
        inline = not alone and bool(norm[body:line_end].strip())
        end = limit
        if (kind in ("subjective", "objective", "assessment", "plan", "treatment") and not inline) or kind in (
            "subjective",
            "objective",
            "assessment",
            "plan",
            "treatment",
        ):
            enclosing = kind
        elif inline:
            end = _through_items(norm, line_end, limit)
            if kind in ("header", "diagnosis", "precautions", "signature", "medications"):
                stop = _FIELD_END.search(norm, body, min(line_end, limit))
                end = stop.start() + 1 if stop else end
            elif kind == "goals":
                stop = _OTHER_MATTER.search(norm, body, min(line_end, limit))
                end = stop.start() + 1 if stop else end
        if out and out[-1].end > start:
            out[-1] = Section(out[-1].kind, out[-1].start, out[-1].body, start)
        out.append(Section(kind, start, body, end))
        if end < limit - 1 and norm[end:limit].strip() and (enclosing or end < min(line_end, limit)):
            out.append(Section(enclosing, end, end, limit))
    return out


# a field of the head of a note ends with its sentence or at a gap; goals end where another matter begins on the same line
_FIELD_END = re.compile(r"(?<=[a-z0-9)\]])\. (?=[a-z])|   ")
_OTHER_MATTER = re.compile(
    r"\. (?=(?:plan|timed|total|hep|home|97\d{3}|therapeutic|treatment|response|cont|next|time|billed|charges|units|continue|tolerated)\b|\d+(?:x| min))"
)


def _through_items(norm: str, line_end: int, limit: int) -> int:
    """The end of the run of list items, indented or wrapped lines that follows a line."""
    end = min(line_end, limit)
    while end < limit:
        nxt = norm.find("\n", end + 1)
        nxt = len(norm) if nxt < 0 else nxt
        line = norm[end + 1 : min(nxt, limit)]
        if not line.strip() or not (re.match(r"[ ]*(?:\(?\d{1,2}[.)]|\(\d\))", line)):
            break
        end = min(nxt, limit)
    return end


class Sections:
    """spaCy component: `doc._.therex_sections`."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.therex_sections = self.process(doc)
        return doc

    def process(self, doc: Doc) -> list[Section]:
        """The sections of `doc`, which is left as it is."""
        return read_sections(surface_of(doc))


__all__ = ["BULLET", "MAJOR", "Sections", "heading_kind", "read_sections"]
