"""PDF with a text layer: lines by their place on the page, columns, heads and feet of pages, words parted at a line's end."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

from therex.catalog.patterns import Patterns
from therex.errors import NoteError

_RE = Patterns("readers")

# the narrowest gap between two columns, and the widest between two words of one line, as shares of the page's width and of the letter's height
GUTTER, APART = 0.02, 2.5
# lines at the top and the foot of a page that may be its head and foot
EDGE = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with its box on the page, from the top left."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def read_pdf(data: bytes) -> str:
    """The text of a PDF.

    Raises
    ------
    NoteError
        ``scanned`` where a page has no text layer, ``not_text`` where the file is damaged or wants a password.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise NoteError("not_text", "The PDF wants a password." if locked else "The PDF is damaged.") from None
    pages: list[list[str]] = []
    scanned = []
    try:
        for n in range(len(document)):
            page = document[n]
            lines = _page_lines(_pieces(page), page.get_width())
            if not any(line.strip() for line in lines) and any(True for _ in page.get_objects(max_depth=2)):
                scanned.append(n + 1)
            pages.append(lines)
            page.close()
    except pypdfium2.PdfiumError:
        raise NoteError("not_text", "The PDF is damaged.") from None
    finally:
        document.close()
    if scanned:
        told = ", ".join(map(str, scanned[:5])) + (" …" if len(scanned) > 5 else "")
        raise NoteError("scanned", f"A scan with no text layer: page {told} of {len(pages)}. Run text recognition first.")
    return _joined([line for page in _without_edges(pages) for line in page])


def _pieces(page: object) -> list[Piece]:
    height = page.get_height()  # type: ignore[attr-defined]
    text = page.get_textpage()  # type: ignore[attr-defined]
    out = []
    for i in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(i)
        # PDFium marks a hyphen at a line's end
        told = " ".join(text.get_text_bounded(left - 0.5, bottom - 0.5, right + 0.5, top + 0.5).replace("\x02", "-").split())
        if told:
            out.append(Piece(left, height - top, right, height - bottom, told))
    text.close()
    return out


def _page_lines(pieces: list[Piece], width: float) -> list[str]:
    rows = _rows(pieces)
    gutter = _gutter(rows, width)
    if gutter is None:
        return [_line(row) for row in rows]
    out: list[str] = []
    block: tuple[list[str], list[str]] = ([], [])
    for row in rows:
        if any(p.left < gutter < p.right for p in row):  # a line over both columns ends them
            out += [*block[0], *block[1], _line(row)]
            block = ([], [])
            continue
        for side, part in enumerate(([p for p in row if p.right <= gutter], [p for p in row if p.left >= gutter])):
            if part:
                block[side].append(_line(part))
    return [*out, *block[0], *block[1]]


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces by line: those whose middles lie within one another's height."""
    rows: list[list[Piece]] = []
    for p in sorted(pieces, key=lambda p: (p.top + p.bottom) / 2):
        middle = (p.top + p.bottom) / 2
        if rows and min(q.top for q in rows[-1]) <= middle <= max(q.bottom for q in rows[-1]):
            rows[-1].append(p)
        else:
            rows.append([p])
    return [sorted(row, key=lambda p: p.left) for row in rows]


def _gutter(rows: list[list[Piece]], width: float) -> float | None:
    """Where a page with two columns of prose parts; None where it has one, or a table."""
    two = [row for row in rows if len(row) >= 2 and max(b.left - a.right for a, b in itertools.pairwise(row)) >= GUTTER * width]
    if len(two) < 5 or len(two) * 2 < len(rows):
        return None
    for step in range(35, 66):
        x = width * step / 100
        free = [row for row in two if not any(p.left - 1 < x < p.right + 1 for p in row)]
        sides = [row for row in free if any(p.right < x for p in row) and any(p.left > x for p in row)]
        if len(sides) >= 0.9 * len(two):
            # prose fills its column: a table's cells do not
            long = sum(
                sum(len(p.text) for p in row if p.right < x) > 24 and sum(len(p.text) for p in row if p.left > x) > 24 for row in sides
            )
            if long >= 0.6 * len(sides):
                return x
    return None


def _line(row: list[Piece]) -> str:
    out = row[0].text
    for before, p in itertools.pairwise(row):
        gap = p.left - before.right
        height = max(p.bottom - p.top, 1.0)
        out += ("   " if gap > APART * height else " " if gap > 0.15 * height else "") + p.text
    return out


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    """The pages without the heads and feet that come again, the first one kept."""
    if len(pages) < 2:
        return pages
    bare = [[_RE["figures"].sub("#", line.strip().lower()) for line in page] for page in pages]
    count = Counter(line for page in bare for line in {*page[:EDGE], *page[-EDGE:]} if line)
    again = {line for line, n in count.items() if n >= max(2, len(pages) / 2)}
    out = []
    seen: set[str] = set()
    for page, plain in zip(pages, bare, strict=True):
        kept = []
        for i, (line, key) in enumerate(zip(page, plain, strict=True)):
            edge = i < EDGE or i >= len(page) - EDGE
            if edge and key in again:
                if key in seen or _RE["page_number"].search(key):
                    continue
                seen.add(key)
            kept.append(line)
        out.append(kept)
    return out


def _joined(lines: list[str]) -> str:
    """The lines as text, a word that is parted at a line's end made whole."""
    out: list[str] = []
    for line in lines:
        if out and _RE["parted"].search(out[-1]) and _RE["goes_on"].match(line):
            head, (word, *rest) = out[-1], line.split(maxsplit=1)
            out[-1] = (head if _RE["kept_hyphen"].search(head.lower()) else head[:-1]) + word
            out += [part.strip() for part in rest]
            continue
        out.append(line.rstrip())
    return "\n".join(out).strip("\n") + "\n"
