"""Word, RTF and the guard against archives that unpack without end."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from therex.catalog.patterns import Patterns
from therex.errors import NoteError

_RE = Patterns("readers")

# what a compressed document may unpack to, in bytes, and how many times its size one part may grow
MOST, GROWTH = 200_000_000, 200


@dataclass(frozen=True, slots=True)
class Extracted:
    """Text of a document with what the document says of itself."""

    text: str
    author: str = ""
    kind: str = ""
    patient: str = ""
    date: str = ""


def guard(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unpacks to more than it should.

    Raises
    ------
    NoteError
        ``too_large``.
    """
    total = 0
    for info in archive.infolist():
        total += info.file_size
        if total > MOST or (info.file_size > 1_000_000 and info.file_size > GROWTH * max(info.compress_size, 1)):
            raise NoteError("too_large", "The file unpacks to more than is allowed.")


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
        lines = [*_edges(document, "header"), *_lines(document.element.body, document), *_edges(document, "footer")]
    except NoteError:
        raise
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, SyntaxError, RecursionError) as error:
        raise NoteError("not_text", f"The Word document is damaged ({type(error).__name__}).") from None
    return Extracted("\n".join(lines).strip("\n") + "\n", author=str(document.core_properties.author or ""))


def _edges(document: Any, what: str) -> list[str]:
    """The heads or feet of a document's sections, those of first and of even pages too, each once."""
    parts: dict[tuple[str, ...], None] = {}
    for section in document.sections:
        for name, used in (
            (f"first_page_{what}", section.different_first_page_header_footer),
            (what, True),
            (f"even_page_{what}", document.settings.odd_and_even_pages_header_footer),
        ):
            part = getattr(section, name) if used else None
            if part is not None and not part.is_linked_to_previous:
                parts[tuple(_lines(part._element, part))] = None
    return [line for part in parts for line in part]


# what stands around content and adds none: controls, tracked insertions, fields; and what is no longer, or is told a second time, in it
_AROUND = frozenset(("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_GONE = frozenset(("del", "moveFrom", "Fallback", "pPr", "rPr", "sdtPr"))
_SIGNS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _inner(element: Any, name: str) -> Iterator[Any]:
    """The elements of a name in another, whatever stands around them."""
    for child in element.iterchildren():
        if _name(child) == name:
            yield child
        elif _name(child) in _AROUND:
            yield from _inner(child, name)


def _lines(element: Any, part: Any) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for child in element.iterchildren():
        name = _name(child)
        if name == "tbl":
            yield from _rows(child, part)
        elif name == "p":
            boxes: list[Any] = []
            text = "".join(_runs(child, boxes))
            style = Paragraph(child, part).style
            listed = style is not None and (style.name or "").startswith("List") and text.strip() and not _RE["numbered"].match(text)
            yield f"- {text}" if listed else text
            for box in boxes:
                yield from _lines(box, part)
        elif name in _AROUND:
            yield from _lines(child, part)


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


def _rows(table: Any, part: Any) -> Iterator[str]:
    """The rows of a table; a cell merged over columns stands once, one merged over rows in each."""
    from docx.oxml.ns import qn

    above: dict[int, str] = {}
    for row in _inner(table, "tr"):
        cells: dict[int, str] = {}
        place = 0
        for cell in _inner(row, "tc"):
            text = " ".join(" ".join(_lines(cell, part)).split())
            span, merged = (cell.find(f"{qn('w:tcPr')}/{qn(name)}") for name in ("w:gridSpan", "w:vMerge"))
            if merged is not None and merged.get(qn("w:val")) != "restart":
                text = text or above.get(place, "")
            cells[place] = text
            place += max(1, int(span.get(qn("w:val"), "1"))) if span is not None else 1
        above = cells
        yield " | ".join(cells.values())


def read_rtf(data: bytes) -> Extracted:
    """An RTF document.

    Raises
    ------
    NoteError
        It is damaged.
    """
    from striprtf.striprtf import rtf_to_text

    page = _RE["rtf_page"].search(data[:4000].decode("latin-1"))
    try:
        source = data.decode(f"cp{page[1]}" if page else "cp1252", errors="replace")
    except LookupError:
        source = data.decode("cp1252", errors="replace")
    author = _RE["rtf_author"].search(source[:20_000])
    try:
        text = rtf_to_text(source, errors="replace")
    except (ValueError, IndexError, KeyError, LookupError, RecursionError) as error:
        raise NoteError("not_text", f"The RTF document is damaged ({type(error).__name__}).") from None
    return Extracted(text, author=author[1].strip() if author else "")
