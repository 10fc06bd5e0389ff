"""Dated tables beside the payers' rules: KX thresholds, modifiers, NCCI pairs and unlikely-edit limits.

The quarterly tables that ship are samples; a user's own, taken from the public files by ``therex policy import``, go before them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from therex.catalog.codes import is_code
from therex.catalog.files import RESOURCES, resource
from therex.days import parse_day
from therex.errors import PolicyError, ResourceError
from therex.settings import home

KINDS = ("ptp", "mue")
NAMES = {"ptp": "NCCI edit pairs", "mue": "medically unlikely edits"}
FRESH = timedelta(days=45)
_QUARTER = re.compile(r"((?:19|20)\d{2})Q([1-4])")


@dataclass(frozen=True, slots=True)
class Edit:
    """A pair of codes that are not paid together on one day; `modifier` is 0 where no modifier lifts that, 1 where one may."""

    first: str
    second: str
    begins: date
    ends: date | None
    modifier: int


@dataclass(frozen=True, slots=True)
class Quarterly:
    """A quarterly table: its quarter, whether it is the sample that ships, and its rows."""

    kind: str
    quarter: str
    sample: bool
    edits: tuple[Edit, ...] = ()
    limits: tuple[tuple[str, int], ...] = ()

    def stale(self, on: date) -> bool:
        """Whether a later quarter's table should have been there for some time on a day."""
        return on > quarter_end(self.quarter) + FRESH


def quarter_end(quarter: str) -> date:
    """The last day of a quarter written as 2026Q1.

    Raises
    ------
    PolicyError
        It is written otherwise.
    """
    m = _QUARTER.fullmatch(quarter)
    if not m:
        raise PolicyError("--quarter must be a year and a quarter, such as 2026Q1")
    year, n = int(m[1]), int(m[2])
    return date(year + (n == 4), (n * 3) % 12 + 1, 1) - timedelta(days=1)


@cache
def quarterly(kind: str) -> Quarterly:
    """The user's table of a kind, or the sample that ships.

    Raises
    ------
    ResourceError
        The table cannot be read.
    """
    own = home() / "tables"
    if (own / f"{kind}.csv").is_file() and (own / f"{kind}.json").is_file():
        try:
            told = json.loads((own / f"{kind}.json").read_text(encoding="utf-8"))
            return parse(kind, (own / f"{kind}.csv").read_text(encoding="utf-8"), str(told["quarter"]), sample=False)
        except (OSError, ValueError, KeyError, TypeError):
            raise ResourceError(
                f"the imported table of {NAMES[kind]} cannot be read: import it again with `therex policy import`"
            ) from None
    told = resource("tables/tables.yaml")[kind]
    return parse(kind, (RESOURCES / "tables" / f"{kind}.csv").read_text(encoding="utf-8"), str(told["quarter"]), sample=True)


def parse(kind: str, text: str, quarter: str, *, sample: bool) -> Quarterly:
    """A table in the layout of the public quarterly files: CSV or tab-separated, lines before the header left out.

    Raises
    ------
    PolicyError
        There is no header with the wanted columns, or no row; or a row is none, which is named by its line.
    """
    want = ("column1", "column2", "effective", "deletion", "modifier") if kind == "ptp" else ("code", "values")
    rows = list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text else ","))
    for n, row in enumerate(rows):
        heads = ["".join(c for c in cell.lower() if c.isascii() and c.isalnum()) for cell in row]
        at = {w: next((i for i, h in enumerate(heads) if w in h), -1) for w in want}
        if all(i >= 0 for i in at.values()):
            body = [(k, r) for k, r in enumerate(rows[n + 1 :], n + 2) if len(r) > max(at.values()) and is_code(r[at[want[0]]].strip())]
            if not body:
                break
            if kind == "ptp":
                return Quarterly(kind, quarter, sample, edits=tuple(_edit(k, r, at) for k, r in body))
            return Quarterly(kind, quarter, sample, limits=tuple((r[at["code"]].strip(), _whole(k, r[at["values"]])) for k, r in body))
    raise PolicyError(
        f"the file is not a table of {NAMES[kind]}: it must have a header with {' and '.join(want)}, and rows with a five-character code"
    )


