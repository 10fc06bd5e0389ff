"""Word, RTF and the guard against archives that unpack without end."""

from __future__ import annotations

import contextlib
import io
import itertools
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from therex.catalog.patterns import Patterns
from therex.errors import NoteError
from therex.readers.limits import ELEMENTS, GROWTH, LARGEST, MOST, examine

_RE = Patterns("readers")

# what begins a link in RTF, and how many steps the search for the addresses of links may take
FIELD, SLOW = "\\fldinst", 200_000_000


@dataclass(frozen=True, slots=True)
class Extracted:
    """Text of a document with what the document says of itself."""

    text: str
    author: str = ""
    kind: str = ""
    patient: str = ""
    date: str = ""


def guard(archive: zipfile.ZipFile, *, sheets: bool = False) -> None:
    """Refuse a document that unpacks to more than it should, or to more elements.

    Parameters
    ----------
    sheets
        It is a workbook: rows and shared texts are counted one by one.

    Raises
    ------
    NoteError
        ``too_large``, or ``not_text`` where rows of a sheet would be lost.
    """
    total = 0
    for info in archive.infolist():
        total += info.file_size
        if total > MOST or (info.file_size > 1_000_000 and info.file_size > GROWTH * max(info.compress_size, 1)):
            raise NoteError("too_large", "The file unpacks to more than is allowed.")
    for info in archive.infolist():
        # an element has four characters at least
        if sheets or info.file_size > 4 * ELEMENTS:
            damage = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)
            with contextlib.suppress(*damage), archive.open(info) as part:
                examine(part, sheet=sheets)


def read_docx(data: bytes) -> Extracted:
    """A Word document: heads, paragraphs and tables in their order; a macro is never looked at.

    Raises
    ------
    NoteError
        The document is damaged, or unpacks to too much.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            guard(archive)
        document = docx.Document(io.BytesIO(data))
        word = _Word(document)
        lines = list(_bounded(itertools.chain(word.edges("header"), word.lines(document.element.body), word.edges("footer"))))
    except NoteError:
        raise
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, SyntaxError, RecursionError) as error:
        raise NoteError("not_text", f"The Word document is damaged ({type(error).__name__}).") from None
    return Extracted("\n".join(lines).strip("\n") + "\n", author=str(document.core_properties.author or ""))


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """The lines, as long as they are no more than is read: a merged cell comes again in each of its rows.

    Raises
    ------
    NoteError
        ``too_large``.
    """
    left = LARGEST
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            raise NoteError("too_large", f"The Word document has more than {LARGEST:,} characters.")
        yield line


# what is around content and adds none: controls, tracked insertions, fields; and what was deleted, or is there a second time
_AROUND = frozenset(("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_GONE = frozenset(("del", "moveFrom", "Fallback", "pPr", "rPr", "sdtPr"))
_SIGNS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _inner(element: Any, name: str) -> Iterator[Any]:
    """The elements of a name in another, whatever is around them."""
    for child in element.iterchildren():
        if _name(child) == name:
            yield child
        elif _name(child) in _AROUND:
            yield from _inner(child, name)


class _Word:
    """Reads the parts of one document, whose styles are looked up once."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._lists: dict[str | None, bool] = {}

    def edges(self, what: str) -> Iterator[str]:
        """The heads or feet of all sections, those of first and of even pages too, each once."""
        read: set[Any] = set()
        texts: set[tuple[str, ...]] = set()
        for section in self._document.sections:
            for name, used in (
                (f"first_page_{what}", section.different_first_page_header_footer),
                (what, True),
                (f"even_page_{what}", self._document.settings.odd_and_even_pages_header_footer),
            ):
                edge = getattr(section, name) if used else None
                if edge is None or edge.is_linked_to_previous or edge.part in read:
                    continue
                read.add(edge.part)
                lines = tuple(_bounded(self.lines(edge._element)))
                if lines not in texts:
                    texts.add(lines)
                    yield from lines

    def lines(self, element: Any) -> Iterator[str]:
        """The paragraphs and rows of tables in an element, text boxes after their paragraph."""
        for child in element.iterchildren():
            name = _name(child)
            if name == "tbl":
                yield from self._rows(child)
            elif name == "p":
                boxes: list[Any] = []
                text = "".join(_runs(child, boxes))
                yield f"- {text}" if text.strip() and self._is_listed(child) and not _RE["numbered"].match(text) else text
                for box in boxes:
                    yield from self.lines(box)
            elif name in _AROUND:
                yield from self.lines(child)

    def _is_listed(self, paragraph: Any) -> bool:
        from docx.text.paragraph import Paragraph

        told = paragraph.style
        if told not in self._lists:  # a look-up goes through all styles
            style = Paragraph(paragraph, self._document).style
            self._lists[told] = style is not None and (style.name or "").startswith("List")
        return self._lists[told]

    def _rows(self, table: Any) -> Iterator[str]:
        """The rows of a table: a cell that is merged over columns once, one that is merged over rows in each.

        A cell's span is only added up, however many columns it claims to cover.
        """
        from docx.oxml.ns import qn

        above: dict[int, str] = {}
        for row in _inner(table, "tr"):
            cells: dict[int, str] = {}
            place = int(row.grid_before)
            for cell in _inner(row, "tc"):
                text = " ".join(" ".join(_bounded(self.lines(cell))).split())
                span, merged = (cell.find(f"{qn('w:tcPr')}/{qn(name)}") for name in ("w:gridSpan", "w:vMerge"))
                if merged is not None and merged.get(qn("w:val")) != "restart":
                    text = text or above.get(place, "")
                cells[place] = text
                place += max(1, int(span.get(qn("w:val"), "1"))) if span is not None else 1
            above = cells
            yield " | ".join(cells.values())


def _runs(element: Any, boxes: list[Any]) -> Iterator[str]:
    """The text of a paragraph, what is inserted with it and what is deleted without; text boxes go to `boxes`."""
    for child in element.iterchildren():
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name == "br":
            kinds = {value for key, value in child.attrib.items() if key.endswith("}type")}
            yield "" if kinds & {"page", "column"} else "\n"
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _GONE:
            yield from _runs(child, boxes)


def read_rtf(data: bytes) -> Extracted:
    """An RTF document.

    Raises
    ------
    NoteError
        It is damaged, or has more groups than are read.
    """
    from striprtf.striprtf import rtf_to_text

    if data.count(b"{") > ELEMENTS:
        raise NoteError("too_large", f"The RTF document has more than {ELEMENTS:,} groups.")
    page = _RE["rtf_page"].search(data[:4000].decode("latin-1"))
    try:
        source = data.decode(f"cp{page[1]}" if page else "cp1252", errors="replace")
    except LookupError:
        source = data.decode("cp1252", errors="replace")
    source = _without_slow_links(source)
    author = _RE["rtf_author"].search(source[:20_000])
    try:
        text = rtf_to_text(source, errors="replace")
    except (ValueError, IndexError, KeyError, LookupError, RecursionError) as error:
        raise NoteError("not_text", f"The RTF document is damaged ({type(error).__name__}).") from None
    return Extracted(text, author=author[1].strip() if author else "")


def _without_slow_links(source: str) -> str:
    """The source, with links whose address is not told where striprtf's search for addresses would take too long.

    That search goes over a line again for each link in it, and for each place where the link might end. A line break between the two words
    that begin a link hides it from the search, and means nothing in RTF.
    """
    cost = 0
    for line in source.split("\n"):
        cost += line.lower().count(FIELD) * len(line) ** 2
        if cost > SLOW:
            return _RE["rtf_link"].sub("\\*\n", source)
    return source
