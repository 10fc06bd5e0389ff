"""Files of a corpus: read exactly as they are, and written into a folder all or none, over nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from therex.errors import CorpusError


def read_text(path: Path, where: str = "the export") -> str:
    """The text of a file, its line ends as they are.

    Raises
    ------
    CorpusError
        It cannot be read, or is not UTF-8.
    """
    try:
        if not path.is_file():  # a folder, a pipe, a device
            raise CorpusError(f"{where}: not a file")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{where}: not UTF-8 at byte {error.start}") from None
    except OSError as error:
        raise CorpusError(f"{where}: cannot be read ({type(error).__name__})") from None


def json_of(told: str, where: str) -> Any:
    """What a text holds as JSON.

    Raises
    ------
    CorpusError
        It is not JSON, or nested too deeply.
    """
    try:
        return json.loads(told.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise CorpusError(f"{where}: not valid JSON ({error.msg} at line {error.lineno}, column {error.colno})") from None
    except (RecursionError, ValueError):
        raise CorpusError(f"{where}: the JSON is nested too deeply or has a number that is too long") from None


def fill(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder, all or none. What is there with the same content stays; nothing is written over, and no link is followed.

    Raises
    ------
    CorpusError
        A file of one of the names is there and differs, or the folder cannot be written.
    """
    made: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = {name: told.encode() for name, told in files.items()}
        taken = [n for n, (name, data) in enumerate(fresh.items(), 1) if _taken(folder / name, data)]
        if taken:
            raise CorpusError(
                f"{len(taken)} of {len(fresh)} files are already in the folder with different content, the first is file {taken[0]}; "
                "nothing was written; name an empty folder"
            )
        for name, data in fresh.items():
            path = folder / name
            if not os.path.lexists(path):
                with path.open("xb") as handle:
                    made.append(path)
                    handle.write(data)
    except UnicodeEncodeError:
        raise CorpusError("a note has an unpaired surrogate (half of a character), which cannot be saved; nothing was written") from None
    except BaseException as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise CorpusError(f"the folder cannot be written ({type(error).__name__})") from None
        raise


def _taken(path: Path, data: bytes) -> bool:
    """Whether something else is at a path."""
    if not os.path.lexists(path):
        return False
    return path.is_symlink() or not path.is_file() or path.read_bytes() != data
