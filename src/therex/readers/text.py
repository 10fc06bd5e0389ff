"""Bytes to text: byte-order marks, UTF-8, UTF-16 without a mark, and what the old code pages leave."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from therex.errors import NoteError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# fewer bytes beyond ASCII than this tell no encoding
FEW = 4
MARKS = tuple(mark for mark, _ in _MARKS)
# bytes of text that tell its page
_ENOUGH = 65_536
# bytes of a long file that are decoded together, and lines that tell an old encoding
_PIECE, _LINES = 1 << 18, 10_000
_ODD = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})


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
                raise NoteError("encoding", f"The file declares the encoding {name} but cannot be decoded with it.") from None
    nul = data.count(0)
    if nul and nul * 3 > len(data) and len(data) % 2 == 0:
        for name in ("utf-16-le", "utf-16-be"):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                continue
            if sum(c.isascii() for c in text) > 0.8 * len(text):
                return text
    odd = len(data) - len(data.translate(None, _ODD))
    if odd * 50 > len(data):
        raise NoteError("not_text", "The file has binary content.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        old = _old_of(b"".join(islice(_odd_lines(data), _LINES)))
        if old.startswith("utf"):
            text = data.decode(old, errors="replace")
        else:
            out = io.StringIO(newline="")
            out.writelines(_decoded(io.BytesIO(data), old))
            text = out.getvalue()
        if text.count("\ufffd") * 20 > len(text):
            raise NoteError("encoding", "The encoding of the file could not be determined.") from None
        return text


def sound(text: str) -> str:
    """Text that can be written as UTF-8: halves of a character joined, lone halves and bytes of odd names replaced by U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class TextStream:
    """A long file as text, piece by piece, ends of lines kept; a line that is not UTF-8, however late it comes, is in an old encoding.

    A line that is longer than a piece is decoded piece by piece.

    Parameters
    ----------
    raw
        The file at its start.
    head
        Its first bytes, which tell the encoding of the whole where they hold more than ASCII.
    """

    def __init__(self, raw: BinaryIO, head: bytes) -> None:
        encoding = encoding_of(head)
        if encoding.startswith("utf") and encoding not in ("utf-8", "utf-8-sig"):
            wide = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
            self._pieces = iter(lambda: wide.read(_PIECE), "")
        else:
            self._pieces = _decoded(raw, None if encoding.startswith("utf") else encoding)
        self._held = io.StringIO(next(self._pieces, "").removeprefix("\ufeff"), newline="")

    def readline(self, most: int) -> str:
        """A line, or its first `most` characters; an end of two characters is never cut."""
        parts: list[str] = []
        room = most
        while room > 0:
            part = self._held.readline(room)
            if part:
                parts.append(part)
                room -= len(part)
                if part[-1] in "\r\n":
                    break
            elif not self._go_on():
                break
        if parts and parts[-1][-1] == "\r":
            parts.append(self._rest_of_end())
        return "".join(parts)

    def read(self, most: int) -> str:
        """`most` characters, or fewer at the end."""
        parts: list[str] = []
        while most > 0:
            part = self._held.read(most)
            parts.append(part)
            most -= len(part)
            if not part and not self._go_on():
                break
        return "".join(parts)

    def put_back(self, text: str) -> None:
        """Let text that was read come again."""
        self._held = io.StringIO(text + self._held.read(), newline="")

    def _go_on(self) -> bool:
        """Hold the next piece; False at the end."""
        piece = next(self._pieces, "")
        self._held = io.StringIO(piece, newline="")
        return bool(piece)

    def _rest_of_end(self) -> str:
        """The line feed that belongs to a carriage return, if one comes next."""
        following = self._held.read(1)
        if not following and self._go_on():
            following = self._held.read(1)
        if following and following != "\n":
            self._held.seek(self._held.tell() - 1)
            return ""
        return following


def _blocks(raw: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Pieces of a file that end with a line, but for a long one; and whether such a line goes on."""
    while block := raw.read(_PIECE):
        rest = raw.readline(_PIECE) if len(block) == _PIECE and not block.endswith(b"\n") else b""
        yield block + rest, len(rest) == _PIECE and not rest.endswith(b"\n")


def _decoded(raw: BinaryIO, old: str | None) -> Iterator[str]:
    """A file piece by piece, each line as UTF-8, or else in the old encoding `old`: told by the first such line where it is not given."""
    left = b""
    for block, goes_on in _blocks(raw):
        data, left = left + block, b""
        if _is_utf8(data):
            yield data.decode("utf-8")
            continue
        lines = data.splitlines(keepends=True)
        last = lines.pop() if goes_on else b""
        for line in lines:
            if _is_utf8(line):
                yield line.decode("utf-8")
            else:
                old = old or _old_of(line)
                yield line.decode(old, errors="replace")
        if last:
            text, left, old = _begun(last, old)
            if text:
                yield text
    if left:
        yield left.decode(old or _old_of(left), errors="replace")


def _begun(line: bytes, old: str | None) -> tuple[str, bytes, str | None]:
    """A piece of a line as text, the bytes at its end that begin a character, and the old encoding if it is known by now."""
    decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(line)
    except UnicodeDecodeError:
        old = old or _old_of(line)
        decoder = codecs.getincrementaldecoder(old)(errors="replace")
        text = decoder.decode(line)
    return text, decoder.getstate()[0], old


def _old_of(line: bytes) -> str:
    """The old encoding of what is not UTF-8, though it may end like the beginning of a character."""
    return encoding_of(line + b"\n")


def _odd_lines(data: bytes) -> Iterator[bytes]:
    """The lines that are not UTF-8."""
    for block, _ in _blocks(io.BytesIO(data)):
        if not _is_utf8(block):
            yield from (line for line in block.splitlines(keepends=True) if not _is_utf8(line))


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
        It is not JSON, is nested too deeply, or gives a key twice, of which one value would be lost.
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

    best = charset_normalizer.from_bytes(head[:_ENOUGH]).best()
    return best.encoding if best is not None else "cp1252"
