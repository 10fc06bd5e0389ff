"""Valid documents of each kind that a reader takes, and what breaks or rearranges their structure. All of it follows from kind and seed.

An operation is of one of two sorts. One that `keeps` leaves a document that its own program would show with all its words: every mark is then
read, or an error says that something was not. Any other may lose words, and the reader may refuse it; it may not end, hang, or answer nothing.
"""

from __future__ import annotations

import copy
import functools
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

# words that stand in the notes of each document, one a note
MARKS = ("qazwin", "qazlop", "qazter")
TEXTS = tuple(f"Ther ex 2{n} min: SLR 3x10, quad weakness {m}. A. Jones, PT 3/{n}/2026" for n, m in enumerate(MARKS, 1))
EXTREMES = (
    "", "0", "-1", "1", "2147483647", "-2147483648", "2000000000", "999999999999", "18446744073709551616", "1e308", "nan", "A1:XFD1048576", "XFD1048576",
    "../../../x", "true", "\u2028", "x" * 5000, "é\u0301",
)  # fmt: skip
MANY = (2, 60, 300, 3000)
_STAMP = (2026, 1, 1, 0, 0, 0)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Operation:
    """A change of structure, in place."""

    name: str
    keeps: bool
    do: Callable[[Any, Random], None]


OPERATIONS: dict[str, list[Operation]] = {}


def operation(*families: str, keeps: bool = False) -> Callable[[Callable[[Any, Random], None]], Callable[[Any, Random], None]]:
    """Register an operation for families of kinds."""

    def register(do: Callable[[Any, Random], None]) -> Callable[[Any, Random], None]:
        for family in families:
            OPERATIONS.setdefault(family, []).append(Operation(do.__name__.strip("_"), keeps, do))
        return do

    return register


@functools.cache
def bomb(megabytes: int, *, raw: bool = False) -> bytes:
    """A Flate stream that unpacks to so many megabytes of blanks, made of one block again and again."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, wbits=-15).flush()
    return (b"" if raw else b"\x78\xda") + block * megabytes + end


# ---- trees of XML and HTML: `model.whole` is a tree, or has one as `tree`


def nodes(tree: Any) -> list[Any]:
    return [e for e in tree.iter() if isinstance(e.tag, str)]


def inner(tree: Any, rng: Random) -> Any:
    """Any element but the root; the root where there is no other."""
    return rng.choice(nodes(tree)[1:] or [tree])


@operation("xml")
def drop_element(tree: Any, rng: Random) -> None:
    e = inner(tree, rng)
    if e.getparent() is not None:
        e.getparent().remove(e)


@operation("xml")
def repeat_element(tree: Any, rng: Random) -> None:
    e = inner(tree, rng)
    times = rng.choice(MANY)
    if e.getparent() is not None and sum(1 for _ in e.iter()) * times < 20_000:
        at = e.getparent().index(e)
        for _ in range(times):
            e.getparent().insert(at, copy.deepcopy(e))


@operation("xml")
def move_element(tree: Any, rng: Random) -> None:
    e, to = inner(tree, rng), inner(tree, rng)
    if e.getparent() is not None and e not in [to, *to.iterancestors()]:
        to.append(e)


@operation("xml")
def nest_element(tree: Any, rng: Random) -> None:
    e = inner(tree, rng)
    parent = e.getparent()
    if parent is None:
        return
    top = at = parent.makeelement(e.tag, dict(e.attrib), nsmap=e.nsmap)
    parent.replace(e, top)
    for _ in range(rng.choice(MANY)):
        at.append(at.makeelement(e.tag, dict(e.attrib), nsmap=e.nsmap))
        at = at[0]
    at.append(e)


@operation("xml")
def extreme_attribute(tree: Any, rng: Random) -> None:
    e = rng.choice([e for e in nodes(tree) if e.attrib] or nodes(tree))
    name = rng.choice(list(e.attrib) or ["rowspan"])
    e.set(name, rng.choice(EXTREMES))


@operation("xml")
def drop_attribute(tree: Any, rng: Random) -> None:
    e = rng.choice([e for e in nodes(tree) if e.attrib] or nodes(tree))
    if e.attrib:
        del e.attrib[rng.choice(list(e.attrib))]


@operation("xml")
def rename_element(tree: Any, rng: Random) -> None:
    e, other = inner(tree, rng), inner(tree, rng)
    e.tag = other.tag


@operation("xml", keeps=True)
def add_remark(tree: Any, rng: Random) -> None:
    from lxml import etree

    e = inner(tree, rng)
    e.append(etree.Comment(" remark ") if rng.random() < 0.5 else etree.ProcessingInstruction("page", "break"))


def written(tree: Any, rng: Random | None = None) -> bytes:
    """A tree as bytes, in one of the encodings that XML has."""
    from lxml import etree

    encoding = rng.choice(("utf-8", "utf-16", "us-ascii")) if rng else "utf-8"
    return etree.tostring(tree, xml_declaration=True, encoding=encoding)


# ---- archives: `model.whole` is a list of members


@dataclass(slots=True)
class Member:
    """A member of an archive; `tree` where it is XML that is to be changed."""

    name: str
    data: bytes
    method: int = zipfile.ZIP_DEFLATED
    raw: bytes | None = None
    size: int = 0
    tree: Any = None


def members_of(data: bytes, changed: tuple[str, ...] = ()) -> list[Member]:
    """The members of an archive; those in `changed` as trees."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        out = [Member(i.filename, archive.read(i)) for i in archive.infolist()]
    for m in out:
        if m.name in changed:
            m.tree = etree.fromstring(m.data)
    return out


