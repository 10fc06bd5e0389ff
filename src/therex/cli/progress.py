"""Progress of the commands that take long: a bar on a terminal, a line now and then elsewhere, nothing in a run of a few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from therex.training.progress import Watch


@contextmanager
def watching() -> Iterator[Watch]:
    """A watch on standard error."""
    from therex.training.progress import lines

    if not sys.stderr.isatty():
        yield lines(lambda line: print(f"therex: {line}", file=sys.stderr, flush=True))
        return
    bar = _bar()
    try:
        yield _shown(bar)
    finally:
        bar.stop()


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TextColumn("elapsed,"),
               TimeRemainingColumn(), TextColumn("remaining"))  # fmt: skip
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _shown(bar: Any) -> Watch:
    """A watch that moves a bar, with one row for each thing that is done; it shows after some seconds."""
    from therex.training.progress import QUIET

    begun = time.monotonic()
    rows: dict[str, Any] = {}

    def watch(what: str, done: int, total: int) -> None:
        if what not in rows:
            rows[what] = bar.add_task(what, total=total)
        bar.update(rows[what], completed=done)
        if not bar.live.is_started and time.monotonic() - begun >= QUIET:
            bar.start()

    return watch
