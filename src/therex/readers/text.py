"""Bytes to text: byte-order marks, UTF-8, UTF-16 without a mark, and what the old code pages leave."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from therex.errors import NoteError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# fewer bytes beyond ASCII than this tell no encoding
FEW = 4
MARKS = tuple(mark for mark, _ in _MARKS)
_ODD = frozenset(range(32)) - {9, 10, 11, 12, 13, 27}


def decode(data: bytes) -> str:
    """Bytes to text: by byte-order mark, else UTF-8, else UTF-16 without a mark, else the likeliest single-byte encoding.

    Raises
    ------
    NoteError
        ``not_text`` for binary content, ``encoding`` where a marked encoding does not decode.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(name)
            except UnicodeDecodeError:
                raise NoteError("encoding", f"The file says that it is {name} and cannot be decoded as that.") from None
    nul = data.count(0)
    if nul and nul * 3 > len(data) and len(data) % 2 == 0:
        for name in ("utf-16-le", "utf-16-be"):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                continue
            if sum(c.isascii() for c in text) > 0.8 * len(text):
                return text
    odd = sum(data.count(c) for c in _ODD)
    if odd * 50 > len(data):
        raise NoteError("not_text", "The file holds binary content.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        lines = data.splitlines(keepends=True)
        old = encoding_of(b"".join(line for line in lines if not _is_utf8(line)))
        text = "".join(_decoded([data] if old.startswith("utf") else lines, old))
        if text.count("\ufffd") * 20 > len(text):
            raise NoteError("encoding", "The file is in no encoding that could be told.") from None
        return text


def sound(text: str) -> str:
    """Text that can be written as UTF-8: halves of a character joined, lone halves and bytes of odd names replaced by U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def decoded_lines(raw: BinaryIO, head: bytes) -> Iterator[str]:
    """The lines of a long file, ends kept; one that is no UTF-8, however late it comes, is read in an old encoding.

    Parameters
    ----------
    head
        The first bytes, which tell the encoding of the whole where they hold more than ASCII.
    """
    encoding = encoding_of(head)
    if encoding.startswith("utf") and encoding not in ("utf-8", "utf-8-sig"):
        yield from io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
        return
    for i, text in enumerate(_decoded(raw, None if encoding.startswith("utf") else encoding)):
        told = text if i else text.removeprefix("\ufeff")
        # a line may end in a carriage return alone
        yield from io.StringIO(told, newline="") if "\r" in told else (told,)


def _decoded(lines: Iterable[bytes], old: str | None) -> Iterator[str]:
    """Each line as UTF-8, or else in the old encoding `old`: told by the first such line where it is not given."""
    for line in lines:
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            old = old or encoding_of(line)
            yield line.decode(old, errors="replace")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def json_of(text: str) -> Any:
    """What JSON tells.

    Raises
    ------
    ValueError
        It is no JSON, lies too deep, or gives a key twice, of which one value would be lost.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("too deep") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a key twice")
    return told


def encoding_of(head: bytes) -> str:
    """The encoding of text by its first bytes.

    Windows-1252 unless few of its bytes beyond ASCII make sense there, which is asked of charset-normalizer.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    # a Windows page has its quotation marks and dashes where other pages have controls or letters of other scripts
    usual = frozenset(
        b"\x91\x92\x93\x94\x96\x97\x85\xb0\xb1\xb2\xb3\xb7\xbc\xbd\xbe\xd7\xe9\xe8\xe1\xed\xf3\xf1\xa0\xa7\xae\xb4\xb5\x95\x99"
    )
    high = [b for b in head if b >= 0x80]
    if len(high) < FEW or sum(b in usual for b in high) >= 0.5 * len(high):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(head).best()
    return best.encoding if best is not None else "cp1252"
