"""HTML pages and C-CDA documents. Entities of a document's own are never followed, and nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from typing import Any

from therex.catalog.patterns import Patterns
from therex.errors import NoteError
from therex.readers.limits import ELEMENTS, many_tags
from therex.readers.office import Extracted
from therex.readers.text import MARKS, decode, encoding_of, sound

_RE = Patterns("readers")

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
        "paragraph",
        "item",
        "caption",
        "list",
        "title",
    ]
)
_HIDDEN = frozenset(["script", "style", "head", "template", "noscript", "svg"])
_V3 = "{urn:hl7-org:v3}"


def _parse(data: bytes, *, html: bool) -> Any:
    from lxml import etree

    if many_tags(data):
        raise NoteError("too_large", f"The {'page' if html else 'document'} has more than {ELEMENTS:,} elements.")
    parser = (
        # the text is decoded here, so that a wrong word of the page about its encoding loses nothing; the depth is of what is huge
        etree.HTMLParser(no_network=True, huge_tree=True, encoding="utf-8")
        if html
        else etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    )
    try:
        root = etree.fromstring(_page(data).encode() if html else data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NoteError("not_text", f"The {'page' if html else 'document'} is damaged ({type(error).__name__}).") from None
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise NoteError("not_text", "The page is damaged: its elements are nested too deeply.")
    if root is None:
        raise NoteError("empty", "The page has no text.")
    return root


def _page(data: bytes) -> str:
    """The text of a page: by its mark, else as it says itself where that can be, else as any text."""
    said = None if data.startswith(MARKS) else re.search(rb"<meta[^>]{0,80}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", data[:4096], re.I)
    try:
        name = codecs.lookup(said[1].decode("ascii")).name if said else ""
        if name in ("ascii", "iso8859-1", "cp1252"):
            # as in browsers: who says Latin-1 means the page of Windows; what is UTF-8 all the same is known by that
            return data.decode("cp1252", errors="replace") if encoding_of(data) != "utf-8" else data.decode()
        if name and not name.startswith("utf"):
            return data.decode(name, errors="replace")
    except (LookupError, UnicodeDecodeError):
        pass
    return sound(decode(data))


def _text(root: Any) -> str:
    """The visible text of a tree: blocks on lines of their own, cells parted by strokes; walked without recursion."""
    out: list[str] = []
    hidden = 0
    from lxml import etree

    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            if not hidden and node.tail:
                out.append(_squeezed(node.tail))
            continue
        name = node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""
        if event == "start":
            if name in _HIDDEN:
                hidden += 1
            elif name in _BLOCKS:
                out.append("\n- " if name in ("li", "item") else "\n")
            elif name in ("td", "th") and node.getprevious() is not None:
                out.append(" | ")
            if not hidden and node.text:
                out.append(node.text if name == "pre" else _squeezed(node.text))
        else:
            if name in _HIDDEN:
                hidden -= 1
            elif name in _BLOCKS and name != "br":
                out.append("\n")
            if not hidden and node.tail and node is not root:
                out.append(_squeezed(node.tail))
    text = _RE["blanks"].sub(" ", "".join(out))
    return _RE["line_ends"].sub("\n", text).strip() + "\n"


def _squeezed(text: str) -> str:
    return _RE["space"].sub(" ", text)


def read_html(data: bytes) -> Extracted:
    """A page's visible text.

    Raises
    ------
    NoteError
        It is damaged or empty.
    """
    root = _parse(data, html=True)
    author = next((m.get("content", "") for m in root.iter("meta") if (m.get("name") or "").lower() == "author"), "")
    # what stands behind the end of a page is a page of its own
    pages = [_text(page) for page in (root, *root.itersiblings()) if isinstance(page.tag, str)]
    return Extracted("".join(page for page in pages if page.strip()) or "\n", author=author)


def read_ccda(data: bytes) -> tuple[Extracted, bytes | None]:
    """A C-CDA document: the narrative of its sections, or the bytes of a document that it wraps.

    Raises
    ------
    NoteError
        It is damaged, or holds no narrative.
    """
    root = _parse(data, html=False)
    patient = root.find(f"{_V3}recordTarget/{_V3}patientRole/{_V3}id")
    when = root.find(f"{_V3}componentOf/{_V3}encompassingEncounter/{_V3}effectiveTime/{_V3}low")
    when = when if when is not None else root.find(f"{_V3}effectiveTime")
    name = root.find(f"{_V3}author/{_V3}assignedAuthor/{_V3}assignedPerson/{_V3}name")
    code = root.find(f"{_V3}code")
    title = root.findtext(f"{_V3}title") or ""
    told = Extracted(
        "",
        author=" ".join(" ".join(name.itertext()).split()) if name is not None else "",
        kind=title.strip() or (code.get("displayName", "") if code is not None else ""),
        patient=patient.get("extension", "") if patient is not None else "",
        date=(when.get("value") or "")[:8] if when is not None else "",
    )
    wrapped = root.find(f"{_V3}component/{_V3}nonXMLBody/{_V3}text")
    if wrapped is not None:
        if wrapped.get("representation") == "B64":
            return told, decoded("".join(wrapped.itertext()))
        return Extracted(_text(wrapped), told.author, told.kind, told.patient, told.date), None
    parts = [part for section in root.iter(f"{_V3}section") for part in _section(section)]
    if not parts:
        raise NoteError("empty", "The document has no narrative.")
    return Extracted("\n".join(parts) + "\n", told.author, told.kind, told.patient, told.date), None


def _section(section: Any) -> Iterator[str]:
    title = (section.findtext(f"{_V3}title") or "").strip()
    body = section.find(f"{_V3}text")
    text = _text(body).strip() if body is not None else ""
    if text:
        yield f"{title}:\n{text}" if title else text


def decoded(text: str) -> bytes:
    """Bytes from base64.

    Raises
    ------
    NoteError
        It is none.
    """
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("not_text", "The attachment is not valid base64.") from None
