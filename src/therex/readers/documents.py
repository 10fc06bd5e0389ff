"""What lies under the paths that a user gives: files, folders, patterns, standard input; and what kind of content each holds."""

from __future__ import annotations

import glob
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from therex.catalog.patterns import Patterns
from therex.errors import InputError, NoteError
from therex.readers.columns import NAMES
from therex.readers.limits import LARGEST, Budget, NotRegularError, open_regular

_RE = Patterns("readers")

SUFFIXES = (
    ".txt", ".text", ".md", ".markdown", ".docx", ".pdf", ".rtf", ".html", ".htm", ".csv", ".tsv", ".xlsx", ".parquet", ".json", ".jsonl",
    ".ndjson", ".zip", ".hl7", ".xml",
)  # fmt: skip
_HEAD = 65_536
# bytes of the list of names in an archive, enough for some hundred thousand; and where it is told: a record and its longest comment
NAMES_OF_ARCHIVE, _END = 32_000_000, 65_557


@dataclass(frozen=True, slots=True)
class Document:
    """A file that may hold notes: on disk, or its bytes where it lies in an archive or came by standard input.

    `place` is the path, of those given, that it was found under; `given` tells that the path named it, or that it is the only one; `shared` is
    the budget of the archive that it lies in.
    """

    name: str = field(repr=False)
    suffix: str
    place: int
    path: Path | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)
    depth: int = 0
    given: bool = False
    shared: Budget | None = field(default=None, repr=False, compare=False)

    def open(self) -> BinaryIO:
        """Its bytes as a stream.

        Raises
        ------
        NoteError
            It cannot be read.
        """
        if self.data is not None:
            return io.BytesIO(self.data)
        assert self.path is not None
        try:
            return open_regular(self.path)
        except NotRegularError:
            if os.path.isdir(self.path):
                raise NoteError("not_text", "The folder could not be read.", self.name) from None
            told = "This is not a regular file but a pipe, a device or a socket: save it as a file, or give it as standard input."
            raise NoteError("not_text", told, self.name) from None
        except OSError as error:
            raise NoteError("not_text", f"The file could not be read ({type(error).__name__}).", self.name) from None

    def head(self) -> bytes:
        """The first bytes, which tell its kind."""
        with self.open() as stream:
            return stream.read(_HEAD)

    def budget(self) -> Budget:
        """What may come out of it: of what is left to the archive that it lies in, or by its own size.

        Raises
        ------
        NoteError
            It cannot be read.
        """
        if self.shared is not None:
            return self.shared
        with self.open() as stream:
            return Budget(stream.seek(0, os.SEEK_END))

    def read(self, largest: int = LARGEST) -> bytes:
        """All its bytes.

        Raises
        ------
        NoteError
            ``too_large``, or it cannot be read.
        """
        with self.open() as stream:
            try:
                data = stream.read(largest + 1)
            except OSError as error:
                raise NoteError("not_text", f"The file could not be read ({type(error).__name__}).", self.name) from None
        if len(data) > largest:
            raise NoteError("too_large", f"The file is larger than {largest:,} bytes.", self.name)
        return data


def find_documents(paths: list[str], skip: frozenset[Path] = frozenset(), largest: int = LARGEST) -> Iterator[Document]:
    """Every document under `paths`, folders in order of their file names; ``-`` is standard input, ``*`` and ``**`` are patterns.

    Parameters
    ----------
    skip
        Resolved paths that are left out of folders and patterns: outputs of the run, and its charges. Hidden files are left out too.
    largest
        How many bytes of standard input are kept; where there are more, one more is, by which that is known.

    Raises
    ------
    InputError
        A path does not exist, or a folder holds nothing to read.
    """
    if not paths:
        raise InputError("no input: name a file, a folder, or - for standard input")
    found = [_listed(raw, i, len(paths), skip) for i, raw in enumerate(paths)]
    # names are kept as text, which is small, and made paths one by one
    bare = Counter(name for _, files in found for _, name, _ in files)
    only = sum(len(files) for _, files in found) == 1
    for i, (folder, files) in enumerate(found):
        for relative, name, suffix in files:
            if relative is None:
                yield Document("-", "", i, data=_standard_input(largest), given=True)
            else:
                given = only or folder / relative == Path(paths[i])
                yield Document(name + suffix if bare[name] > 1 else name, suffix.lower(), i, folder / relative, given=given)


