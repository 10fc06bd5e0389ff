"""What a run depends on and the soak takes away: a database server of its own, and room on a disk of its own."""

from __future__ import annotations

import glob
import importlib.util
import os
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Server:
    """PostgreSQL on a socket in `folder`, or a SQLite file there where there is no server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = shutil.which("pg_ctl") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"), reverse=True)), None)
        able = found is not None and importlib.util.find_spec("psycopg") is not None and len(str(folder)) < 85
        self._bin = Path(found).resolve().parent if found and able else None
        # the server runs under no administrator
        self._other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.name = "PostgreSQL" if self._bin else "SQLite"
        self.url = f"postgresql://therex@/postgres?host={folder}" if self._bin else str(folder / "results.db")

    def __enter__(self) -> Server:
        self.folder.mkdir(exist_ok=True)
        if self._bin:
            if self._other:
                shutil.chown(self.folder, "postgres")
            if not (self.folder / "data" / "PG_VERSION").exists():
                self._call("initdb", "-D", str(self.folder / "data"), "-U", "therex", "-A", "trust", "-E", "UTF8")
            self._stop("immediate")  # where an earlier soak was ended
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop("fast")

    def seconds(self, nth: int) -> float:
        """How long it is away: a little, and, every second time, for longer than a run waits."""
        return (5.0, 75.0)[nth % 2]

    @contextmanager
    def stopped(self, nth: int) -> Iterator[None]:
        """Stop it while the block runs, with its sessions cut off; a SQLite file is locked."""
        if self._bin:
            self._stop(("immediate", "fast")[nth % 2])
            try:
                yield
            finally:
                self._start()
            return
        held = sqlite3.connect(self.url, timeout=60, isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            held.execute("ROLLBACK")
            held.close()

    def _start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def _stop(self, mode: str) -> None:
        if self._bin:
            with suppress(subprocess.CalledProcessError):
                self._call("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def _call(self, name: str, *args: str) -> None:
        assert self._bin is not None
        # what the server inherits of pipes it would hold open
        subprocess.run(
            [*self._other, str(self._bin / name), *args],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=300,
        )


class Full:
    """A disk of its own in `folder`, a file system in a file where one can be mounted; else a limit on the size of the run's files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._image = folder, folder.with_name(folder.name + ".image")
        self.mounted = False

    def open(self, megabytes: int) -> None:
        """Mount it, unless it is mounted already."""
        self.folder.mkdir(exist_ok=True)
        if not os.path.ismount(self.folder):
            fresh = not self._image.exists()
            with self._image.open("ab") as handle:
                handle.truncate(max(megabytes * 1_000_000, self._image.stat().st_size))
            made = not fresh or self._quiet("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))
            if not (made and self._quiet("mount", "-o", "loop", str(self._image), str(self.folder))):
                self._image.unlink()
        self.mounted = os.path.ismount(self.folder)
        (self.folder / "ballast").unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it."""
        for _ in range(20):
            if not os.path.ismount(self.folder) or self._quiet("umount", str(self.folder)):
                break
            time.sleep(0.5)

    @property
    def how(self) -> str:
        """How it is filled, in words."""
        return (
            "a file system of its own, filled to the last byte"
            if self.mounted
            else "no file system could be mounted: a limit on the size of files stands for the full disk"
        )

    @contextmanager
    def filled(self, pid: int, output: Path) -> Iterator[None]:
        """No room while the block runs."""
        if not self.mounted:
            part = output.with_name(f".{output.name}.part")
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (part.stat().st_size + 5000, resource.RLIM_INFINITY))
            yield
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            return
        ballast = self.folder / "ballast"
        try:
            self._fill(ballast)
            yield
        finally:
            ballast.unlink(missing_ok=True)

    def _fill(self, ballast: Path) -> None:
        with ballast.open("wb", buffering=0) as handle:
            for size in (1 << 24, 1 << 12, 1):
                with suppress(OSError):
                    while True:
                        handle.write(b"x" * size)

    def _quiet(self, *args: str) -> bool:
        try:
            return subprocess.run(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=False).returncode == 0
        except OSError:
            return False
