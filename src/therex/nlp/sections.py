"""Sections by their headings: on a line of their own, before a colon, or in mid-line (`S: … O: … A: … P: …`)."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING

from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.nlp.extensions import surface_of
from therex.nlp.surface import Surface
from therex.types import Section

if TYPE_CHECKING:
    from spacy.tokens import Doc

_RE = Patterns("sections")

# sections that end where a service with its minutes opens a line
_BEFORE = ("", "subjective", "objective", "header", "precautions", "history", "diagnosis", "hep", "response", "assessment", "goals")
_LONG_LINE = 4000  # of a longer line only so much is asked, so that time grows with the note
MAJOR = frozenset({"subjective", "objective", "assessment", "plan", "goals", "treatment"})


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
        shorter = _RE["qualifier"].sub("", head).strip(" .-")
        if shorter == head:
            break
        head = shorter
    return ""


def _opens_a_field(norm: str, at: int) -> bool:
    """Whether a name before a stroke opens its line, and the line is no row of a table."""
    start = norm.rfind("\n", max(0, at - _LONG_LINE), at) + 1
    if (not start and at > _LONG_LINE) or norm[start:at].strip(" *-•"):
        return False
    end = norm.find("\n", at)
    return norm.count("|", start, end if end >= 0 else len(norm)) == 1


def _candidates(surface: Surface) -> list[tuple[int, int, str, bool]]:
    """(start, body, kind, alone) of every heading, left to right."""
    found: dict[int, tuple[int, int, str, bool]] = {}
    norm = surface.norm
    for pattern in (_RE["colon"], _RE["alone"], _RE["said"], _RE["dotted"], _RE["dash"]):
        for m in pattern.finditer(norm):
            kind = heading_kind(m["head"])
            if not kind or m.start("head") in found:
                continue
            if m.groupdict().get("mark") == "|" and not _opens_a_field(norm, m.start("head")):
                continue
            if len(m["head"]) == 1 and _RE["score"].match(norm[m.end() : m.end() + 8]):
                # `P: 5/10, B: 0/10, W: 7/10`: present, best and worst
                continue
            if pattern is _RE["alone"] and len(m["head"]) < 3 and kind in MAJOR and m["head"] not in ("hx", "tx", "dx"):
                continue
            if pattern is _RE["alone"] and kind == "billing" and any(map(str.isdigit, m["head"])):
                # a total with its figure is a line of its own, not the title of what follows
                continue
            if pattern is _RE["dash"] and kind == "header":
                continue
            if pattern is _RE["alone"] and m["head"].strip() == "history":
                # over paragraphs of an evaluation, the history is that of the condition treated
                kind = "subjective"
            found[m.start("head")] = (m.start("head"), m.end(), kind, pattern is _RE["alone"])
    for m in _RE["capitals"].finditer(surface.text):
        kind = heading_kind(m["head"].lower())
        if kind and m.start("head") not in found:
            found[m.start("head")] = (m.start("head"), m.end(), kind, False)
    places = sorted(found)
    opened = -1
    for m in _RE["service_line"].finditer(norm):
        k = bisect_right(places, m.end()) - 1
        last = max(places[k] if k >= 0 else -1, opened)
        kind = found[last][2] if last >= 0 else ""
        if m.end() not in found and kind in _BEFORE:
            opened = m.end()
            found[opened] = (opened, opened, "treatment", False)
    for m in _RE["billing_line"].finditer(norm):
        if m.end() not in found:
            found[m.end()] = (m.end(), m.end(), "billing", False)
    return [found[k] for k in sorted(found)]


def _outside_plans(heads: list[tuple[int, int, str, bool]], norm: str) -> list[tuple[int, int, str, bool]]:
    """The headings, less the names of services that a plan lists: a plan does not turn into treatment by naming it."""
    out: list[tuple[int, int, str, bool]] = []
    major = ""
    for start, body, kind, alone in heads:
        if kind == "treatment" and major == "plan":
            end = norm.find("\n", start, start + _LONG_LINE)
            line = norm[start : end if end >= 0 else start + _LONG_LINE]
            if _RE["service_name"].match(line) and not _RE["measured"].search(line):
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
    line_end = told = -1
    for i, (start, body, kind, alone) in enumerate(heads):
        limit = heads[i + 1][0] if i + 1 < len(heads) else len(norm)
        if body > line_end or body < told:
            line_end = norm.find("\n", body)
            line_end = len(norm) if line_end < 0 else line_end
        told = body
        inline = not alone and _holds(norm, body, line_end)
        end = limit
        if kind in MAJOR and kind != "goals":
            enclosing = kind
        elif inline:
            end = _through_items(norm, line_end, limit)
            if kind in ("header", "diagnosis", "precautions", "signature", "medications"):
                stop = _RE["field_end"].search(norm, body, min(line_end, limit))
                end = stop.start() + 1 if stop else end
            elif kind == "goals":
                stop = _RE["other_matter"].search(norm, body, min(line_end, limit))
                end = stop.start() + 1 if stop else end
        if out and out[-1].end > start:
            out[-1] = Section(out[-1].kind, out[-1].start, out[-1].body, start)
        out.append(Section(kind, start, body, end))
        if end < limit - 1 and _holds(norm, end, limit) and (enclosing or end < min(line_end, limit)):
            out.append(Section(enclosing, end, end, limit))
    return out


def _holds(norm: str, start: int, end: int) -> bool:
    """Whether anything but blanks stands there."""
    return _RE["anything"].search(norm, start, end) is not None


def _through_items(norm: str, line_end: int, limit: int) -> int:
    """The end of the run of list items, indented or wrapped lines that follows a line."""
    end = min(line_end, limit)
    while end < limit:
        nxt = norm.find("\n", end + 1)
        nxt = len(norm) if nxt < 0 else nxt
        line = norm[end + 1 : min(nxt, limit)]
        if not line.strip() or not _RE["item"].match(line):
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