def packed(members: list[Member], rng: Random) -> bytes:
    """Members as an archive. One with `raw` bytes is written as they are, with the size that it claims."""
    out = io.BytesIO()
    claims = []
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")  # a name that is there twice is meant
        for m in members:
            info = zipfile.ZipInfo(m.name[:60_000] or "x", _STAMP)
            info.compress_type = zipfile.ZIP_STORED if m.raw else m.method
            archive.writestr(
                info, m.raw or (written(m.tree, rng if m.name != "word/document.xml" else None) if m.tree is not None else m.data)
            )
            if m.raw:
                claims.append((info, m.size))
        for info, size in claims:
            info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, size
    return out.getvalue()


@operation("zip", keeps=True)
def shuffle_members(members: list[Member], rng: Random) -> None:
    rng.shuffle(members)


@operation("zip", keeps=True)
def store_members(members: list[Member], rng: Random) -> None:
    for m in members:
        m.method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))


@operation("zip", keeps=True)
def add_member(members: list[Member], rng: Random) -> None:
    members.insert(rng.randrange(len(members) + 1), Member(rng.choice(("docProps/x.xml", "folder/", ".hidden", "picture.png")), b""))


@operation("zip")
def drop_member(members: list[Member], rng: Random) -> None:
    del members[rng.randrange(len(members))]


@operation("zip")
def repeat_member(members: list[Member], rng: Random) -> None:
    members += [copy.deepcopy(rng.choice(members)) for _ in range(rng.choice((1, 50)))]


@operation("zip")
def rename_member(members: list[Member], rng: Random) -> None:
    m = rng.choice(members)
    odd = (
        "/" + m.name,
        "../" * 40 + m.name,
        m.name.replace("/", "\\"),
        m.name.upper(),
        "a/" * 2000 + "x.txt",
        "C:\\x.txt",
        "\u202ex.txt",
        m.name + ".txt",
    )
    m.name = rng.choice(odd)


@operation("zip")
def swap_members(members: list[Member], rng: Random) -> None:
    a, b = rng.choice(members), rng.choice(members)
    a.data, b.data, a.tree, b.tree = b.data, a.data, b.tree, a.tree


@operation("zip")
def cut_member(members: list[Member], rng: Random) -> None:
    m = rng.choice(members)
    data = m.data if m.tree is None else written(m.tree)
    m.tree, m.data = None, data[: rng.randrange(len(data) + 1)]


@operation("zip")
def bomb_member(members: list[Member], rng: Random) -> None:
    m = rng.choice(members)
    size = rng.choice((5, 60, 900))
    m.tree, m.raw, m.size = None, bomb(size, raw=True), rng.choice((1000, size * 1_000_000, 0))


@operation("zip")
def lie_in_directory(model_members: list[Member], rng: Random) -> None:
    model_members.append(Member("\0raw", bytes([rng.randrange(256), rng.randrange(46), rng.randrange(256)])))


@operation("zip")
def change_part(members: list[Member], rng: Random) -> None:
    trees = [m for m in members if m.tree is not None]
    if trees:
        rng.choice(OPERATIONS["xml"]).do(rng.choice(trees).tree, rng)


