"""Sections by their headings: on a line of their own, before a colon, or in mid-line (`S: … O: … A: … P: …`)."""

from __future__ import annotations

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
    start = norm.rfind("\n", 0, at) + 1
    end = norm.find("\n", at)
    line = norm[start : end if end >= 0 else len(norm)]
    return not norm[start:at].strip(" *-•") and line.count("|") == 1


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
    for m in _RE["service_line"].finditer(norm):
        before = [found[k] for k in sorted(found) if k <= m.end()]
        kind = before[-1][2] if before else ""
        if m.end() not in found and kind in _BEFORE:
            found[m.end()] = (m.end(), m.end(), "treatment", False)
    for m in _RE["billing_line"].finditer(norm):
        if m.end() not in found:
            found[m.end()] = (m.end(), m.end(), "billing", False)
    return [found[k] for k in sorted(found)]


def _outside_plans(heads: list[tuple[int, int, str, bool]], norm: str) -> list[tuple[int, int, str, bool]]:
    """The headings, less the names of services that a plan lists: a plan does not turn into treatment by naming it."""
    out: list[tuple[int, int, str, bool]] = []
    major = ""
    for start, body, kind, alone in heads:
        end = norm.find("\n", start)
        line = norm[start : end if end >= 0 else len(norm)]
        if kind == "treatment" and major == "plan" and _RE["service_name"].match(line) and not _RE["measured"].search(line):
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
        if end < limit - 1 and norm[end:limit].strip() and (enclosing or end < min(line_end, limit)):
            out.append(Section(enclosing, end, end, limit))
    return out


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
