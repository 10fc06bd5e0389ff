"""Outputs that appear whole or not at all, readable by their owner alone, and a part that a later run goes on with.

While a run lasts its output is a file ``.NAME.part`` beside the one that was asked for, and ``.NAME.part.json`` says which run it is of. No other
run writes to it meanwhile (see `lock`). A record is a line, in input order: the number of whole lines is the place to go on from.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from therex.batch.lock import locked
from therex.batch.places import aim, is_stream
from therex.errors import InputError

MODE = 0o600


@contextmanager
def whole(output: Path, flag: str = "--output") -> Iterator[Path]:
    """The path of a new file that takes the place of `output` when the block ends well, and goes away when it does not.

    A link stays, and what it points to is written; a device or a pipe is written to itself. A fault of the block's own goes on as it is;
    `flag` is what the user named the file by.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    if is_stream(output):
        yield output
        return
    output = aim(output)
    # the name is the same every time: what a killed run left there holds note text, and the next run takes its place
    part = output.with_name(f".{output.name}.tmp")
    with locked(output, flag):
        try:
            _create(part)
        except OSError as error:
            raise InputError(f"{flag}: the file cannot be written ({type(error).__name__})") from None
        try:
            yield part
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        try:
            os.replace(part, output)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise InputError(f"{flag}: the file cannot be written ({type(error).__name__})") from None


def write_whole(output: Path, text: str) -> None:
    """A text file, whole or not at all.

    Raises
    ------
    InputError
        It cannot be written.
    """
    with whole(output) as part, part.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(text)


def _create(path: Path) -> None:
    """An empty file for its owner alone; a link in its place is not followed."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE))


def fingerprint(parts: Iterable[Any]) -> str:
    """What a run is known by again: a digest of everything that its results depend on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, sort_keys=True, default=str).encode())
        digest.update(b"\0")
    return digest.hexdigest()


@dataclass(slots=True)
class Part:
    """The unfinished output of a run: `done` lines stand already; `day` is the day whose rules they were written by."""

    output: Path = field(repr=False)
    done: int
    day: str
    other: bool = False

    @property
    def path(self) -> Path:
        """Where the lines are until the run ends."""
        return self.output.with_name(f".{self.output.name}.part")

    def lines(self) -> Iterator[str]:
        """The lines that stand already."""
        with self.path.open(encoding="utf-8") as handle:
            yield from handle

    def append(self) -> TextIO:
        """The part, open for more lines; each is written through as it comes."""
        return self.path.open("a", encoding="utf-8", newline="\n", buffering=1)

    def finish(self) -> None:
        """Put the whole output in its place."""
        os.replace(self.path, self.output)
        meta_path(self.output).unlink(missing_ok=True)


def meta_path(output: Path) -> Path:
    """Where it is told which run a part is of."""
    return output.with_name(f".{output.name}.part.json")


def open_part(output: Path, run: str, day: str) -> Part:
    """The part of an output: that of an unfinished run with the same fingerprint, cut to whole lines, or a new one.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    output = aim(output)
    part = Part(output, 0, day)
    known: Any = {}
    with suppress(OSError, ValueError):
        known = json.loads(meta_path(output).read_text(encoding="utf-8"))
    try:
        if isinstance(known, dict) and known.get("run") == run and part.path.is_file():
            part.done, part.day = _cut(part.path), str(known.get("day") or day)
            return part
        part.other = bool(known)
        _create(part.path)
        meta = meta_path(output)
        _create(meta)
        meta.write_text(json.dumps({"run": run, "day": day}), encoding="utf-8")
    except OSError as error:
        raise InputError(f"--output: the file cannot be written ({type(error).__name__})") from None
    return part


def _cut(path: Path) -> int:
    """Cut off a last line that was not written whole; the number of those that were."""
    count = end = 0
    with path.open("r+b") as handle:
        while block := handle.read(1 << 20):
            found = block.count(b"\n")
            if found:
                count += found
                end = handle.tell() - len(block) + block.rindex(b"\n") + 1
        handle.truncate(end)
    return count