def _standard_input(largest: int) -> bytes:
    if sys.stdin is None:
        raise InputError("standard input is closed: name a file or a folder")
    try:
        return sys.stdin.buffer.read(largest + 1)
    except OSError as error:
        raise InputError(f"standard input could not be read ({type(error).__name__})") from None


_Listed = tuple[Path, list[tuple[str | None, str, str]]]


def _listed(raw: str, place: int, of: int, skip: frozenset[Path]) -> _Listed:
    """The files under one of the paths given: relative path, id without suffix, and suffix of each."""
    path = Path(raw)
    if raw == "-":
        return path, [(None, "-", "")]
    # these two never raise, whatever the path
    if os.path.isdir(path):
        files, closed = _under(path, skip)
        if closed == ["."]:
            raise InputError(f"folder {place + 1} of {of} cannot be read")
        if not files and not closed:
            raise InputError(f"no notes in folder {place + 1} of {of}: file names must end in {', '.join(SUFFIXES)}")
        shut = frozenset(closed)
        found = sorted([*files, *closed], key=lambda f: f.split(os.sep))
        return path, [(f, f, "") if f in shut else (f, *_split(f.replace(os.sep, "/"))) for f in found]
    if os.path.isfile(path):
        return path.parent, [(path.name, *_split(path.name))]
    matched, closed = _matching(raw, skip) if glob.has_magic(raw) else ([], [])
    if not matched and not closed:
        if os.path.exists(path):
            raise InputError(f"path {place + 1} of {of} is a pipe or a device, not a regular file: use - to read it as standard input")
        raise InputError(f"no such file or folder (path {place + 1} of {of})")
    return Path(), [*((f, *_split(Path(f).as_posix())) for f in matched), *((f, f, "") for f in closed)]


def _under(folder: Path, skip: frozenset[Path]) -> tuple[list[str], list[str]]:
    """The files of a folder that may hold notes, and the folders in it that cannot be read, as relative paths."""
    closed: list[str] = []
    files = [
        os.path.relpath(os.path.join(top, f), folder)
        for top, _, names in os.walk(folder, onerror=lambda error: closed.append(os.path.relpath(error.filename, folder)))
        for f in names
        if f.lower().endswith(SUFFIXES) and not f.startswith(".") and not _skipped(os.path.join(top, f), skip)
    ]
    return files, closed


def _matching(pattern: str, skip: frozenset[Path]) -> tuple[list[str], list[str]]:
    """The files that a pattern matches, and the folders that it looks into and that cannot be read."""
    files = sorted(f for f in glob.glob(pattern, recursive=True) if not os.path.isdir(f) and not _skipped(f, skip))
    closed: set[str] = set()
    above = os.path.dirname(pattern)
    while glob.has_magic(above):
        folders = (f for f in glob.glob(above, recursive=True) if os.path.isdir(f))
        closed.update(f.rstrip(os.sep) for f in folders if not os.access(f, os.R_OK | os.X_OK))
        above = os.path.dirname(above)
    return files, sorted(closed)


def _skipped(path: str, skip: frozenset[Path]) -> bool:
    return bool(skip) and os.path.basename(path) in {p.name for p in skip} and Path(path).resolve() in skip


def _split(name: str) -> tuple[str, str]:
    bare, dot, suffix = name.rpartition(".")
    return (bare, dot + suffix) if bare and "/" not in suffix else (name, "")


KINDS = ("text", "docx", "pdf", "rtf", "html", "ccda", "table", "xlsx", "parquet", "jsonl", "fhir", "zip", "hl7")
_MAGIC = (
    (b"%PDF-", "pdf"), (b"{\\rtf", "rtf"), (b"PAR1", "parquet"), (b"MSH|", "hl7"), (b"\x0bMSH|", "hl7"), (b"FHS|", "hl7"), (b"BHS|", "hl7"),
)  # fmt: skip
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "An old Word or Excel file: save it as .docx or .xlsx."),
    (b"\x89PNG", "A picture: there is no text layer to read."),
    (b"\xff\xd8\xff", "A picture: there is no text layer to read."),
    (b"II*\x00", "A picture: there is no text layer to read."),
    (b"MM\x00*", "A picture: there is no text layer to read."),
    (b"\x1f\x8b", "A gzip file: unpack it first, or use ZIP."),
    (b"ISA*", "A claim file: give it with --claims."),
)


