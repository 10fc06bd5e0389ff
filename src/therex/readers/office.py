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
        head = _lines(document.sections[0].header) if document.sections else []
        foot = _lines(document.sections[0].footer) if document.sections else []
        lines = [*head, *_lines(document), *foot]
    except NoteError:
        raise
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, SyntaxError, RecursionError) as error:
        raise NoteError("not_text", f"The Word document is damaged ({type(error).__name__}).") from None
    return Extracted("\n".join(lines).strip("\n") + "\n", author=str(document.core_properties.author or ""))


def _lines(part: Any) -> Iterator[str]:
    for block in part.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                cells: list[str] = []
                before = None
                for cell in row.cells:
                    if cell._tc is not before:  # a merged cell stands once
                        cells.append(" ".join(cell.text.split()))
                    before = cell._tc
                yield " | ".join(cells)
        else:
            style = (block.style.name or "") if block.style is not None else ""
            mark = "- " if style.startswith("List") and block.text.strip() and not _RE["numbered"].match(block.text) else ""
            yield mark + block.text


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
