"""Marked notes spoiled as notes are: typing errors, scanned letters, lost headings and line ends, wrapped lines, one case throughout;
other people's names, and lines that tell nothing of the patient's care.

A reader that is taught them beside the clean ones holds better where notes come so. Rates are in ``resources/noise.yaml``, the lines in
``resources/filler.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from therex.catalog.files import resource
from therex.catalog.patterns import Patterns
from therex.corpus.marked import MarkedNote
from therex.redaction.find import find, surnames

_RE = Patterns("noise")

Edit = tuple[int, int, str]
Marked = tuple[int, int, str, str | None]


def spoiled(note: MarkedNote, rng: np.random.Generator) -> MarkedNote:
    """`note` with its text spoiled, and its spans where their words have gone."""
    rates: dict[str, Any] = resource("noise.yaml")

    def drawn(*names: str) -> str:
        """One of the kinds `names`, each with its share of notes; empty where it is none of them."""
        at = rng.random()
        for name in names:
            at -= rates[name]["notes"]
            if at < 0:
                return name
        return ""

    for names in (("renamed",), ("filled",), ("headings",), ("joined", "wrapped"), ("typed", "misread"), ("upper", "lower")):
        name = drawn(*names)
        if name:
            note = spoiled_by(note, name, rates[name], rng)
    return note


def spoiled_by(note: MarkedNote, name: str, rates: dict[str, Any], rng: np.random.Generator) -> MarkedNote:
    """`note` spoiled in one way, as ``noise.yaml`` names it, at `rates`."""
    if name in _CASES:
        cased = _CASES[name](note.text)
        return replace(note, text=cased if len(cased) == len(note.text) else note.text)
    edits = list(_EDITS[name](note.text, rates, rng))
    if name == "filled":
        # a line is put between marks, never into one
        edits = [e for e in edits if not any(start < e[1] and e[0] < end for start, end, _, _ in note.spans)][: rates["most"]]
    text, spans = _edited(note.text, list(note.spans), sorted(edits))
    return replace(note, text=text, spans=tuple(spans))


def _edited(text: str, spans: list[Marked], edits: list[Edit]) -> tuple[str, list[Marked]]:
    """Text and spans after edits, which are in order and do not overlap; a span of which nothing is left goes."""
    places = np.zeros(len(text) + 1, dtype=np.int64)
    parts: list[str] = []
    at = new = 0
    for start, end, said in edits:
        if start < at:
            continue
        places[at:start] = np.arange(new, new + start - at)
        new += start - at
        places[start:end] = new + np.minimum(np.arange(end - start), len(said))
        parts += [text[at:start], said]
        new += len(said)
        at = end
    places[at:] = np.arange(new, new + len(text) + 1 - at)
    out = "".join((*parts, text[at:]))
    moved = []
    for start, end, label, attribute in spans:
        i, j = int(places[start]), int(places[end])
        while j > i and out[j - 1].isspace():
            j -= 1
        while i < j and out[i].isspace():
            i += 1
        if i < j:
            moved.append((i, j, label, attribute))
    return out, moved


def _headings(text: str, rates: dict[str, Any], rng: np.random.Generator) -> Iterator[Edit]:
    for m in _RE["heading"].finditer(text):
        if rng.random() < rates["share"]:
            yield m.start(), m.end(), ""


def _joined(text: str, rates: dict[str, Any], rng: np.random.Generator) -> Iterator[Edit]:
    for m in _RE["line_end"].finditer(text):
        if rng.random() < rates["share"]:
            yield m.start(), m.end(), " "


def _wrapped(text: str, rates: dict[str, Any], rng: np.random.Generator) -> Iterator[Edit]:
    width, begun = int(rng.integers(rates["least"], rates["most"])), 0
    for m in _RE["space"].finditer(text):
        if "\n" in m[0]:
            begun = m.end()
        elif m.start() - begun > width:
            yield m.start(), m.end(), "\n"
            begun = m.end()


def _typed(text: str, rates: dict[str, Any], rng: np.random.Generator) -> Iterator[Edit]:
    """A letter left out, doubled, changed for its neighbor on the keyboard, or for the next letter of the word."""
    keys, rate = resource("noise.yaml")["keys"], float(rng.choice(rates["rates"]))
    for m in _RE["word"].finditer(text):
        if rng.random() < rate:
            k = m.start() + int(rng.integers(1, len(m[0]) - 1))
            here, after = text[k], text[k + 1]
            yield ((k, k + 1, ""), (k, k + 1, here * 2), (k, k + 2, after + here), (k, k + 1, keys.get(here.lower(), here)))[
                rng.integers(4)
            ]


def _misread(text: str, rates: dict[str, Any], rng: np.random.Generator) -> Iterator[Edit]:
    seen = resource("noise.yaml")["scanned"]
    for m in _RE["word"].finditer(text):
        if rng.random() < rates["rate"]:
            places = [k for k in range(m.start(), m.end()) if text[k] in seen]
            if places:
                k = int(rng.choice(places))
                yield k, k + 1, seen[text[k]]


def _renamed(text: str, rates: dict[str, Any], rng: np.random.Generator) -> Iterator[Edit]:
    """Every name, wherever it stands, for another one of the census."""
    told: dict[str, str] = {}
    for found in find(text):
        if found.kind == "NAME":
            for m in _RE["name"].finditer(text, found.start, found.end):
                if m[0] not in told:
                    told[m[0]] = surnames()[rng.integers(rates["names"])].title()
                yield m.start(), m.end(), told[m[0]]


def _filled(text: str, rates: dict[str, Any], rng: np.random.Generator) -> Iterator[Edit]:
    """Lines of `filler.yaml` at the ends of lines and sentences, in no order."""
    lines = [line for kind in resource("filler.yaml").values() for line in kind]
    places = list(_RE["gap"].finditer(text))
    for k in rng.permutation(len(places)):
        m = places[k]
        yield m.start(), m.end(), f"{m[0]}{lines[rng.integers(len(lines))]}{m[0]}"


_EDITS: dict[str, Callable[[str, dict[str, Any], np.random.Generator], Iterator[Edit]]] = {
    "headings": _headings, "joined": _joined, "wrapped": _wrapped, "typed": _typed, "misread": _misread, "renamed": _renamed, "filled": _filled,
}  # fmt: skip
_CASES: dict[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower}