def zipped(members: list[Member], rng: Random) -> bytes:
    """An archive, and what its central directory is made to say."""
    lies = [m.data for m in members if m.name == "\0raw"]
    data = bytearray(packed([m for m in members if m.name != "\0raw"], rng))
    for which, at, value in lies:
        starts = [m.start() for m in re.finditer(b"PK\x01\x02", data) if m.start() + 46 < len(data)]
        if starts:
            data[starts[which % len(starts)] + at] = value
    return bytes(data)


# ---- Word


@functools.cache
def whole_word() -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph(TEXTS[0])
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(1, 1).text = TEXTS[1], "97110"
    document.add_paragraph(TEXTS[2], style="List Bullet")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word() -> list[Member]:
    """Paragraphs, a list and a table."""
    return members_of(whole_word(), ("word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"))


def _body(members: list[Member]) -> Any:
    return next((m.tree for m in members if m.name == "word/document.xml" and m.tree is not None), None)


def _wrap(e: Any, *names: str) -> None:
    """Put an element inside others, the outermost first."""
    parent, at = e.getparent(), e.getparent().index(e)
    for name in names:
        new = e.makeelement(W + name, {})
        parent.insert(at, new)
        parent, at = new, 0
    parent.append(e)


@operation("docx", keeps=True)
def wrap_run(members: list[Member], rng: Random) -> None:
    tree = _body(members)
    runs = list(tree.iter(W + "r")) if tree is not None else []
    if runs:
        _wrap(rng.choice(runs), *rng.choice((("ins",), ("hyperlink",), ("smartTag",), ("fldSimple",), ("sdt", "sdtContent"), ("moveTo",))))


@operation("docx", keeps=True)
def wrap_block(members: list[Member], rng: Random) -> None:
    tree = _body(members)
    blocks = [e for e in tree.iter(W + "p", W + "tbl") if e.getparent().tag == W + "body"] if tree is not None else []
    if blocks:
        _wrap(rng.choice(blocks), *rng.choice((("sdt", "sdtContent"), ("customXml",), ("tbl", "tr", "tc"))))


@operation("docx")
def span_cell(members: list[Member], rng: Random) -> None:
    tree = _body(members)
    for cell in list(tree.iter(W + "tcPr"))[:1] if tree is not None else []:
        name = rng.choice(("gridSpan", "vMerge", "hMerge"))
        cell.append(cell.makeelement(W + name, {W + "val": rng.choice(EXTREMES)}))


# ---- Excel


@functools.cache
def _book() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["id", "text", "date", "minutes"])
    for n, text in enumerate(TEXTS):
        book.active.append([f"n{n}", text, "2026-03-04", 25 + n])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def book() -> list[Member]:
    """One sheet of notes."""
    members = members_of(_book(), (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"))
    for m in members:
        if m.name == "docProps/core.xml":  # it tells the time
            m.data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-01-01T00:00:00Z", m.data)
    return members


def _sheet(members: list[Member]) -> Any:
    return next((m.tree for m in members if m.name == SHEET and m.tree is not None), None)


@operation("xlsx")
def far_place(members: list[Member], rng: Random) -> None:
    tree = _sheet(members)
    if tree is None:
        return
    row = rng.choice(list(tree.iter(S + "row")) or [tree])
    far = ("999999999999", "1048576", "500000", "0", "-5", "x")
    if rng.random() < 0.5 or not len(row):
        row.set("r", rng.choice(far))
    else:
        rng.choice(list(row)).set("r", rng.choice(("XFD1048576", "A1048576", "ZZZZZZ1", "A0", "1A", "", "XFD2")))


@operation("xlsx")
def odd_cell(members: list[Member], rng: Random) -> None:
    tree = _sheet(members)
    for cell in rng.sample(list(tree.iter(S + "c")), 1) if tree is not None and list(tree.iter(S + "c")) else []:
        cell.set("t", rng.choice(("s", "n", "b", "e", "d", "str", "inlineStr", "zz")))
        cell.set("s", rng.choice(EXTREMES))


@operation("xlsx", keeps=True)
def leave_out_hints(members: list[Member], rng: Random) -> None:
    tree = _sheet(members)
    for e in nodes(tree) if tree is not None else []:
        if e.tag == S + "dimension":
            e.getparent().remove(e)
        elif e.tag == S + "row":
            e.attrib.pop("spans", None)


@operation("xlsx", keeps=True)
def lie_of_size(members: list[Member], rng: Random) -> None:
    tree = _sheet(members)
    for e in nodes(tree) if tree is not None else []:
        if e.tag == S + "dimension":
            e.set("ref", rng.choice(("A1", "A1:B2", "A1:XFD1048576")))
