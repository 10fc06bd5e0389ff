"""Figures in columns, as the commands of an analyst print them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from therex.catalog.files import resource


def words(kind: str) -> Any:
    """The words of one kind of `resources/analyst.yaml`."""
    return resource("analyst.yaml")[kind]


def columns(headings: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> Any:
    """A table without lines; columns after the first `left` ones are aligned on the right."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for k, heading in enumerate(headings):
        table.add_column(heading, justify="left" if k < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def show(*parts: Any) -> None:
    """Print tables and lines on standard output."""
    from therex.cli.options import on_console

    text = on_console(parts, None)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in text.splitlines()) if not sys.stdout.isatty() else text)


def share(value: float | None) -> str:
    """A share with three places, or a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"
