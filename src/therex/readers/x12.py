"""Professional claims as X12 837P: the service lines with code, modifiers, units, day and patient. Segments are read by pyx12."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from therex.days import parse_day
from therex.errors import InputError
from therex.readers.claims import ChargeLine
from therex.readers.limits import read_small
from therex.types import Charge


@dataclass(slots=True)
class _Loop:
    """What holds for the lines to come: whose claim it is, and the service line that is being read."""

    names: list[str] = field(default_factory=list, repr=False)
    account: str = field(default="", repr=False)
    charge: Charge | None = None
    day: date | None = None

    def lines(self) -> Iterator[ChargeLine]:
        """The line read so far, where there is one; it is then forgotten."""
        if self.charge is not None:
            known = tuple(dict.fromkeys(n for n in (*self.names, self.account) if n))
            yield ChargeLine(self.charge, "", known[0] if known else "", self.day, known[1:])
        self.charge = self.day = None


def read_837p(path: Path) -> list[ChargeLine]:
    """The service lines of a file.

    A line is matched by day of service and patient: by name in either order, by member number or by the patient control number.

    Raises
    ------
    InputError
        The file is no 837P, or a line holds no code or units; the message names the line of service, not its content.
    """
    from pyx12.errors import X12Error
    from pyx12.x12file import X12Reader

    logging.getLogger("pyx12").disabled = True  # it tells segments, and those hold names
    out: list[ChargeLine] = []
    at = _Loop()
    kind = ""
    try:
        reader = X12Reader(io.StringIO(read_small(path, "--claims").decode("utf-8", errors="replace")))
        for segment in reader:
            name = segment.get_seg_id()
            if name == "ST":
                kind = segment.get_value("ST01") or ""
            if kind != "837":
                continue
            if name in ("HL", "CLM", "LX", "SE"):
                out += at.lines()
            if name == "CLM":
                at.account = segment.get_value("CLM01") or ""
            elif name == "HL" and segment.get_value("HL03") in ("20", "22"):
                at.names = []
            elif name == "NM1" and segment.get_value("NM101") in ("IL", "QC"):
                last, first, member = (segment.get_value(k) or "" for k in ("NM103", "NM104", "NM109"))
                at.names = [f"{last} {first}".strip(), f"{first} {last}".strip(), member]
            elif name == "SV1":
                at.charge = _charge(segment, len(out) + 1)
            elif name == "DTP" and segment.get_value("DTP01") == "472":
                at.day = parse_day((segment.get_value("DTP03") or "")[:8])
    except (X12Error, UnicodeError, AttributeError, LookupError, TypeError) as error:
        raise InputError(f"--claims: the file is not a valid X12 837P file ({type(error).__name__})") from None
    out += at.lines()
    if not kind:
        raise InputError("--claims: the file is not a valid X12 837P file (it has no transaction)")
    return out


def _charge(segment: object, n: int) -> Charge:
    """An SV1 segment as a charge.

    Raises
    ------
    InputError
        It holds no code, or no whole units.
    """
    get = segment.get_value  # type: ignore[attr-defined]
    code = str(get("SV101-2") or "").upper()
    modifiers = tuple(str(m).upper() for m in (get(f"SV101-{k}") for k in range(3, 7)) if m)
    amount = None
    with contextlib.suppress(TypeError, ValueError):
        amount = float(get("SV102"))
    try:
        units = float(get("SV104"))
    except (TypeError, ValueError):
        units = -1.0
    if not code or units < 0 or not units.is_integer():
        raise InputError(f"--claims: service line {n} must have a code and a whole number of units")
    return Charge(code, int(units), modifiers, amount)
