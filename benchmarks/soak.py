"""A soak of the whole: mixed notes with hostile ones among them, screened while all that a run depends on is taken from it.

    python benchmarks/soak.py [--notes 200000] [--hostile 0.02] [--worker-kills 200] [--parent-kills 50] [--database-stops 2] [--full-disk 1]
                              [--fast] [--seed 0] [--work FOLDER]
    python benchmarks/soak.py --notes 300 --worker-kills 3 --parent-kills 2 --database-stops 1      # two or three minutes

The folder is screened twice with two workers, to JSON Lines and to a database (PostgreSQL where there is one, else SQLite): undisturbed, and
broken. In the second run workers and the process that reads files are killed, the parent is killed and started again with the same command
(SIGKILL and SIGTERM in turns), the database is stopped (for 5 s, and for longer than a run waits, in turns), and the disk is filled; each at
a place by chance. The results must be equal. Linux alone. With --work, a soak that was stopped goes on with the same command.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from soak_compare import Compared, compare, database_differences, read_singly
from soak_folder import MARK as OURS
from soak_folder import Folder, hostile_files, make_folder
from soak_run import Run, Told, command, end_all, events, memory, used
from soak_world import Full, Server


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for."""

    notes: int
    hostile: float
    worker_kills: int
    parent_kills: int
    database_stops: int
    full_disk: int
    fast: bool
    seed: int


class State:
    """What is kept in the work folder, so that a soak that was stopped goes on."""

    def __init__(self, work: Path, asked: Options) -> None:
        self._path = work / "state.json"
        known: dict[str, Any] = json.loads(self._path.read_text()) if self._path.exists() else {}
        if known and known["asked"] != asdict(asked):
            raise SystemExit("--work: this folder has a soak with other options; name another folder")
        self.asked = asked
        self.folder = Folder(tuple(known["folder"]["ids"]), known["folder"]["documents"], known["folder"]["rows"]) if known else None
        self.plain, self.broken = (Told(**known.get(name, {})) for name in ("plain", "broken"))

    def keep(self) -> None:
        """Write it, whole or not at all."""
        told = {"asked": asdict(self.asked), "folder": asdict(self.folder) if self.folder else None, "plain": asdict(self.plain)}
        part = self._path.with_suffix(".tmp")
        part.write_text(json.dumps({**told, "broken": asdict(self.broken)}))
        os.replace(part, self._path)


