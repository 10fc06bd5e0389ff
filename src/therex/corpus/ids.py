"""Ids of marked notes: each names a file, so none may lead out of a folder, and no two may be one name on any system."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from therex.catalog.patterns import Patterns
from therex.errors import CorpusError

if TYPE_CHECKING:
    from therex.corpus.marked import MarkedNote

_RE = Patterns("corpus")
# in bytes: with an ending it stays below the 255 that file systems take, in any form of Unicode
LONGEST = 120
ALLOWED = (
    f'an id must be a file name: at most {LONGEST} bytes, printable, without / \\ : * ? " < > |, no space or dot at either end, '
    "and not a name reserved by Windows"
)


def usable(note_id: str) -> bool:
    """Whether an id can be the name of a file, on every system and without leaving the folder."""
    # surrogates, control and formatting characters are not printable
    if not note_id.isprintable() or not 0 < len(note_id.encode()) <= LONGEST:
        return False
    return note_id == note_id.strip(" .") and not _RE["no_file_name"].search(note_id)


def id_from(given: Any, otherwise: str, where: str) -> str:
    """The id that an export gives a note, or `otherwise` where it gives none.

    Raises
    ------
    CorpusError
        It is neither text nor a whole number.
    """
    if given is None:
        return otherwise
    if isinstance(given, bool) or not isinstance(given, (str, int)):
        raise CorpusError(f"{where}: its id must be text or a whole number")
    return str(given)


def same(note_id: str) -> str:
    """What two ids share that are one name where case, or the form of accents, does not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", note_id).casefold())


def with_ids(notes: Iterable[MarkedNote], what: str = "note") -> list[MarkedNote]:
    """The notes, their ids held to the rules.

    Parameters
    ----------
    what
        What errors call a note, before its number.

    Raises
    ------
    CorpusError
        An id cannot be the name of a file, or stands twice; the message names the places, never the id.
    """
    seen: dict[str, int] = {}
    out = []
    for n, note in enumerate(notes, 1):
        if not usable(note.id):
            raise CorpusError(f"{what} {n}: its id cannot be used: {ALLOWED}")
        first = seen.setdefault(same(note.id), n)
        if first != n:
            raise CorpusError(f"{what} {n}: it has the same id as {what} {first} (case is ignored); each id must be unique")
        out.append(note)
    return out
