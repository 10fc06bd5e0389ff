"""One run of `therex screen` that is watched and broken: its processes are known by a mark in their environment, however they were started."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soak_world import Full, Server

MARK = "THEREX_SOAK"
SAMPLE, POLL, GONE = 0.5, 0.05, 60.0
# a run that ends by itself is started again: so often without a further note, and the soak gives up
PATIENCE = 5
_PAGE, _TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Process:
    """A process of a run: what it does there, its memory, and the processor time that it has used."""

    pid: int
    role: str
    megabytes: float
    seconds: float


def processes(mark: str, parent: int = 0) -> list[Process]:
    """The living processes that carry a mark."""
    found = []
    wanted = f"{MARK}={mark}".encode()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            place = Path("/proc", name)
            if wanted not in (place / "environ").read_bytes().split(b"\0"):
                continue
            line = (place / "cmdline").read_bytes()
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            pages = int((place / "statm").read_text().split()[1])
        except OSError:
            continue
        if fields[0] in "ZX":
            continue
        role = (
            "parent"
            if int(name) == parent
            else "tracker"
            if b"resource_tracker" in line
            else "worker"
            if b"popen_loky" in line
            else "reader"
        )
        found.append(Process(int(name), role, pages * _PAGE / 1e6, (int(fields[11]) + int(fields[12])) / _TICKS))
    return found


def end_all(mark: str) -> int:
    """End whatever carries the mark; how many there were."""
    left = processes(mark)
    for p in left:
        try:
            os.kill(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return len(left)


@dataclass(frozen=True, slots=True)
class Event:
    """What is done when so many records stand: `again` ends the parent once more, so many seconds after its next start."""

    at: int
    kind: str
    again: float | None = None


def events(records: int, workers: int, parents: int, stops: int, fills: int, chance: random.Random) -> list[Event]:
    """What is done and when, in order; a quarter of the parent's ends fall into a start."""
    early = parents // 4
    asked = [("worker", workers), ("parent", parents - early), ("database", stops), ("disk", fills)]
    found = [Event(chance.randrange(max(1, int(records * 0.95))), kind) for kind, n in asked for _ in range(n)]
    found.sort(key=lambda e: (e.at, e.kind))
    places = [i for i, e in enumerate(found) if e.kind == "parent"]
    for i in sorted(chance.sample(places, min(early, len(places)))):
        found[i] = Event(found[i].at, "parent", chance.uniform(0, 8))
    return found


@dataclass(slots=True)
class Told:
    """What happened in a run; kept between two calls of the soak."""

    next: int = 0
    starts: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    outlived: float = 0.0
    tracker: float = 0.0
    orphans: int = 0
    finished: bool = False

    def count(self, where: dict[str, int], what: str) -> None:
        """One more."""
        where[what] = where.get(what, 0) + 1


