"""Structures of tables, JSON, FHIR resources, HL7 messages and claims."""

from __future__ import annotations

import base64
import copy
import csv
import io
import json
from dataclasses import dataclass
from random import Random
from typing import Any

from structures import EXTREMES, MANY, TEXTS, bomb, operation

Json = Any
ODD = (None, 0, -1, 1e308, 10**30, True, "", "x", [], {}, [[]], [{}], {"a": 1}, "\ud83d", "\udc00", "a\u2028b", "\0")


# ---- tables of delimited text


@dataclass(slots=True)
class Table:
    """Cells, and how they are written."""

    cells: list[list[str]]
    mark: str = ","
    end: str = "\r\n"
    quoting: int = csv.QUOTE_MINIMAL
    encoding: str = "utf-8"
    after: str = ""

    def bytes(self) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=self.mark, lineterminator=self.end, quoting=self.quoting).writerows(self.cells)  # type: ignore[arg-type]
        return (out.getvalue() + self.after).encode(self.encoding, "replace")


def table() -> Table:
    return Table([["id", "text", "date"], *([f"n{n}", t, "2026-03-04"] for n, t in enumerate(TEXTS))])


def claims() -> Table:
    return Table(
        [
            ["patient", "date", "code", "units", "modifiers"],
            ["Ann Lee", "2026-03-04", "97110", "2", "GP"],
            ["Ann Lee", "2026-03-04", "97140", "1", "GP 59"],
        ]
    )


@operation("csv", keeps=True)
def other_dialect(t: Table, rng: Random) -> None:
    t.mark, t.end = rng.choice(",;\t|"), rng.choice(("\n", "\r\n"))
    t.quoting = rng.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))


@operation("csv", keeps=True)
def other_encoding(t: Table, rng: Random) -> None:
    t.encoding = rng.choice(("utf-8-sig", "utf-16", "cp1252"))


@operation("csv", keeps=True)
def more_columns(t: Table, rng: Random) -> None:
    at, many = rng.randrange(len(t.cells[0]) + 1), rng.choice((1, 3, 40))
    for n, row in enumerate(t.cells):
        row[at:at] = [f"more{k}" if n == 0 else "y" for k in range(many)]


@operation("csv", keeps=True)
def line_in_cell(t: Table, rng: Random) -> None:
    row = rng.choice(t.cells[1:])
    row[1] += rng.choice(("\nsecond line", '\r\n"quoted", and more', "\n\n", "\u2028next"))


@operation("csv", "claims")
def ragged_row(t: Table, rng: Random) -> None:
    row = rng.choice(t.cells)
    row[:] = row[: rng.randrange(len(row) + 1)] if rng.random() < 0.5 else row + ["z"] * rng.choice(MANY)


@operation("csv", "claims")
def drop_row(t: Table, rng: Random) -> None:
    del t.cells[rng.randrange(len(t.cells))]
    t.cells = t.cells or [[""]]


@operation("csv", "claims")
def repeat_row(t: Table, rng: Random) -> None:
    t.cells += [list(rng.choice(t.cells)) for _ in range(rng.choice(MANY))]


@operation("csv", "claims")
def odd_cell(t: Table, rng: Random) -> None:
    row = rng.choice([r for r in t.cells if r] or [[""]])
    if row:
        row[rng.randrange(len(row))] = rng.choice((*EXTREMES, "\0", "a" * 200_000, '"', "=cmd()", "\x1b[31m"))


@operation("csv", "claims")
def repeat_head(t: Table, rng: Random) -> None:
    t.cells[0] = [*t.cells[0], *rng.sample(t.cells[0], 1)] if t.cells[0] else ["text", "text"]


@operation("csv", "claims")
def open_quote(t: Table, rng: Random) -> None:
    t.after = rng.choice(('n9,"never closed\n' + "x\n" * rng.choice(MANY), '"', "\0", 'a"b"c,"d"e\n'))


# ---- JSON: tables and FHIR


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def reference(n: int, text: str) -> Json:
    return {
        "resourceType": "DocumentReference", "id": f"d{n}", "subject": {"reference": "Patient/9"}, "date": "2026-03-04T09:00:00Z", "author": [{"display": "A. Jones"}],
        "type": {"coding": [{"display": "Daily note"}]}, "content": [{"attachment": {"contentType": "text/plain", "data": b64(text)}}], "context": {"period": {"start": "2026-03-04"}},
    }  # fmt: skip


