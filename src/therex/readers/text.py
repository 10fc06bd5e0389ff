"""Bytes to text: byte-order marks, UTF-8, UTF-16 without a mark, and what the old code pages leave."""

from __future__ import annotations

import codecs

from therex.errors import NoteError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# bytes of text that tell its page
_ENOUGH = 65_536
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
    odd = len(data) - len(data.translate(None, _ODD))
    if odd * 50 > len(data):
        raise NoteError("not_text", "The file holds binary content.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode(encoding_of(data), errors="replace")
        if text.count("\ufffd") * 20 > len(text):
            raise NoteError("encoding", "The file is in no encoding that could be told.") from None
        return text


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
    if sum(b in usual for b in high) >= 0.5 * len(high):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(head[:_ENOUGH]).best()
    return best.encoding if best is not None else "cp1252"