class Run:
    """A run to `output`, started again until it is done."""

    def __init__(self, command: list[str], output: Path, work: Path, name: str, told: Told, keep: Callable[[], None]) -> None:
        self.command, self.output, self.work, self.name, self.told, self.keep = command, output, work, name, told, keep
        self.mark = f"{work}/{name}"
        self.process: subprocess.Popen[bytes] | None = None
        self._sampled = 0.0
        (work / "tmp").mkdir(exist_ok=True)

    def start(self) -> None:
        """Start it, or start it again with the same command."""
        env = {**os.environ, MARK: self.mark, "TMPDIR": str(self.work / "tmp")}
        with (self.work / f"{self.name}.stderr").open("ab") as err:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err, env=env)
        self.told.starts += 1
        self.keep()

    def done(self) -> int:
        """How many records stand, by the digests beside the part."""
        try:
            return self.output.with_name(f".{self.output.name}.part.sums").stat().st_size // 16
        except OSError:
            return 0

    def sample(self) -> None:
        """Note the memory and the processor time of every process."""
        now = time.monotonic()
        if self.process is None or now - self._sampled < SAMPLE:
            return
        self._sampled = now
        done = self.done()
        with (self.work / f"{self.name}.csv").open("a", newline="") as handle:
            writer = csv.writer(handle)
            for p in processes(self.mark, self.process.pid):
                writer.writerow([self.told.starts, p.role, p.pid, done, round(p.megabytes, 2), p.seconds, round(now, 2)])

    def ended(self) -> bool:
        """Whether the run is over; one that ended early by itself is started again."""
        assert self.process is not None
        code = self.process.poll()
        if code is None:
            return False
        if code == 0:
            self._gone(time.monotonic())
            self.told.finished = True
            self.keep()
            return True
        self.told.count(self.told.ended, f"exit {code}")
        if self.told.ended[f"exit {code}"] > 10 * PATIENCE + self.told.next:
            raise SystemExit(f"the run ends again and again; see {self.work / self.name}.stderr")
        time.sleep(1)
        self.start()
        return False

    def kill_worker(self, chance: random.Random) -> None:
        """Kill a worker or the reader, once there are any."""
        assert self.process is not None
        while self.process.poll() is None:
            found = [p for p in processes(self.mark, self.process.pid) if p.role in ("worker", "reader")]
            if found:
                victim = chance.choice(found)
                try:
                    os.kill(victim.pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                self.told.count(self.told.killed, victim.role)
                return
            time.sleep(POLL)

    def kill_parent(self) -> None:
        """End the parent, by SIGKILL and SIGTERM in turns, and start the run again once all its processes are gone."""
        assert self.process is not None
        number = (signal.SIGKILL, signal.SIGTERM)[sum(v for k, v in self.told.killed.items() if k.startswith("SIG")) % 2]
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(GONE)
            self.told.count(self.told.killed, number.name)
            self._gone(time.monotonic())
        self.start()

    def _gone(self, since: float) -> None:
        """Wait until every process of a parent that ended has ended, and note how long that takes."""
        while found := processes(self.mark):
            # the tracker of loky's semaphores holds no notes; it ends once it has cleaned up after the others
            late = time.monotonic() - since
            self.told.tracker = max(self.told.tracker, late)
            if any(p.role != "tracker" for p in found):
                self.told.outlived = max(self.told.outlived, late)
            if time.monotonic() - since > GONE:
                self.told.orphans += len(found)
                end_all(self.mark)
                break
            time.sleep(0.02)

    def whole(self) -> None:
        """Go to the end, undisturbed."""
        if self.told.finished:
            return
        self.start()
        while not self.ended():
            self.sample()
            time.sleep(POLL)

    def broken(self, plan: list[Event], server: Server, disk: Full, seed: int) -> None:
        """Go to the end through all that is planned."""
        if self.told.finished:
            return
        self.start()
        while not self.ended():
            self.sample()
            if self.told.next < len(plan) and self.done() >= plan[self.told.next].at:
                event = plan[self.told.next]
                chance = random.Random(f"{seed}/{self.told.next}")
                time.sleep(chance.uniform(0, 0.3))
                if self.process is not None and self.process.poll() is None:
                    self._do(event, chance, server, disk)
                    self.told.next += 1
                    self.keep()
            time.sleep(POLL)

    def _do(self, event: Event, chance: random.Random, server: Server, disk: Full) -> None:
        if event.kind == "worker":
            self.kill_worker(chance)
        elif event.kind == "parent":
            self.kill_parent()
            if event.again is not None:
                time.sleep(event.again)
                self.kill_parent()
        elif event.kind == "database":
            nth = self.told.killed.get("database stopped", 0)
            with server.stopped(nth):
                self.told.count(self.told.killed, "database stopped")
                self._wait(server.seconds(nth))
        else:
            assert self.process is not None
            with disk.filled(self.process.pid, self.output):
                self.told.count(self.told.killed, "disk filled")
                self._wait(GONE * 2)
            # a limit on the process goes with it
            if self.process.poll() is None:
                self.told.count(self.told.ended, "the full disk was not seen")

    def _wait(self, seconds: float) -> None:
        """Let the run go on for so long, or until it ends."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process is not None and self.process.poll() is None:
            self.sample()
            time.sleep(POLL)


def samples(path: Path) -> Iterator[dict[str, Any]]:
    """What was sampled in a run."""
    names = ("start", "role", "pid", "done", "megabytes", "seconds", "at")
    if path.exists():
        with path.open(newline="") as handle:
            for row in csv.reader(handle):
                if len(row) == len(names):
                    yield dict(zip(names, (int(row[0]), row[1], *map(float, row[2:])), strict=True))


def memory(path: Path) -> dict[str, tuple[float, float | None]]:
    """For each role the peak in MB, and the slope in MB for 10,000 notes: within each process, over the later half of its samples."""
    lives: dict[tuple[str, float], list[tuple[float, float]]] = {}
    at_once: Counter[float] = Counter()
    for s in samples(path):
        lives.setdefault((s["role"], s["pid"]), []).append((s["done"], s["megabytes"]))
        at_once[s["at"]] += s["megabytes"]
    told: dict[str, tuple[float, float | None]] = {}
    for role in ("parent", "reader", "worker"):
        own = [points for (r, _), points in lives.items() if r == role]
        if own:
            told[role] = max(m for points in own for _, m in points), _slope(own)
    told["all at once"] = max(at_once.values(), default=0.0), None
    return told


def _slope(lives: list[list[tuple[float, float]]]) -> float | None:
    above = below = 0.0
    for points in lives:
        late = points[len(points) // 2 :]
        if len(late) < 4:
            continue
        x, y = (sum(v) / len(late) for v in zip(*late, strict=True))
        above += sum((a - x) * (b - y) for a, b in late)
        below += sum((a - x) ** 2 for a, _ in late)
    return 10_000 * above / below if below else None


def used(path: Path) -> float:
    """Processor time of every process of a run, as it was sampled last, in seconds."""
    last = {(s["start"], s["pid"]): s["seconds"] for s in samples(path)}
    return sum(last.values())


def command(folder: Path, output: Path, database: str, batch: str, fast: bool) -> list[str]:
    """The command of a run."""
    told = [sys.executable, "-m", "therex", "screen", str(folder), "-f", "jsonl", "-o", str(output), "--jobs", "2", "--as-of", "2026-11-25"]
    return [*told, "--database", database, "--batch", batch, *(["--fast"] if fast else [])]