def soak(asked: Options, work: Path) -> int:
    """Make the folder, run twice, compare; 1 where anything is lost."""
    state = State(work, asked)
    notes = work / "notes"
    for name in ("plain", "broken"):
        end_all(f"{work}/{name}")  # of a soak that was ended itself
    if state.folder is None:
        say("making the folder")
        state.folder = make_folder(notes, asked.notes, asked.hostile, asked.seed)
        state.keep()
    plain, disk = work / "plain.jsonl", Full(work / "disk")
    broken = disk.folder / "broken.jsonl"
    try:
        with Server(work / "db") as server:
            say(f"the undisturbed run, into {server.name}")
            Run(command(notes, plain, server.url, "plain", asked.fast), plain, work, "plain", state.plain, state.keep).whole()
            records = sum(1 for _ in plain.open("rb"))
            disk.open(plain.stat().st_size * 3 // 2_000_000 + 64)
            plan = events(records, asked.worker_kills, asked.parent_kills, asked.database_stops, asked.full_disk, random.Random(asked.seed))
            say(f"the broken run, {len(plan)} places where it is broken")
            run = Run(command(notes, broken, server.url, "broken", asked.fast), broken, work, "broken", state.broken, state.keep)
            run.broken(plan, server, disk, asked.seed)
            say("comparing")
            found = compare(plain, broken, state.folder)
            tables = database_differences(server.url, "plain", "broken", found.exempt)
        singly = read_singly(hostile_files(notes))
        left = left_behind(work, disk.folder)
        return report(state, records, found, tables, singly, left, work, f"{server.name}; {disk.how}", len(plan) - state.broken.next)
    finally:
        for name in ("plain", "broken"):
            end_all(f"{work}/{name}")
        disk.close()


def say(what: str) -> None:
    """Progress."""
    print(f"soak: {what}", file=sys.stderr, flush=True)


def left_behind(work: Path, disk: Path) -> list[str]:
    """Files of the runs that should be gone."""
    beside = [p for p in work.iterdir() if p.name.startswith(".plain.jsonl")]
    beside += [p for p in disk.iterdir() if p.name not in ("broken.jsonl", "lost+found")]
    return sorted(str(p.relative_to(work)) for p in (*beside, *(work / "tmp").rglob("*")))


def told_of(work: Path) -> Counter[str]:
    """What standard error said, and whether anything of a note stood in it."""
    found: Counter[str] = Counter()
    for name in ("plain", "broken"):
        text = (work / f"{name}.stderr").read_text(encoding="utf-8", errors="replace")
        found["tracebacks"] += text.count("Traceback")
        found["faults of ours"] += text.count("internal error")
        found["ids or file names told"] += text.count(f"{OURS}-") + text.count("-hostile")
    return found


def report(
    state: State, records: int, found: Compared, tables: list[str], singly: int, left: list[str], work: Path, how: str, unfired: int
) -> int:
    """Print what was found; 1 where anything is lost, unequal, or left behind."""
    folder, told, b = state.folder, told_of(work), state.broken
    assert folder is not None
    print(f"asked: {json.dumps(asdict(state.asked))}")
    print(f"with: {how}")
    print(f"broken by: {', '.join(f'{v} x {k}' for k, v in sorted(b.killed.items()))}; {unfired} places not reached")
    print(
        f"starts: {b.starts} (undisturbed {state.plain.starts}); ended by itself: {b.ended or 'never'} (undisturbed {state.plain.ended or 'never'})"
    )
    print(
        f"notes expected {len(folder.ids):,}; found once {found.once:,}; lost {len(found.lost)}; twice {len(found.twice)}; in an error {found.sane_errors}"
    )
    print(
        f"records of {folder.documents} hostile documents and {folder.rows} hostile rows: {found.hostile:,}, of them errors {found.hostile_errors:,}"
    )
    print(f"  the same documents read one by one, and the rows: {singly + folder.rows:,}")
    print(
        f"records of the undisturbed run {records:,}; equal {found.equal:,}; other {len(found.changed)}, missing {found.missing}, more {found.more}; order kept: {found.order}"
    )
    print(f"  notes that were being read when their worker was killed, an error record each: {len(found.exempt)}")
    print(f"database against database: {'; '.join(tables) or 'equal but for times'}")
    for name in ("plain", "broken"):
        sizes = (
            f"{role} {peak:.0f} MB" + (f" ({slope:+.1f})" if slope is not None else "")
            for role, (peak, slope) in memory(work / f"{name}.csv").items()
        )
        print(f"memory, {name} run, peak (slope in MB for 10,000 notes): {'; '.join(sizes)}")
    print(
        f"processor time a record: {used(work / 'plain.csv') / records:.3f} s; with all that is done again {used(work / 'broken.csv') / records:.3f} s"
    )
    print(
        f"longest time that a process with notes outlived its parent: {b.outlived:.2f} s, any other {b.tracker:.2f} s; orphans {b.orphans + state.plain.orphans}"
    )
    print(f"left behind: {', '.join(left) or 'nothing'}")
    print(f"on standard error: {', '.join(f'{v} {k}' for k, v in told.items())}")
    most = sum(b.killed.get(role, 0) for role in ("worker", "reader"))
    wrong = [
        *(["notes lost or twice"] if found.lost or found.twice or found.sane_errors else []),
        *(["results differ"] if found.changed or found.missing or found.more or not found.order or len(found.exempt) > most else []),
        *(["databases differ"] if tables else []),
        *(["hostile documents without a record"] if singly + folder.rows != found.hostile else []),
        *(["orphans or files left behind"] if left or b.orphans or state.plain.orphans else []),
        *(["standard error"] if any(told.values()) else []),
        *(["the full disk was not seen"] if "the full disk was not seen" in b.ended else []),
    ]
    print(f"WRONG: {', '.join(wrong)}" if wrong else "nothing lost")
    return int(bool(wrong))


def main() -> int:
    """One soak."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--notes", type=int, default=200_000)
    parser.add_argument("--hostile", type=float, default=0.02, help="Hostile documents for each note.")
    parser.add_argument("--worker-kills", type=int, default=200)
    parser.add_argument("--parent-kills", type=int, default=50)
    parser.add_argument("--database-stops", type=int, default=2)
    parser.add_argument("--full-disk", type=int, default=1)
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, help="A folder for all of it, with which a stopped soak goes on.")
    args = vars(parser.parse_args())
    if not sys.platform.startswith("linux"):
        parser.error("the soak looks for processes in /proc: Linux alone")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the server, the disk and the runs end with the soak
    named: Path | None = args.pop("work")
    work = (named or Path(tempfile.mkdtemp(prefix="soak-"))).resolve()
    work.mkdir(parents=True, exist_ok=True)
    work.chmod(0o711)  # the database server runs under another user
    say(f"in {work}")
    code = soak(Options(**args), work)
    if named is None and code == 0:
        shutil.rmtree(work)
    return code


if __name__ == "__main__":
    sys.exit(main())
