"""PDF with a text layer: lines by their place on the page, columns, heads and feet of pages, words parted at a line's end."""

from __future__ import annotations

import itertools
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from therex.catalog.patterns import Patterns
from therex.errors import NoteError
from therex.readers.limits import MOST

_RE = Patterns("readers")

# the narrowest gap between two columns, and the widest between two words of one line, as shares of the page's width and of the letter's height
GUTTER, APART = 0.02, 2.5
# less than this, in points, is no extent
NARROW = 0.01
# lines at the top and the foot of a page that may be its head and foot
EDGE = 3
# pages and characters of a document, and bytes that all its streams may unpack to
PAGES, CHARACTERS, STREAMS = 5_000, 3_000_000, 1_000_000_000
# what of a line is looked at for a word that goes on in the next: more than the longest prefix
_TAIL = 64
_CHUNK = 1 << 20


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
        ``scanned`` where a page has no text layer, ``not_text`` where the file is damaged or wants a password, ``too_large`` where it has more
        pages or characters than are read, or unpacks to more than is allowed.
    """
    import pypdfium2

    _guard(data)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise NoteError("not_text", "The PDF is password-protected." if locked else "The PDF is damaged.") from None
    pages: list[list[str]] = []
    scanned = []
    left = CHARACTERS
    try:
        if len(document) > PAGES:
            raise NoteError("too_large", f"The PDF has more than {PAGES:,} pages.")
        for n in range(len(document)):
            page = document[n]
            pieces = _pieces(page, left, n + 1)
            left -= sum(len(p.text) for p in pieces)
            lines = _page_lines(pieces, page.get_width())
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
        raise NoteError(
            "scanned", f"The PDF has scanned pages without a text layer: page {told} of {len(pages)}. Run text recognition (OCR) first."
        )
    return _joined([line for page in _without_edges(pages) for line in page])


def _guard(data: bytes) -> None:
    """Refuse streams that unpack to more than they should, before they are unpacked whole.

    Raises
    ------
    NoteError
        ``too_large``.
    """
    told = NoteError("too_large", "A stream of the PDF unpacks to more than is allowed.")
    total, at = 0, data.find(b"stream")
    while at >= 0:
        start = at + len(b"stream")
        start += 2 if data[start : start + 2] == b"\r\n" else 1
        size = 0
        if _packed(data[start : start + 2]):
            for n in _unpacked(data[k : k + _CHUNK] for k in range(start, len(data), _CHUNK)):
                size += n
                if size > MOST or total + size > STREAMS:
                    raise told
        total += size
        at = data.find(b"stream", start)


def _packed(head: bytes) -> bool:
    """Whether bytes begin as zlib's do."""
    return len(head) > 1 and head[0] & 15 == 8 and (head[0] << 8 | head[1]) % 31 == 0


def _unpacked(chunks: Iterator[bytes]) -> Iterator[int]:
    """Bytes that a stream unpacks to, told as they come; a stream packed twice is unpacked twice."""
    sizes: list[int] = []
    out = _inflated(chunks, sizes)
    for _ in range(4):
        first = next(out, b"")
        out = itertools.chain((first,), out)
        if not _packed(first[:2]):
            break
        out = _inflated(out, sizes)
    for _ in out:
        yield sum(sizes)
        sizes.clear()
    yield sum(sizes)


def _inflated(chunks: Iterator[bytes], sizes: list[int]) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    try:
        for chunk in chunks:
            while chunk and not inflate.eof:
                if out := inflate.decompress(chunk, _CHUNK):
                    sizes.append(len(out))
                    yield out
                chunk = inflate.unconsumed_tail
            if inflate.eof:
                return
    except zlib.error:
        return


@dataclass(slots=True)
class _Run:
    """The characters of one text object, as they come, and the box around them."""

    text: list[str]
    box: tuple[float, float, float, float] | None = None

    def add(self, told: str, box: tuple[float, float, float, float] | None) -> None:
        """One more character; one without a box of its own does not widen that of the run."""
        self.text.append(told)
        if box is not None:
            a = self.box or box
            self.box = (min(a[0], box[0]), min(a[1], box[1]), max(a[2], box[2]), max(a[3], box[3]))


def _pieces(page: Any, left: int, number: int) -> list[Piece]:
    """The text of a page by its objects: one walk over the characters, since PDFium's search by a box looks at all of them each time.

    Parameters
    ----------
    left
        How many characters the page may have.
    number
        The page's number, for an error.

    Raises
    ------
    NoteError
        ``too_large``.
    """
    height = page.get_height()
    text = page.get_textpage()
    if text.count_chars() > left:
        raise NoteError("too_large", f"The PDF has more than {CHARACTERS:,} characters up to page {number}.")
    out = []
    for run in _runs(text):
        # PDFium marks a hyphen at a line's end
        whole = "".join(run.text).replace("\x02", "-").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        told = " ".join(whole.split())
        if told and run.box is not None:
            a, b, c, d = run.box
            out.append(Piece(a, height - d, c, height - b, told))
    text.close()
    return out


def _runs(text: Any) -> Iterator[_Run]:
    """The characters of a page, those that follow one another and belong to one object together."""
    import ctypes

    from pypdfium2 import raw

    handle, box = text.raw, _boxes(text.raw)
    run, owner = _Run([]), None
    for i in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, i)
        told = chr(code) if 0 < code < 0x110000 else ""
        if raw.FPDFText_IsGenerated(handle, i) == 1:
            run.add(told, None)
            continue
        here = ctypes.cast(raw.FPDFText_GetTextObject(handle, i), ctypes.c_void_p).value
        if owner is not None and here != owner:
            yield run
            run = _Run([])
        owner = here
        run.add(told, box(i) if told.strip() else None)
    yield run


def _boxes(handle: Any) -> Callable[[int], tuple[float, float, float, float]]:
    """What tells the box of a character: as wide as the line goes on by it, as high as it is inked."""
    import ctypes

    from pypdfium2 import raw

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    wide = raw.FS_RECTF()

    def box(i: int) -> tuple[float, float, float, float]:
        if not raw.FPDFText_GetCharBox(handle, i, left, right, bottom, top) or not raw.FPDFText_GetLooseCharBox(handle, i, wide):
            raise NoteError("not_text", "The PDF is damaged.")
        a, b, c, d = left.value, bottom.value, right.value, top.value
        if c - a < NARROW or d - b < NARROW:
            return wide.left, wide.bottom, wide.right, wide.top
        return min(a, wide.left), b, max(c, wide.right), d

    return box


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
    top = bottom = 0.0
    for p in sorted(pieces, key=lambda p: (p.top + p.bottom) / 2):
        if rows and top <= (p.top + p.bottom) / 2 <= bottom:
            rows[-1].append(p)
            top, bottom = min(top, p.top), max(bottom, p.bottom)
        else:
            rows.append([p])
            top, bottom = p.top, p.bottom
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
    out: list[list[str]] = []
    tail = ""
    for line in lines:
        if out and _RE["parted"].search(tail) and _RE["goes_on"].match(line):
            word, *rest = line.split(maxsplit=1)
            if not _RE["kept_hyphen"].search(tail.lower()):
                tail, out[-1][-1] = tail[:-1], out[-1][-1][:-1]
            out[-1].append(word)
            tail = (tail + word)[-_TAIL:]
            if not rest:
                continue
            line = rest[0].strip()
        out.append([line.rstrip()])
        tail = out[-1][0][-_TAIL:]
    return "\n".join("".join(parts) for parts in out).strip("\n") + "\n"
