"""The kinds that are no trees of XML: PDF, RTF, tables, messages, resources, claims, mail; and `make`, which gives a document by kind and seed."""

from __future__ import annotations

import base64
import copy
import csv
import functools
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import structures as s
from structures import EXTREMES, MANY, OPERATIONS, TEXTS, Model, bomb, operation

Json = Any
ODD = (None, 0, -1, 1e308, 10**30, True, "", "x", [], {}, [[]], [{}], {"a": 1}, "\ud83d", "\udc00", "a\u2028b", "\0")


# ---- PDF: a list of objects


@functools.cache
def _pdf() -> bytes:
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(612, 792), invariant=1, pageCompression=0)
    for text in TEXTS:
        for n, part in enumerate(text.split(":")):
            page.drawString(72, 720 - 14 * n, part)
        page.showPage()
    page.save()
    return out.getvalue()


def pdf() -> list[bytes]:
    """Objects of a file with a page a note; the last one is the trailer."""
    objects = re.findall(rb"\d+ 0 obj.*?endobj", _pdf(), re.S)
    return [*objects, re.search(rb"trailer\s*(<<.*?>>)", _pdf(), re.S)[1]]


def pdf_bytes(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = {}
    for o in objects[:-1]:
        if m := re.match(rb"(\d+) 0 obj", o):
            places[int(m[1])] = len(out)
        out += o + b"\n"
    start = len(out)
    size = max(places, default=0) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for n in range(1, size):
        out += b"%010d 00000 %c \n" % (places.get(n, 0), b"n" if n in places else b"f")
    return bytes(out + b"trailer\n" + objects[-1] + b"\nstartxref\n%d\n%%%%EOF\n" % start)


@operation("pdf", keeps=True)
def shuffle_objects(objects: list[bytes], rng: Random) -> None:
    objects[:-1] = rng.sample(objects[:-1], len(objects) - 1)


@operation("pdf", keeps=True)
def unused_object(objects: list[bytes], rng: Random) -> None:
    objects.insert(0, b"900 0 obj\n<< /Length 3 >>\nstream\nabc\nendstream\nendobj")


@operation("pdf")
def drop_object(objects: list[bytes], rng: Random) -> None:
    del objects[rng.randrange(len(objects) - 1)]


@operation("pdf")
def repeat_object(objects: list[bytes], rng: Random) -> None:
    objects.insert(0, rng.choice(objects[:-1]))


@operation("pdf")
def change_number(objects: list[bytes], rng: Random) -> None:
    at = rng.randrange(len(objects))
    found = list(re.finditer(rb"(?<![\w.])-?\d+(\.\d+)?", objects[at]))
    if found:
        m = rng.choice(found)
        told = rng.choice((b"0", b"-1", b"1", b"3", b"2147483647", b"99999999999", b"0.0000001", b"1e9", b"-32768"))
        objects[at] = objects[at][: m.start()] + told + objects[at][m.end() :]


@operation("pdf")
def change_reference(objects: list[bytes], rng: Random) -> None:
    at = rng.randrange(len(objects))
    objects[at] = re.sub(rb"\d+ 0 R", b"%d 0 R" % rng.randrange(len(objects) + 2), objects[at], count=rng.choice((0, 1)))


@operation("pdf")
def change_name(objects: list[bytes], rng: Random) -> None:
    at = rng.randrange(len(objects))
    names = re.findall(rb"/[A-Za-z]+", b" ".join(objects))
    objects[at] = re.sub(rb"/[A-Za-z]+", rng.choice(names), objects[at], count=1)


@operation("pdf")
def deep_object(objects: list[bytes], rng: Random) -> None:
    depth = rng.choice((*MANY, 100_000))
    mark = rng.choice(((b"[", b"]"), (b"<<", b">>"), (b"/K [", b"]")))
    objects.insert(0, b"901 0 obj\n" + mark[0] * depth + mark[1] * depth + b"\nendobj")
    objects[-1] = objects[-1].replace(b">>", b"/Info 901 0 R >>")


@operation("pdf")
def other_stream(objects: list[bytes], rng: Random) -> None:
    """Page content of many pieces, of paths, of unbalanced states, or one that unpacks without end."""
    at = rng.choice([i for i, o in enumerate(objects) if b"stream" in o] or [0])
    number = (re.match(rb"\d+", objects[at]) or [b"902"])[0]
    n = rng.choice((50, 1000, 8000))
    pieces = (
        b"BT /F1 %d Tf " % rng.choice((12, 1, 0))
        + b"".join(b"1 0 0 1 %d %d Tm (p) Tj " % (i * 37 % 600, i * 53 % 790) for i in range(n))
        + b"ET"
    )
    told = rng.choice((pieces, b"q " * n * 10, b"0 0 m 9 9 l S " * n, b"/F1 1e9 Tf (x) Tj", b"BT " * n, b"[(a) -9999999] TJ " * n))
    filters = b""
    if rng.random() < 0.3:
        told, filters = bomb(rng.choice((20, 900))), b"/Filter /FlateDecode"
    objects[at] = number + b" 0 obj\n<< /Length %d %s >>\nstream\n" % (len(told), filters) + told + b"\nendstream\nendobj"


@operation("pdf")
def locked(objects: list[bytes], rng: Random) -> None:
    objects[-1] = objects[-1].replace(b"<<", b"<< /Encrypt << /Filter /Standard /V 1 /R 2 /O (a) /U (b) /P -4 >>", 1)


# ---- text with marks: RTF and mail


def rtf() -> list[str]:
    """Groups and control words; the last is the closing brace."""
    head = ["{\\rtf1\\ansi\\ansicpg1252\\uc1", "{\\fonttbl{\\f0 Arial;}}", "{\\info{\\author A. Jones}}"]
    return [*head, *(f"\\pard {t}\\par " for t in TEXTS), "}"]


@operation("rtf", keeps=True)
def word_emoji(parts: list[str], rng: Random) -> None:
    parts.insert(rng.randrange(3, len(parts)), "\\u-10179?\\u-8640? ")


@operation("rtf", keeps=True)
def bold_group(parts: list[str], rng: Random) -> None:
    at = rng.randrange(3, len(parts) - 1)
    parts[at] = "{\\b " + parts[at] + "}"


@operation("rtf")
def nest_group(parts: list[str], rng: Random) -> None:
    depth, at = rng.choice((*MANY, 50_000)), rng.randrange(1, len(parts))
    parts[at] = "{" * depth + parts[at] + "}" * rng.choice((depth, 0))


@operation("rtf")
def odd_control(parts: list[str], rng: Random) -> None:
    told = (
        "\\bin999999999 ",
        "\\'zz",
        "\\u99999999?",
        "\\u-10179?",
        "\\uc9999\\u65?",
        "\\ansicpg99999 ",
        "\\f99999 ",
        "\\*\\zz",
        "\\",
        "{\\pict\\bin5 abc",
        "\\trowd\\cell\\row" * 900,
    )
    parts.insert(rng.randrange(1, len(parts)), rng.choice(told))


@operation("rtf", "mail")
def drop_part(parts: list[str], rng: Random) -> None:
    del parts[rng.randrange(len(parts))]


@operation("rtf", "mail")
def repeat_part(parts: list[str], rng: Random) -> None:
    at = rng.randrange(len(parts))
    parts[at] *= rng.choice(MANY)


@operation("rtf", "mail")
def cut_part(parts: list[str], rng: Random) -> None:
    at = rng.randrange(len(parts))
    parts[at] = parts[at][: rng.randrange(len(parts[at]) + 1)]


def mail() -> list[str]:
    """A message of two parts, which is read as the text that it is."""
    plain = "\r\n".join(TEXTS)
    head = [
        "From: a@clinic.example\r\n",
        "Subject: note\r\n",
        "MIME-Version: 1.0\r\n",
        "Content-Type: multipart/mixed; boundary=b1\r\n\r\n",
    ]
    return [*head, "--b1\r\nContent-Type: text/plain\r\n\r\n", plain, "\r\n--b1--\r\n"]


@operation("mail", keeps=True)
def more_headers(parts: list[str], rng: Random) -> None:
    parts.insert(rng.randrange(4), f"X-{rng.randrange(99)}: {'y' * rng.choice(MANY)}\r\n")


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
        row = rng.choice(rows_)
        row[2] = "ED"
        row[5] = f"^^^Base64^{base64.b64encode(make(rng.choice(('docx', 'pdf', 'rtf')), rng.randrange(1000), least=0).data).decode()}"


# ---- Parquet: arguments of what is written, and bytes of its footer


def parquet() -> dict[str, Any]:
    return {"columns": {"id": [f"n{n}" for n in range(3)], "text": list(TEXTS)}, "types": {}, "options": {}, "often": 0}


def parquet_bytes(told: dict[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: pa.array(values, told["types"].get(name)) for name, values in told["columns"].items()}
    if many := told["often"]:
        indices = pa.array([0] * many + [1, 2, 3], pa.int32())
        columns = {"text": pa.DictionaryArray.from_arrays(indices, pa.array(["y" * 1_000_000, *TEXTS]))}
        told["options"] = {"compression": "zstd", "dictionary_pagesize_limit": 100_000_000, "write_statistics": False}
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **told["options"])
    return out.getvalue()


@operation("parquet", keeps=True)
def other_writer(told: dict[str, Any], rng: Random) -> None:
    told["options"] = {
        "compression": rng.choice(("snappy", "gzip", "zstd", "brotli", "none")), "row_group_size": rng.choice((1, 2, 100)), "data_page_version": rng.choice(("1.0", "2.0")),
        "use_dictionary": rng.random() < 0.5, "write_statistics": rng.random() < 0.5, "store_schema": rng.random() < 0.5,
    }  # fmt: skip


@operation("parquet", keeps=True)
def other_type(told: dict[str, Any], rng: Random) -> None:
    import pyarrow as pa

    plain = told["columns"]["text"]
    which = rng.randrange(6)
    if which == 0:
        told["types"]["text"] = pa.large_string()
    elif which == 1:
        told["types"]["text"], told["columns"]["text"] = pa.binary(), [t.encode() for t in plain]
    elif which == 2:
        told["types"]["text"] = pa.dictionary(pa.int32(), pa.string())
    elif which == 3:
        told["types"].pop("text", None)
        told["columns"]["text"] = [[t] for t in plain]
    elif which == 4:
        told["types"].pop("text", None)
        told["columns"]["text"] = [{"body": t} for t in plain]
    else:
        told["columns"]["minutes"] = rng.choice(([1.5, None, 2], [None] * 3, [10**15] * 3, [b"\xff"] * 3))


@operation("parquet", keeps=True)
def one_text_often(told: dict[str, Any], rng: Random) -> None:
    """A long text that the file holds once and the table many times."""
    told["often"] = rng.choice((10, 1500))


def footer_byte(rng: Random) -> Callable[[bytes], bytes]:
    """Some bytes of the metadata changed, or of its length."""
    changes = [(rng.random(), rng.randrange(256)) for _ in range(rng.choice((1, 3, 20)))]
    length = rng.random() < 0.1

    def change(data: bytes) -> bytes:
        out = bytearray(data)
        size = int.from_bytes(out[-8:-4], "little")
        first, span = (len(out) - 8, 4) if length else (max(len(out) - 8 - size, 4), max(min(size, len(out) - 12), 1))
        for where, value in changes:
            out[min(first + int(where * span), len(out) - 1)] = value
        return bytes(out)

    return change


# ---- everything together


@dataclass(frozen=True, slots=True)
class Made:
    """A document that was made: `kept` tells that every mark must be read, or an error be told."""

    kind: str
    seed: int
    suffix: str
    data: bytes
    operations: tuple[str, ...]
    kept: bool


def _html() -> Any:
    from lxml import html

    page = "<html><head><title>n</title></head><body>" + "".join(f"<div><p>{t}</p></div>" for t in TEXTS[:2])
    return html.fromstring(page + f"<table><tr><td rowspan='1'>{TEXTS[2]}</td><td>97110</td></tr></table></body></html>")


def _html_bytes(tree: Any, rng: Random) -> bytes:
    from lxml import html

    return html.tostring(tree, doctype=rng.choice((None, "<!DOCTYPE html>")))  # type: ignore[no-any-return]


def _ccda() -> Any:
    from lxml import etree

    sections = "".join(
        f"<component><section><title>S{n}</title><text><paragraph>{t}</paragraph></text></section></component>" for n, t in enumerate(TEXTS)
    )
    return etree.fromstring(
        f"<ClinicalDocument xmlns='urn:hl7-org:v3'><title>PT note</title><effectiveTime value='20260304'/><recordTarget><patientRole><id extension='MRN9'/></patientRole></recordTarget>"
        f"<component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"
    )


def _archive() -> list[s.Member]:
    return [
        s.Member("b/n.txt", TEXTS[0].encode()),
        s.Member("a.docx", s._word()),
        s.Member("t.csv", table().bytes()),
        s.Member("p.pdf", _pdf()),
    ]


# kind: suffix, families of operations, what it is made of, and its bytes
KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[], Any], Callable[[Any, Random], bytes]]] = {
    "docx": (".docx", ("zip", "docx", "docx"), s.word, s.zipped),
    "xlsx": (".xlsx", ("zip", "xlsx", "xlsx"), s.book, s.zipped),
    "zip": (".zip", ("zip",), _archive, s.zipped),
    "html": (".html", ("xml",), _html, _html_bytes),
    "ccda": (".xml", ("xml",), _ccda, s.written),
    "pdf": (".pdf", ("pdf",), pdf, lambda v, _: pdf_bytes(v)),
    "rtf": (".rtf", ("rtf",), rtf, lambda v, _: "".join(v).encode("latin-1", "replace")),
    "mail": (".txt", ("mail",), mail, lambda v, _: "".join(v).encode()),
    "csv": (".csv", ("csv",), table, lambda v, _: v.bytes()),
    "claims": (".csv", ("claims",), claims, lambda v, _: v.bytes()),
    "x12": (".837", ("x12",), x12, x12_bytes),
    "hl7": (".hl7", ("hl7",), hl7, hl7_bytes),
    "json": (".json", ("json",), rows, functools.partial(json_bytes, lines=False)),
    "ndjson": (".ndjson", ("json",), rows, functools.partial(json_bytes, lines=True)),
    "fhir": (".json", ("json", "fhir"), bundle, functools.partial(json_bytes, lines=False)),
    "fhir-lines": (".ndjson", ("json", "fhir"), lambda: [bundle(), reference(9, TEXTS[0])], functools.partial(json_bytes, lines=True)),
    "parquet": (".parquet", ("parquet",), parquet, lambda v, _: parquet_bytes(v)),
}


def make(kind: str, seed: int, least: int = 1) -> Made:
    """The document of a kind and a seed, after `least` to three operations."""
    rng = Random(f"{kind}/{seed}")
    suffix, families, start, render = KINDS[kind]
    model = Model(kind, suffix, start())
    known = [o for f in families for o in OPERATIONS[f]]
    kept = [o for o in known if o.keeps]
    keeps = bool(kept) and rng.random() < 0.35
    done = []
    for _ in range(rng.randint(least, 3)):
        chosen = rng.choice(kept if keeps else known)
        chosen.do(model.whole, rng)
        done.append(chosen)
    names = [o.name for o in done]
    data = render(model.whole, rng)
    if kind == "parquet" and not keeps:
        data = footer_byte(rng)(data)
        names.append("footer_byte")
    elif not keeps and rng.random() < 0.1:
        data = data[: rng.randrange(len(data) + 1)]
        names.append("cut_off")
    return Made(kind, seed, suffix, data, tuple(names), keeps)
