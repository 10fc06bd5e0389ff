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
        edges = [document.sections[0].header, document.sections[0].footer] if document.sections else []
        lines = list(_bounded(itertools.chain.from_iterable(map(_lines, [*edges[:1], document, *edges[1:]]))))
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


def _lines(part: Any) -> Iterator[str]:
    named: dict[Any, str] = {}
    for block in part.iter_inner_content():
        if hasattr(block, "rows"):
            yield from _table_lines(block)
        else:
            told = block._p.style
            if told not in named:  # a look-up goes through all styles
                named[told] = (block.style.name or "") if block.style is not None else ""
            text = block.text
            mark = "- " if named[told].startswith("List") and text.strip() and not _RE["numbered"].match(text) else ""
            yield mark + text


def _table_lines(table: Any) -> Iterator[str]:
    """The rows of a table, a cell that is merged across columns once, and one that is merged across rows in each of them.

    A cell's span is only added up: python-docx makes one cell of each column that it covers, however many it claims to.
    """
    from docx.table import _Cell as cell_of

    above: dict[int, tuple[Any, str]] = {}
    for row in table._tbl.tr_lst:
        at, here, cells = row.grid_before, {}, []
        before = None
        for tc in row.tc_lst:
            merged = above.get(at) if tc.vMerge == "continue" else None
            here[at] = merged or (tc, " ".join(" ".join(_within(cell_of(tc, table))).split()))
            if here[at][0] is not before:
                cells.append(here[at][1])
            before = here[at][0]
            at += tc.grid_span
        above = here
        yield " | ".join(cells)


def _within(cell: Any) -> Iterator[str]:
    for block in cell.iter_inner_content():
        if hasattr(block, "rows"):
            yield from _table_lines(block)
        else:
            yield block.text


def read_rtf(data: bytes) -> Extracted:
    """An RTF document.

    Raises
    ------
    NoteError
        It is damaged, or has more groups than are read.
    """
    from striprtf.striprtf import rtf_to_text

    source = data.decode("latin-1")
    if source.count("{") > ELEMENTS:
        raise NoteError("too_large", f"The RTF document has more than {ELEMENTS:,} groups.")
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