def bundle() -> Json:
    section = {"title": "Plan", "text": {"div": f"<div><p>{TEXTS[2]}</p></div>"}}
    report = {"resourceType": "DiagnosticReport", "id": "r", "code": {"text": "PT"}, "presentedForm": [{"url": "Binary/b"}]}
    binary = {"resourceType": "Binary", "id": "b", "data": b64(TEXTS[1])}
    held = [reference(0, TEXTS[0]), report, binary, {"resourceType": "Composition", "id": "c", "section": [section]}]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in held]}


def rows() -> Json:
    return [{"id": f"n{n}", "text": t, "date": "2026-03-04", "minutes": 25} for n, t in enumerate(TEXTS)]


def places(value: Json, found: list[tuple[Json, Any]] | None = None) -> list[tuple[Json, Any]]:
    """Every place in a JSON value, as what holds it and its key."""
    found = [] if found is None else found
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        found.append((value, key))
        places(value[key], found)
    return found


def place(value: Json, rng: Random) -> tuple[Json, Any]:
    return rng.choice(places(value) or [({"x": 1}, "x")])


@operation("json", keeps=True)
def more_fields(value: Json, rng: Random) -> None:
    held = [v for v in (value, *(h[k] for h, k in places(value))) if isinstance(v, dict)]
    rng.choice(held)[f"more{rng.randrange(9)}"] = rng.choice((None, 1, "y", ["y"], {"y": {}}))


@operation("json")
def drop_place(value: Json, rng: Random) -> None:
    held, key = place(value, rng)
    del held[key]


@operation("json")
def odd_value(value: Json, rng: Random) -> None:
    held, key = place(value, rng)
    held[key] = copy.deepcopy(rng.choice(ODD))


@operation("json")
def repeat_value(value: Json, rng: Random) -> None:
    held, key = place(value, rng)
    if isinstance(held, list):
        held += [copy.deepcopy(held[key]) for _ in range(rng.choice((1, 60, 600)))]


@operation("json")
def swap_values(value: Json, rng: Random) -> None:
    (a, i), (b, k) = place(value, rng), place(value, rng)
    a[i], b[k] = copy.deepcopy(b[k]), copy.deepcopy(a[i])


@operation("json")
def nest_value(value: Json, rng: Random) -> None:
    held, key = place(value, rng)
    many = rng.random() < 0.5
    for _ in range(rng.choice((2, 60, 300))):
        held[key] = [held[key]] if many else {"a": held[key]}


@operation("fhir", keeps=True)
def bundle_in_bundle(value: Json, rng: Random) -> None:
    held = rng.choice(value["entry"]) if isinstance(value, dict) and value.get("entry") else None
    if isinstance(held, dict) and held.get("resource"):
        for _ in range(rng.choice((1, 1, 2, 20))):
            held["resource"] = {"resourceType": "Bundle", "entry": [{"resource": held["resource"]}]}


@operation("fhir")
def other_attachment(value: Json, rng: Random) -> None:
    at = [(h, k) for h, k in places(value) if k == "data"]
    if at:
        held, key = rng.choice(at)
        from structure_kinds import make

        inner = make(rng.choice(("docx", "pdf", "rtf", "html", "ccda", "zip", "hl7", "ndjson")), rng.randrange(1000), least=0).data
        held[key] = rng.choice(
            (
                base64.b64encode(inner).decode(),
                "!!",
                b64("x")[:-1],
                base64.b64encode(b"PK\x03\x04").decode(),
                base64.b64encode(bomb(60)).decode(),
            )
        )


def json_bytes(value: Json, rng: Random, *, lines: bool) -> bytes:
    """A value as JSON; `lines` writes one of a list a line, with the ends of lines that exporters write."""
    if not lines:
        return json.dumps(value, ensure_ascii=rng.random() < 0.7, indent=rng.choice((None, 1))).encode("utf-8", "surrogatepass")
    held = value if isinstance(value, list) else [value]
    return "".join(json.dumps(v, ensure_ascii=True) + rng.choice(("\n", "\r\n", "\n\n")) for v in held).encode()


