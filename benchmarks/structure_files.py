"""Structures of PDF, RTF, mail and Parquet."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable
from random import Random
from typing import Any

from structures import MANY, TEXTS, bomb, operation

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
