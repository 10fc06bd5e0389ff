"""Units billed: those of each service, and those told for the visit as a whole, by the forms of `grammar/units.yaml`."""

from __future__ import annotations

import itertools
from bisect import bisect_left

from therex.nlp.grammar.parser import Forms, Found, Row
from therex.nlp.grammar.tables import other_days, read_columns
from therex.types import Mention

GROUPS = {"units": "units", "xreps": "times", "number": "numbers"}


def read_units_billed(forms: Forms, row: Row) -> list[Mention]:
    """What a note says was billed.

    Returns
    -------
    list of Mention
        Kind ``units`` with ``{"code", "units"}`` for each service, and ``units_total`` with ``{"units"}`` for the visit as a whole. The
        range is that of the service and its units where they stand within a line, else that of the units alone.
    """
    columns, elsewhere, services = read_columns(row), other_days(row), _Services(row)
    by_code: dict[str, Mention] = {}
    total: Mention | None = None
    for k, token in enumerate(row.tokens):
        q = token.quantity
        if q is None or q.kind not in GROUPS or k in elsewhere or not q.numbers:
            continue
        column = columns.get(k, "")
        if column in ("not_today", "minutes") or (column == "other" and q.kind == "number"):
            continue
        n = q.numbers[0]
        found = forms.first(f"units.{'column' if column == 'units' and q.kind == 'number' else GROUPS[q.kind]}", row, k, n)
        if found is None or found.form.gives == "none" or n != int(n):
            continue
        if found.form.gives == "visit":
            total = Mention("units_total", token.start, token.end, f"grammar:units.{found.form.id}", {"units": int(n)})
        elif found.form.gives == "each":
            for at in services.before(k):
                _put(by_code, row, services, at, k, int(n), found)
        else:
            _put(by_code, row, services, found.kept["s"], k, int(n), found)
    codes = list(by_code.values())
    if total is not None and not codes and len(told := services.before(len(row.tokens))) == 1:
        # `Units: 3` beside one service belongs to it
        code = row.tokens[told[0]].code
        return [Mention("units", total.start, total.end, total.source, {"code": code, **(total.value or {})})]
    return [*codes, *([total] if total is not None else [])]


class _Services:
    """Where the services of a row stand."""

    def __init__(self, row: Row) -> None:
        self.places: dict[str, list[int]] = {}
        self._first: dict[str, int] = {}
        self._breaks = [i for i, token in enumerate(row.tokens) if "\n" in token.word]
        for i, token in enumerate(row.tokens):
            if token.code:
                self.places.setdefault(token.code, []).append(i)
                if row.sections[i] not in ("plan", "goals", "history", "hep"):
                    self._first.setdefault(token.code, i)

    def before(self, k: int) -> list[int]:
        """The places of the services named before place `k`, each code once."""
        return list(itertools.takewhile(lambda i: i < k, self._first.values()))

    def nearest(self, code: str, k: int) -> int:
        """Of the mentions of a code the one nearest to place `k`, the earlier of two."""
        places = self.places[code]
        at = bisect_left(places, k)
        return min(places[max(0, at - 1) : at + 1], key=lambda i: (abs(i - k), i))

    def parted(self, i: int, k: int) -> bool:
        """Whether the line ends between places `i` and `k`."""
        return bisect_left(self._breaks, min(i, k)) < bisect_left(self._breaks, max(i, k))


def _put(by_code: dict[str, Mention], row: Row, services: _Services, at: int, k: int, n: int, found: Found) -> None:
    """Note the units of the service at place `at`; the first telling of a code stands, rows of one code in a table add up."""
    code = row.tokens[at].code
    if not code:
        return
    # of two mentions of the service the one beside the units is the evidence
    nearest = services.nearest(code, k)
    service, token = row.tokens[nearest], row.tokens[k]
    near = not services.parted(nearest, k)
    start, end = (min(service.start, token.start), max(service.end, token.end)) if near else (token.start, token.end)
    known = by_code.get(code)
    if known is not None:
        if found.form.id == "of_its_row" and known.source == "grammar:units.of_its_row":
            n += int((known.value or {})["units"])
        else:
            return
    by_code[code] = Mention("units", start, end, f"grammar:units.{found.form.id}", {"code": code, "units": n})