# ---- segments: HL7 and X12


MDM = "MSH|^~\\&|EMR|CLINIC|||20260304||MDM^T02|{n}|P|2.5\rPID|1||MRN9^^^X||Doe^Jane\rTXA|1|PT^Daily note|TX|20260304093000|||||123^Lee^Ann\rOBX|1|TX|||{text}"


def hl7() -> list[list[str]]:
    return [line.split("|") for n, t in enumerate(TEXTS) for line in MDM.format(n=n, text=t).split("\r")]


def hl7_bytes(segments: list[list[str]], rng: Random) -> bytes:
    return rng.choice(("\r", "\n", "\r\n")).join("|".join(x) for x in segments).encode("utf-8", "replace")


X12 = (
    "ISA*00*          *00*          *ZZ*CLINIC         *ZZ*PAYER          *260304*1200*^*00501*000000001*0*T*:~GS*HC*CLINIC*PAYER*20260304*1200*1*X*005010X222A1~ST*837*0001*005010X222A1"
    "~HL*1**20*1~HL*2*1*22*0~NM1*IL*1*DOE*JANE****MI*1EG4~CLM*ACCT77*180***11:B:1*Y*A*Y*Y~LX*1~SV1*HC:97110:GP*120*UN*2***1~DTP*472*D8*20260304~SE*9*0001~GE*1*1~IEA*1*000000001"
)  # fmt: skip


def x12() -> list[list[str]]:
    return [line.split("*") for line in X12.split("~")]


def x12_bytes(segments: list[list[str]], rng: Random) -> bytes:
    return ("~".join("*".join(x) for x in segments) + "~").encode("utf-8", "replace")


@operation("hl7", keeps=True)
def own_segment(segments: list[list[str]], rng: Random) -> None:
    segments.insert(rng.randrange(1, len(segments)), ["ZPT", "1", "y"])


@operation("hl7", keeps=True)
def on_the_wire(segments: list[list[str]], rng: Random) -> None:
    segments[0][0] = "\x0b" + segments[0][0]
    segments[-1][-1] += "\x1c"


@operation("hl7", "x12")
def drop_segment(segments: list[list[str]], rng: Random) -> None:
    if len(segments) > 1:
        del segments[rng.randrange(len(segments))]


@operation("hl7", "x12")
def repeat_segment(segments: list[list[str]], rng: Random) -> None:
    at = rng.randrange(len(segments))
    segments[at:at] = [list(segments[at]) for _ in range(rng.choice(MANY))]


@operation("hl7", "x12")
def swap_segments(segments: list[list[str]], rng: Random) -> None:
    i, k = rng.randrange(len(segments)), rng.randrange(len(segments))
    segments[i], segments[k] = segments[k], segments[i]


@operation("hl7", "x12")
def odd_field(segments: list[list[str]], rng: Random) -> None:
    fields = rng.choice(segments)
    told = (
        *EXTREMES,
        "^" * 3000,
        "~" * 3000,
        "&" * 900,
        "\\",
        "\\X0D\\",
        "\\Z",
        "^~\\&",
        "||||",
        "\xff\xff",
        "ED",
        "^^^Base64^!!",
        "a" * 300_000,
        "*" * 3000,
        ":" * 900,
    )
    fields[rng.randrange(len(fields))] = rng.choice(told)


@operation("hl7", "x12")
def drop_field(segments: list[list[str]], rng: Random) -> None:
    fields = rng.choice([x for x in segments if len(x) > 1] or segments)
    del fields[rng.randrange(len(fields))]
    fields[:] = fields or [""]


@operation("hl7")
def attachment_field(segments: list[list[str]], rng: Random) -> None:
    rows_ = [x for x in segments if x[0] == "OBX" and len(x) > 5]
    if rows_:
        from structure_kinds import make

        row = rng.choice(rows_)
        row[2] = "ED"
        row[5] = f"^^^Base64^{base64.b64encode(make(rng.choice(('docx', 'pdf', 'rtf')), rng.randrange(1000), least=0).data).decode()}"
