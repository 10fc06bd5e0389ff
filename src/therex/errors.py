"""Every mistake a user can make, as one small tree; each error is one line and knows its exit code."""

from __future__ import annotations

LONGEST = 300_000  # characters of a note, whoever reads it


class TherexError(Exception):
    """A mistake that a user can mend: the message says what is wrong, where, and what is allowed.

    Messages hold no note text, no file name and no identifier.
    """

    exit_code = 2


class InputError(TherexError):
    """Nothing to read: no such path, an empty folder, a flag whose value is not allowed."""


class ResourceError(TherexError):
    """A data file of ours or of the user's breaks its own schema."""


class PolicyError(TherexError):
    """An unknown payer, or a policy file that cannot be used."""


class ModelError(TherexError):
    """A saved model is absent, incomplete, altered or of another version."""


class CorpusError(TherexError):
    """A marked note breaks the format of the annotation guidelines."""


class NoteError(Exception):
    """One note that cannot be analysed; it becomes an error record and the batch goes on.

    Parameters
    ----------
    code
        ``empty``, ``not_text``, ``scanned``, ``encoding``, ``too_large``, ``timeout``, ``worker_died`` or ``internal``.
    message
        One sentence without note text.
    note_id
        The note's id, where it is known; never part of the message.
    """

    def __init__(self, code: str, message: str, note_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.note_id = note_id

    def __reduce__(self) -> tuple[type[NoteError], tuple[str, str, str]]:
        return type(self), (self.code, self.message, self.note_id)


def sized(text: str) -> str:
    """`text`, where it is short enough to be read.

    Raises
    ------
    NoteError
        ``too_large``: it has more than `LONGEST` characters.
    """
    if len(text) > LONGEST:
        raise NoteError("too_large", f"The note is longer than {LONGEST:,} characters: split it into one note per visit.")
    return text
