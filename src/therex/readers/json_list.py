"""A JSON list read value by value, so that a long one is never held whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from therex.errors import NoteError
from therex.readers.limits import ELEMENTS, many_brackets
from therex.readers.text import TextStream

_CHUNK = 1 << 18
# the longest name or sign of JSON that the end of what was read may cut
_CUT = 16


class _Damaged(Exception):
    """What was read is not JSON, whatever follows."""


class _Decoder:
    """Decodes one value at a time, and remembers whether it has the same key twice, so that one value would be lost."""

    def __init__(self) -> None:
        self.twice = False
        self.raw_decode = json.JSONDecoder(object_pairs_hook=self._object).raw_decode

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        told = dict(pairs)
        self.twice |= len(told) < len(pairs)
        return told


def elements(stream: TextIO | TextStream, most: int) -> Iterator[Any]:
    """The values of a list whose bracket was read already; where they end too early a `NoteError` comes last, which tells what is wrong.

    A value that has the same key twice is a `NoteError` in its place.

    Parameters
    ----------
    most
        The longest value, in characters.
    """
    held, at, first, decoder = "", 0, True, _Decoder()
    while True:
        try:
            found = _next(held, at, decoder, first=first)
        except (_Damaged, RecursionError):
            yield NoteError("not_text", "is not JSON: the rest of the list cannot be read")
            return
        if found is not None:
            value, at, last = found
            if not (last and value is _NONE):
                yield NoteError("not_text", "has the same key twice") if decoder.twice else value
            if last:
                if held[at:].strip() or any(piece.strip() for piece in iter(lambda: stream.read(_CHUNK), "")):
                    yield NoteError("not_text", "is after the end of the list and cannot be read")
                return
            first = False
            continue
        held, at = held[at:], 0
        piece = stream.read(max(_CHUNK, len(held)))
        if not piece:
            yield NoteError("not_text", "is not JSON, or the list is cut off")
            return
        if len(held) > most:
            yield NoteError("too_large", f"is longer than {most:,} characters: the rest of the list cannot be read")
            return
        held += piece
        if len(held) > 2 * _CHUNK and many_brackets(held):
            yield NoteError("too_large", f"has more than {ELEMENTS:,} lists and objects: the rest of the list cannot be read")
            return


_NONE = object()


def _space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n\r":
        at += 1
    return at


def _next(text: str, at: int, decoder: _Decoder, *, first: bool) -> tuple[Any, int, bool] | None:
    """A value, where what follows it begins, and whether it is the last; None where more must be read.

    Raises
    ------
    _Damaged
        It is not JSON.
    """
    at = _space(text, at)
    decoder.twice = False
    if first and text[at : at + 1] == "]":
        return _NONE, at + 1, True
    try:
        value, end = decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated") or error.pos > len(text) - _CUT:
            return None
        raise _Damaged from None
    except ValueError:  # a number of too many digits
        raise _Damaged from None
    end = _space(text, end)
    mark = text[end : end + 1]
    if not mark or mark not in ",]":
        if end > len(text) - _CUT:  # a number may go on
            return None
        raise _Damaged
    return value, end + 1, mark == "]"