def _edit(line: int, row: list[str], at: dict[str, int]) -> Edit:
    begins = parse_day(row[at["effective"]])
    ends = row[at["deletion"]].strip()
    if begins is None or not is_code(row[at["column2"]].strip()):
        raise PolicyError(f"line {line} must have two codes and an effective date (YYYYMMDD)")
    return Edit(
        row[at["column1"]].strip(),
        row[at["column2"]].strip(),
        begins,
        None if ends in ("*", "") else parse_day(ends),
        _whole(line, row[at["modifier"]]),
    )


def _whole(line: int, cell: str) -> int:
    if not (cell.strip().isdecimal() and len(cell.strip()) <= 5):
        raise PolicyError(f"line {line} must have a whole number")
    return int(cell)


def store(kind: str, path: Path, quarter: str, therapy: frozenset[str]) -> Quarterly:
    """Take the rows that touch a therapy code from a public quarterly file into the user's own tables.

    Raises
    ------
    PolicyError
        The file cannot be read, or is no such table.
    """
    quarter_end(quarter)
    try:
        table = parse(kind, path.read_text(encoding="utf-8-sig", errors="replace"), quarter, sample=False)
    except OSError as error:
        raise PolicyError(f"the file cannot be read ({type(error).__name__})") from None
    folder = home() / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    edits = tuple(e for e in table.edits if e.first in therapy and e.second in therapy)
    limits = tuple(x for x in table.limits if x[0] in therapy)
    lines = ["Column 1,Column 2,Effective Date,Deletion Date,Modifier"] if kind == "ptp" else ["HCPCS/CPT Code,MUE Values"]
    lines += [f"{e.first},{e.second},{e.begins:%Y%m%d},{f'{e.ends:%Y%m%d}' if e.ends else '*'},{e.modifier}" for e in edits]
    lines += [f"{code},{n}" for code, n in limits]
    if len(lines) == 1:
        raise PolicyError("the file has no row with two therapy codes" if kind == "ptp" else "the file has no therapy code")
    for name, content in ((f"{kind}.csv", "\n".join(lines) + "\n"), (f"{kind}.json", json.dumps({"quarter": quarter}) + "\n")):
        fresh = folder / f".{name}.new"
        fresh.write_text(content, encoding="utf-8")
        fresh.replace(folder / name)
    quarterly.cache_clear()
    return Quarterly(kind, quarter, False, edits, limits)


def edit_between(a: str, b: str, on: date) -> Edit | None:
    """The edit on a pair of codes in force on a day, whichever stands first."""
    return next(
        (e for e in quarterly("ptp").edits if {e.first, e.second} == {a, b} and e.begins <= on and (e.ends is None or on <= e.ends)), None
    )


def unlikely_beyond(code: str) -> int | None:
    """The units of a code a day beyond which they are unlikely; None where the table holds none."""
    return dict(quarterly("mue").limits).get(code)


def threshold(year: int) -> tuple[float, float] | None:
    """The threshold for KX and the amount of review of a year, in dollars; None for a year that the table does not hold."""
    row = resource("tables/kx.yaml")["years"].get(year)
    return (float(row["threshold"]), float(row["review"])) if row else None


@cache
def modifiers() -> dict[str, dict[str, Any]]:
    """The modifiers of therapy lines with their dates."""
    return {str(name): row for name, row in resource("tables/modifiers.yaml")["modifiers"].items()}


def modifier_holds(name: str, on: date, key: str = "from") -> bool:
    """Whether a modifier is in use on a day; with `key` ``required_from``, whether it has to be."""
    row = modifiers().get(name)
    if row is None or row.get(key) is None:
        return False
    return bool(row[key] <= on and (row["to"] is None or on <= row["to"]))


def stale_tables(on: date) -> list[str]:
    """One line for each quarterly table that is a sample or out of date on a day."""
    out = []
    for kind in KINDS:
        t = quarterly(kind)
        if t.sample or t.stale(on):
            out.append(
                f"The table of {NAMES[kind]} is {'a sample ' if t.sample else ''}for {t.quarter}. Import the current table with `therex policy import`."
            )
    return out
