"""The records of two runs over one folder, side by side: each note once, and equal but for what a kill explains."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from soak_folder import Folder


@dataclass(slots=True)
class Compared:
    """What was found of two outputs; `exempt` are ids whose note was being read when its worker was killed."""

    once: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    sane_errors: int = 0
    hostile: int = 0
    hostile_errors: int = 0
    equal: int = 0
    changed: list[str] = field(default_factory=list)
    missing: int = 0
    more: int = 0
    order: bool = True
    exempt: set[str] = field(default_factory=set)


def _records(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Id, code of an error or nothing, and a digest, of each line."""
    with path.open("rb") as lines:
        for line in lines:
            record = json.loads(line)
            code = record["error"]["code"] if record["status"] == "error" else ""
            yield record["note_id"], code, hashlib.blake2b(line, digest_size=16).digest()


def compare(plain: Path, broken: Path, folder: Folder) -> Compared:
    """Two outputs, the second one of a run that was broken, and what must be in both."""
    found, sane = Compared(), set(folder.ids)
    before = {note_id: (n, code, digest) for n, (note_id, code, digest) in enumerate(_records(plain))}
    seen: Counter[str] = Counter()
    last = -1
    for note_id, code, digest in _records(broken):
        seen[note_id] += 1
        known = before.get(note_id)
        if note_id not in sane:
            found.hostile += 1
            found.hostile_errors += bool(code)
        if known is None:
            found.more += 1
            continue
        found.order, last = found.order and known[0] > last, known[0]
        if known[2] == digest:
            found.equal += 1
        elif code == "worker_died" != known[1]:
            found.exempt.add(note_id)
        else:
            found.changed.append(note_id)
        # a sane note has no error of its own
        found.sane_errors += note_id in sane and bool(known[1])
    found.missing = len(before.keys() - seen.keys())
    found.lost = [i for i in folder.ids if not seen[i]]
    found.twice = [i for i, n in seen.items() if n > 1]
    found.once = sum(1 for i in folder.ids if seen[i] == 1)
    return found


def read_singly(files: list[str]) -> int:
    """How many records hostile documents give where each is read alone."""
    from therex.batch.apart import Apart, budget
    from therex.errors import InputError
    from therex.readers.documents import Document
    from therex.readers.notes import Reading

    reading, n = Reading(), 0
    with Apart(60.0, budget(reading.largest)) as apart:
        for path in map(Path, files):
            name, _, suffix = path.name.rpartition(".")
            try:
                n += sum(1 for _ in apart(Document(name, f".{suffix.lower()}", 0, path), reading))
            except InputError:
                n += 1
    return n


def database_differences(target: str, one: str, other: str, exempt: set[str]) -> list[str]:
    """In what tables two batches differ, and by how many notes; times apart, and notes that are exempt."""
    import sqlalchemy as sa

    from therex.batch.connections import engine_of, url_of
    from therex.batch.database import TABLES

    told = []
    engine = engine_of(url_of(target))
    with engine.connect() as connection:
        for table in TABLES:
            sums = []
            for batch in (one, other):
                asked = sa.select(table).where(table.c.batch == batch).execution_options(yield_per=5000)
                held: dict[str, int] = {}
                for row in connection.execute(asked).mappings():
                    values = tuple(str(v) for k, v in row.items() if k not in ("batch", "screened_at"))
                    held[row["note_id"]] = held.get(row["note_id"], 0) + hash(values)
                sums.append(held)
            differ = sum(1 for i in sums[0].keys() | sums[1].keys() if i not in exempt and sums[0].get(i) != sums[1].get(i))
            if differ:
                lacking, more = len(sums[0].keys() - sums[1].keys()), len(sums[1].keys() - sums[0].keys())
                told.append(f"{table.name}: {differ} notes ({lacking} missing, {more} more)")
    engine.dispose()
    return told
