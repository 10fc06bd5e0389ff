"""A run of screening: what is kept of the notes that go by, what is written beside the output, and the part that a later run goes on with."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from therex.batch.local import Item, Setup, run
from therex.batch.outputs import Part, fingerprint, open_part, whole
from therex.batch.sums import Sums, digest, sums_path
from therex.reports.record import to_line, to_record
from therex.types import Assessment, Note


@dataclass(frozen=True, slots=True)
class Facts:
    """What is remembered of a note: its error, and what --fail-on may ask for."""

    code: str
    message: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Job:
    """How a run goes: `count` notes where it is known, `wanted` what --fail-on names, `watch` what shows the progress."""

    setup: Setup
    jobs: int
    count: int | None
    wanted: frozenset[str]
    text: bool
    watch: Callable[[Iterable[Any], int | None, int], Iterable[Any]]


@dataclass(slots=True)
class Tally:
    """Counts over the notes that went by."""

    notes: int = 0
    errors: int = 0
    held: int = 0
    failed: bool = False
    first_error: str = ""

    def add(self, facts: Facts, wanted: frozenset[str]) -> None:
        """One more note."""
        self.notes += 1
        self.held += "hold" in facts.kinds
        self.failed = self.failed or not wanted.isdisjoint(facts.kinds)
        if facts.code:
            self.errors += 1
            self.first_error = self.first_error or facts.message


def facts(a: Assessment) -> Facts:
    """The facts of an assessment."""
    if a.error is not None:
        return Facts(a.error[0], a.error[1], frozenset(["error"]))
    kinds = {f"missing:{f.id}" for f in a.findings if f.found == "missing"}
    if a.line is not None and a.necessity is not None:
        kinds |= {a.line.status, a.necessity.verdict}
    return Facts("", "", frozenset(kinds | ({"contradiction"} if a.contradictions else set())))


def facts_of(record: dict[str, Any]) -> Facts:
    """The same of a record that an earlier run wrote."""
    if record["status"] == "error":
        return Facts(record["error"]["code"], record["error"]["message"], frozenset(["error"]))
    kinds = {record["line"]["status"], record["necessity"]["verdict"]}
    kinds |= {f"missing:{e['id']}" for e in record["elements"] if e["found"] == "missing"}
    return Facts("", "", frozenset(kinds | ({"contradiction"} if record["contradictions"] else set())))


# what workers make of a note: functions of a module, so that a worker finds them
Shaped = tuple[Facts, Any, str]


def as_line(a: Assessment, note: Note | None) -> Shaped:
    """Facts, the record as a line, and the text."""
    return facts(a), to_line(a, note), note.text if note else ""


def as_line_without_text(a: Assessment, note: Note | None) -> Shaped:
    """Facts, and the record as a line in which nothing of the note's text stands."""
    return facts(a), to_line(a, note, text=False), ""


def as_assessment(a: Assessment, note: Note | None) -> Shaped:
    """Facts, the assessment with its note, and the text."""
    return facts(a), (a, note), note.text if note else ""


class Beside:
    """What is written beside the output: the texts of --keep-text, and a database.

    Used in a ``with``: where the block breaks off, the texts go, and what the database has committed stays.
    """

    def __init__(self, keep_text: Path | None, database: str | None, batch: str) -> None:
        self._stack = ExitStack()
        self._keep_text, self._target, self._batch = keep_text, database, batch
        self._texts: Any = None
        self._database: Any = None

    def __enter__(self) -> Beside:
        if self._target is not None:
            from therex.batch.database import Database

            self._database = Database(self._target, self._batch)
        with ExitStack() as entered:
            if self._keep_text is not None:
                part = entered.enter_context(whole(self._keep_text, "--keep-text"))
                self._texts = entered.enter_context(part.open("w", encoding="utf-8", newline="\n"))
            entered.push(self._leave_database)  # left first: where it fails, the texts go
            self._stack = entered.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, trace)

    def _leave_database(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._database is not None and kind is None:
            self._database.close()
        elif self._database is not None:
            self._database.drop()

    @property
    def unstored(self) -> int:
        """How many notes the database could not hold: each has an error record there."""
        return self._database.unstored if self._database is not None else 0

    def add(self, told: Any, text: str, place: int, *, with_text: bool) -> None:
        """One note: its record as a line, or its assessment with its note."""
        if self._texts is None and self._database is None:
            return
        record = to_record(*told, text=with_text) if isinstance(told, tuple) else json.loads(told)
        if self._texts is not None and text:
            self._texts.write(json.dumps({"note_id": record["note_id"], "place": place, "text": text}, ensure_ascii=False) + "\n")
        if self._database is not None:
            self._database.add(record, place)


def screen_all(
    items: Iterable[Item], job: Job, shape: Callable[..., Shaped], tally: Tally, beside: Beside, first: int = 0
) -> Iterator[Any]:
    """What `shape` makes of every note, in order, after the `first` that are done; an error is told on standard error by the note's place."""
    results = run(items, job.setup, shape, job.jobs)
    for place, (found, told, text) in enumerate(job.watch(results, job.count, first), first + 1):
        tally.add(found, job.wanted)
        if found.code:
            of = f" of {job.count}" if job.count is not None else ""
            print(f"therex: note {place}{of}: {found.code}: {found.message}", file=sys.stderr)
        beside.add(told, text, place, with_text=job.text)
        yield told


def screen_lines(items: Iterable[Item], job: Job, tally: Tally, beside: Beside) -> Iterator[str]:
    """Every note's record as a line."""
    yield from screen_all(items, job, as_line if job.text else as_line_without_text, tally, beside)


def screen_to(output: Path, items: Iterable[Item], job: Job, depends_on: Iterable[Any], tally: Tally, beside: Beside) -> None:
    """JSON Lines to a file, from where an unfinished run of the same notes and options stopped.

    Parameters
    ----------
    depends_on
        All that the results depend on beside the setup and the notes: another value of it is another run.
    """
    s = job.setup
    known = fingerprint([s.payer, s.day, s.model, s.fast, s.timeout, job.text, *depends_on])
    part = open_part(output, known, s.day or date.today().isoformat())
    sums = Sums(part.path)
    if not part.done:
        sums.cut(0)
    stream, done = _known(iter(items), part, sums, job, tally, beside)
    if part.other or (part.done and not done):
        print("therex: --output: the file has an interrupted run with different notes or options; this run starts over", file=sys.stderr)
    elif done:
        print(f"therex: --output: {done} notes were already done; resuming", file=sys.stderr)
    if done:
        job = replace(job, setup=replace(s, day=part.day))
    shape = as_line if job.text else as_line_without_text
    with part.append() as handle, sums:
        for line in screen_all(sums.noted(stream), job, shape, tally, beside, done):
            handle.write(line + "\n")
            sums.write()
    part.finish()
    sums_path(part.path).unlink(missing_ok=True)


def _known(stream: Iterator[Item], part: Part, sums: Sums, job: Job, tally: Tally, beside: Beside) -> tuple[Iterator[Item], int]:
    """The notes that are still to be done, and how many are done: those that were read before just as they are read now."""
    if not part.done:
        return stream, 0
    place = 0
    with part.path.open(encoding="utf-8") as lines:
        for before, line in zip(sums.known(), lines, strict=False):
            item = next(stream, None)
            if item is None:
                break
            if digest(item) != before:
                stream = chain([item], stream)
                break
            place += 1
            tally.add(facts_of(json.loads(line)), job.wanted)
            beside.add(line, item.text if isinstance(item, Note) and job.text else "", place, with_text=job.text)
    sums.cut(place)
    return stream, place