def kind_of(document: Document) -> str:
    """The kind of a document by its first bytes, and by its suffix only where these leave it open.

    Raises
    ------
    NoteError
        It is of a kind that holds no notes.
    """
    head = document.head()
    start = head[3:] if head.startswith(b"\xef\xbb\xbf") else head
    for magic, told in _REFUSED:
        if start.startswith(magic):
            raise NoteError("not_text", told, document.name)
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(document)
    text = _peek(start).lstrip()
    low = text[:4000].lower()
    if text.startswith("<"):
        if "urn:hl7-org:v3" in low or "<clinicaldocument" in low:
            return "ccda"
        if document.suffix in (".html", ".htm") or any(
            tag in low for tag in ("<!doctype html", "<html", "<body", "<div", "<p>", "<table", "<br")
        ):
            return "html"
        if low.startswith("<?xml"):
            raise NoteError("not_text", "The XML must be C-CDA or HTML.", document.name)
    if _is_json(text, document.suffix in (".json", ".jsonl", ".ndjson"), len(head) < _HEAD):
        return "fhir" if _is_resource(text) else "jsonl"
    if document.suffix in (".csv", ".tsv") or (document.suffix == "" and document.name != "-" and _tabular(text)):
        return "table"
    return "text"


def _peek(start: bytes) -> str:
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if start.startswith(mark):
            return start[2 : 2 + (len(start) - 2) // 2 * 2].decode(name, "replace")
    return start.decode("utf-8", "replace")


def _is_json(text: str, named: bool, whole: bool) -> bool:
    """Whether a document holds rows or resources as JSON, and is no note with a fragment of an export in front.

    Parameters
    ----------
    text
        Its beginning, without blanks before it.
    named
        Its name says that it is JSON.
    whole
        That is all of it.
    """
    if named:
        return any(line.lstrip().startswith(("{", "[")) for line in text.splitlines())
    if not _RE["json"].match(text):
        return False
    first, end = _first_object(text)
    if first is None:
        # what is cut off, or broken, is known by its keys
        line = text.partition("\n")[0].lower()
        return not whole or any(f'"{key}"' in line for key in (*NAMES["text"], "resourcetype"))
    if "resourceType" in first or any(key.strip().lower() in NAMES["text"] for key in first):
        return True
    rest = [line.lstrip() for line in text[end:].lstrip(", \t").splitlines() if line.strip()]
    return 2 * sum(line.startswith("{") for line in rest) >= len(rest)


def _is_resource(text: str) -> bool:
    """Whether the first object of JSON is a resource; where it cannot be read, whether any that can be seen is."""
    first, _ = _first_object(text)
    return "resourceType" in first if first is not None else '"resourcetype"' in text.lower()


def _first_object(text: str) -> tuple[dict[str, object] | None, int]:
    """The first object of JSON, or the first of its list, and where what holds it ends; None where there is none that is whole."""
    try:
        first, end = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None, 0
    one = first[0] if isinstance(first, list) and first else first
    return (one if isinstance(one, dict) else None), end


def _tabular(text: str) -> bool:
    first = text.partition("\n")[0].lower()
    cells = {c.strip().strip('"') for mark in ",;\t|" if mark in first for c in first.split(mark)}
    return bool(cells & {"note", "note_text", "text", "note text"}) and len(cells) > 1


def _zipped(document: Document) -> str:
    """docx, xlsx or an archive of documents, by what the archive holds."""
    import zipfile

    try:
        with document.open() as stream:
            end = stream.seek(0, io.SEEK_END)
            stream.seek(max(0, end - _END))
            tail = stream.read()
        at = tail.rfind(b"PK\x05\x06")
        # the list of names is held whole, with some hundred bytes for each
        if at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > NAMES_OF_ARCHIVE:
            raise NoteError("too_large", "The archive has too many files: split it.", document.name)
        with document.open() as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        raise NoteError("not_text", "The ZIP file is damaged.", document.name) from None
    if "word/document.xml" in names:
        return "docx"
    return "xlsx" if "xl/workbook.xml" in names else "zip"
