"""Units: the text as a row of known phrases, quantities, function words and marks, each with what it may mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from therex.catalog.abbreviations import ambiguous, sense
from therex.catalog.lexicon import Entry, Lexicon, read_lexicon
from therex.nlp.extensions import surface_of
from therex.nlp.quantities import Quantity, read_quantities
from therex.nlp.surface import Surface, read_surface

if TYPE_CHECKING:
    from spacy.tokens import Doc

MARKS = {
    ",": "comma", ";": "semi", ".": "dot", ":": "colon", "(": "lp", ")": "rp", "[": "lp", "]": "rp", "-": "dash",
    "/": "slash", "→": "arrow", "->": "arrow", "=>": "arrow", "\n": "br", "&": "and", "+": "plus", "|": "pipe",
    "•": "bullet", "*": "bullet", "▪": "bullet", "@": "at", "=": "eq", "?": "dot", "!": "dot", '"': "quote", ">": "gt",
    "<": "lt", ">=": "gt", "<=": "lt", "↑": "decreased", "↓": "decreased", "~": "approx",
}  # fmt: skip
FILLERS = frozenset({"uh", "um", "uhm", "umm", "hmm"})
_EMPTY: tuple[Entry, ...] = ()


@dataclass(slots=True)
class Unit:
    """A stretch of text that the grammar sees as one; `cats` names every meaning it may have."""

    start: int
    end: int
    word: str
    cats: frozenset[str]
    entries: tuple[Entry, ...] = _EMPTY
    quantity: Quantity | None = None

    def entry(self, category: str) -> Entry | None:
        """The unit's first meaning of `category`."""
        for entry in self.entries:
            if entry.category == category:
                return entry
        return None


_SETS: dict[tuple[str, ...], frozenset[str]] = {}


def _cats(*names: str) -> frozenset[str]:
    known = _SETS.get(names)
    if known is None:
        known = _SETS[names] = frozenset(names)
    return known


def read_units(surface: Surface, quantities: list[Quantity], lexicon: Lexicon) -> list[Unit]:
    """Quantities first, then the longest known phrase at each place, then single words and marks."""
    starts, ends, words, text = surface.starts, surface.ends, surface.words, surface.text
    out: list[Unit] = []
    n, i, q = len(starts), 0, 0
    phrases, longest, ready = lexicon.phrases, lexicon.longest, lexicon.ready
    senses = ambiguous()
    while i < n:
        at = starts[i]
        while q < len(quantities) and quantities[q].end <= at:
            q += 1
        quantity = quantities[q] if q < len(quantities) else None
        word = words[i]
        limit = longest.get(word, 0)
        if quantity is not None and quantity.start <= at and not (limit > 1 and _phrase(words, i, limit, phrases) > 1):
            j = i
            while j < n and starts[j] < quantity.end:
                j += 1
            kind = f"q_{quantity.kind}"
            inch = kind in ("q_seconds", "q_distance") and surface.norm[quantity.end - 1] == '"'
            cats = _cats("q", kind, "q_inch") if inch else _cats("q", kind)
            out.append(Unit(at, quantity.end, text[at : quantity.end], cats, _EMPTY, quantity))
            i = max(j, i + 1)
            continue
        taken = 0
        for size in range(min(limit, n - i), 0, -1):
            key = word if size == 1 else " ".join(words[i : i + size])
            known = ready.get(key)
            if known is not None:
                out.append(Unit(at, ends[i + size - 1], key, known[1], known[0]))
                taken = size
                break
            entries = phrases.get(key)
            if entries is None:
                continue
            caps = any(e.caps for e in entries)
            kept = tuple(e for e in entries if not e.caps or text[at : ends[i]].isupper()) if caps else tuple(entries)
            if not kept:
                continue
            if size == 1 and len(kept) > 1 and word in senses:
                kept = _in_sense(surface.norm, at, ends[i], kept)
            cats = _cats(*sorted({e.category for e in kept}))
            if not caps and not (size == 1 and word in senses):
                ready[key] = (kept, cats)
            out.append(Unit(at, ends[i + size - 1], key, cats, kept))
            taken = size
            break
        if taken:
            i += taken
            continue
        if word in FILLERS:
            # a sound of hesitation and the comma after it say nothing
            i += 2 if i + 1 < n and words[i + 1] == "," and out and "comma" in out[-1].cats else 1
            continue
        mark = MARKS.get(word)
        out.append(Unit(at, ends[i], word, _cats(mark or ("word" if word[0].isalnum() else "punct"))))
        i += 1
    return out


def _in_sense(norm: str, start: int, end: int, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Of an ambiguous abbreviation, the meanings that its context allows."""
    found = sense(norm, start, end)
    if found is None or not found.category:
        return entries
    return tuple(e for e in entries if e.category == found.category) or entries


def _phrase(words: list[str], i: int, limit: int, phrases: dict[str, list[Entry]]) -> int:
    for size in range(min(limit, len(words) - i), 1, -1):
        if " ".join(words[i : i + size]) in phrases:
            return size
    return 0


def split_phrase(phrase: str) -> list[str]:
    """A phrase as look-up forms."""
    return read_surface(phrase).words


class LexiconMatcher:
    """spaCy component: `doc._.therex_terms`, the units of the note."""

    def __init__(self) -> None:
        self._lexicon: Lexicon | None = None

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon of the saved model, or else the shipped resources."""
        if self._lexicon is None:
            self._lexicon = read_lexicon(split_phrase)
        return self._lexicon

    def __call__(self, doc: Doc) -> Doc:
        doc._.therex_terms = self.process(doc)
        return doc

    def process(self, doc: Doc) -> list[Unit]:
        """The units of `doc`, which is left as it is."""
        surface = surface_of(doc)
        quantities = doc._.therex_quantities
        return read_units(surface, read_quantities(surface) if quantities is None else quantities, self.lexicon)

    def to_disk(self, path: Any, **kwargs: Any) -> None:
        """The lexicon as one JSON file."""
        import json
        from pathlib import Path

        Path(path).mkdir(parents=True, exist_ok=True)
        data = self.lexicon.to_data()
        rows = [json.dumps(row, ensure_ascii=False) for row in data["meanings"]]
        phrases = [f"{json.dumps(key, ensure_ascii=False)}: {numbers}" for key, numbers in data["phrases"].items()]
        whole = '{"meanings": [\n' + ",\n".join(rows) + '\n],\n"phrases": {\n' + ",\n".join(phrases) + "\n}}\n"
        (Path(path) / "lexicon.json").write_text(whole, encoding="utf-8")

    def from_disk(self, path: Any, **kwargs: Any) -> LexiconMatcher:
        """The lexicon that `to_disk` wrote."""
        import json
        from pathlib import Path

        self._lexicon = Lexicon.from_data(json.loads((Path(path) / "lexicon.json").read_text(encoding="utf-8")))
        return self
