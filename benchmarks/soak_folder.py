"""A folder of invented notes in every kind that is read, most of them in tables, with documents in between that are hostile.

Every sane note has an id that its place in the folder fixes; all else that is read there is of a hostile document or of a hostile row.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import structure_kinds
import structure_rows as r
import structures as s
from speed import stream

Rows = list[tuple[str, str]]
MARK = "soak"
# of all notes, how many hundredths lie in files of a kind, and how many notes a file has at most
SHARES = {
    "jsonl": (56, 5000), "csv": (15, 5000), "parquet": (10, 5000), "xlsx": (4, 500), "fhir": (5, 200), "hl7": (5, 200), "zip": (1, 50),
    "txt": (1, 1), "docx": (1, 1), "html": (1, 1), "rtf": (0.5, 1), "pdf": (0.5, 1),
}  # fmt: skip
# what of the changed structures makes thousands of notes of one: other campaigns read these
_MANY = {"repeat_row", "repeat_value", "repeat_segment", "repeat_element", "one_text_often", "bomb_member"}


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds: the ids of its sane notes, and how many documents and rows of sane tables are hostile."""

    ids: tuple[str, ...]
    documents: int
    rows: int


# ---- sane files: each gets its notes as (id, text); a table has one hostile row too, where `bad` says so


def _jsonl(rows: Rows, bad: bool) -> bytes:
    lines = [json.dumps({"id": i, "text": t, "date": "2026-03-04"}, ensure_ascii=False) for i, t in rows]
    if bad:
        lines.insert(len(lines) // 2, '{"id": "broken", "text": ')
    return ("\n".join(lines) + "\n").encode()


def _csv(rows: Rows, bad: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "text", "date"])
    for at, (i, t) in enumerate(rows):
        if bad and at == len(rows) // 2:
            writer.writerow(["broken", "Ther ex 15 min", "2026-03-04", "one", "cell", "too", "many"])
        writer.writerow([i, t, "2026-03-04"])
    return out.getvalue().encode()


def _parquet(rows: Rows, _: bool) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"id": [i for i, _ in rows], "text": [t for _, t in rows]}), out, row_group_size=500)
    return out.getvalue()


def _xlsx(rows: Rows, _: bool) -> bytes:
    import openpyxl
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["id", "text"])
    for i, t in rows:
        sheet.append([i, ILLEGAL_CHARACTERS_RE.sub(" ", t).lstrip("=")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fhir(rows: Rows, _: bool) -> bytes:
    return "".join(json.dumps({**r.reference(0, t), "id": i}) + "\n" for i, t in rows).encode()


def _hl7(rows: Rows, _: bool) -> bytes:
    escapes = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\n": "\\.br\\", "\r": ""})
    return "\r".join(r.MDM.format(n=i, text=t.translate(escapes)) for i, t in rows).encode()


def _zip(rows: Rows, _: bool) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, t in rows:
            archive.writestr(f"{i}.txt", t)
    return out.getvalue()


def _docx(rows: Rows, _: bool) -> bytes:
    import docx

    document = docx.Document()
    for line in rows[0][1].split("\n"):
        document.add_paragraph("".join(c for c in line if c.isprintable() or c == "\t"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _pdf(rows: Rows, _: bool) -> bytes:
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(2000, 3000))
    for n, line in enumerate(rows[0][1].split("\n")):
        page.drawString(40, 2950 - 14 * n, line.encode("latin-1", "replace").decode("latin-1"))
    page.save()
    return out.getvalue()


def _html(rows: Rows, _: bool) -> bytes:
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in rows[0][1].split("\n"))
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{lines}</body></html>".encode()


def _rtf(rows: Rows, _: bool) -> bytes:
    def sign(c: str) -> str:
        if c in "\\{}":
            return "\\" + c
        return c if ord(c) < 128 else "".join(f"\\u{n - 65536 if n > 32767 else n}?" for n in memoryview(c.encode("utf-16-le")).cast("H"))

    return ("{\\rtf1\\ansi " + "".join(map(sign, rows[0][1])).replace("\n", "\\par\n") + "}").encode()


SANE: dict[str, Callable[[Rows, bool], bytes]] = {
    "jsonl": _jsonl, "csv": _csv, "parquet": _parquet, "xlsx": _xlsx, "fhir": _fhir, "hl7": _hl7, "zip": _zip, "docx": _docx, "html": _html,
    "rtf": _rtf, "pdf": _pdf, "txt": lambda rows, _: rows[0][1].encode(),
}  # fmt: skip
SUFFIX = {"fhir": "ndjson"}


def id_of(kind: str, name: str, number: int) -> str:
    """The id that a sane note must have: its own in a table or message, its file's, or its archive's and its own."""
    own = f"{MARK}-{number:07d}"
    return own if kind not in ("zip", *(k for k, (_, most) in SHARES.items() if most == 1)) else f"{name}/{own}" if kind == "zip" else name


# ---- hostile files, by hand; beside them those of the changed structures


def _wide_table() -> bytes:
    members = s.word()
    for m in members:
        if m.tree is not None and m.name == "word/document.xml":
            for e in m.tree.iter(s.W + "tcPr"):
                e.append(e.makeelement(s.W + "gridSpan", {s.W + "val": "2000000000"}))
    return s.packed(members, Random(0))


def _far_row() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["id", "text"])
    book.active["A1048576"], book.active["B1048576"] = "far", s.TEXTS[0]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _nested_bundles() -> bytes:
    value = r.bundle()
    for _ in range(20):
        value = {"resourceType": "Bundle", "entry": [{"resource": value}]}
    return json.dumps(value).encode()


def _late_cp1252() -> bytes:
    rows = "".join(f"n{n},{' '.join([s.TEXTS[n % 3].replace(',', ';')] * 20)}\n" for n in range(60))
    return ("id,text\n" + rows).encode() + "last,pain 3/10 \x93knee\x94\n".encode("latin-1")


def _odd_lines() -> bytes:
    good = json.dumps({"id": "g", "text": s.TEXTS[0]})
    return (
        f'{good}\n{{"id": "\\ud83d", "text": "lone \\udc00 half"}}\n{{"id": 3, "text": [1]}}\nnot json\n{good[:-2]}\u2028raw"}}\n'.encode()
    )


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "odd-lines": ("jsonl", _odd_lines),
    "grid-span": ("docx", _wide_table),
    "far-row": ("xlsx", _far_row),
    "bundles": ("json", _nested_bundles),
    "capitals": ("txt", lambda: b"ABCDEFGH" * 2000),
    "grades": ("txt", lambda: b"3+/5" * 4000),
    "deep": ("html", lambda: b"<div>" * 2000 + s.TEXTS[0].encode() + b"</div>" * 2000),
    "brace": ("txt", lambda: b'{"resourceType": "DocumentRef\n' + s.TEXTS[0].encode()),
    "cp1252": ("csv", _late_cp1252),
    "two-texts": ("csv", lambda: f'id,text,text\n1,"{s.TEXTS[0]}","{s.TEXTS[1]}"\n'.encode()),
    "open-quote": ("csv", lambda: f'id,text\n1,"{s.TEXTS[0]}"\n2,"never closed\n3,lost\n'.encode()),
    "entity": ("xml", lambda: b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><ClinicalDocument xmlns='urn:hl7-org:v3'>&a;</ClinicalDocument>"),
    "empty": ("pdf", lambda: b""),
    "zeros": ("txt", lambda: b"\0" * 100_000),
    "bomb": ("zip", lambda: s.packed([s.Member("n.txt", b"", raw=s.bomb(900, raw=True), size=1000)], Random(0))),
    "attachment": ("json", lambda: json.dumps({**r.reference(0, ""), "content": [{"attachment": {"data": base64.b64encode(b"PK\x03\x04x").decode()}}]}).encode()),
}  # fmt: skip


def _hostile(number: int) -> tuple[str, bytes | None]:
    """Suffix and bytes of one hostile document; no bytes mean a pipe that nobody writes to."""
    by_hand = [*HOSTILE.values(), ("txt", None)]
    if number % 3 == 0:
        suffix, made = by_hand[number // 3 % len(by_hand)]
        return suffix, made() if made else None
    kinds = [k for k in structure_kinds.KINDS if k != "x12"]
    kind = kinds[number % len(kinds)]
    seed = number
    while True:
        found = structure_kinds.make(kind, seed)
        if _MANY.isdisjoint(found.operations):
            return found.suffix.lstrip("."), found.data
        seed += 1_000_003


# ---- the folder


def _plan(notes: int, hostile: int, rng: Random) -> list[tuple[str, int]]:
    """Files as kind and number of notes, in an order by chance; a hostile one has none."""
    files: list[tuple[str, int]] = [("hostile", 0)] * hostile
    left = notes
    for kind, (share, most) in reversed(SHARES.items()):
        n = left if kind == "jsonl" else min(left, round(notes * share / 100))
        left -= n
        while n > 0:
            size = min(n, rng.randint(max(1, most // 2), most) if most < notes / 12 else max(1, min(most, notes // 12)))
            files.append((kind, size))
            n -= size
    rng.shuffle(files)
    return files


def _placed(folder: Path, plan: list[tuple[str, int]]) -> Iterator[tuple[Path, str, str, int]]:
    for at, (kind, size) in enumerate(plan):
        name = f"{at:06d}-{kind}"
        yield folder / f"{at // 1000:03d}" / name, f"{at // 1000:03d}/{name}", kind, size


def make_folder(folder: Path, notes: int, hostile: float, seed: int) -> Folder:
    """Write so many sane notes, and of their number the share `hostile` as hostile documents besides."""
    rng, texts = Random(seed), stream()
    shutil.rmtree(folder, ignore_errors=True)
    ids: list[str] = []
    documents = rows = 0
    for path, name, kind, size in _placed(folder, _plan(notes, round(notes * hostile), rng)):
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "hostile":
            suffix, data = _hostile(documents)
            # every fourth has a name that is not UTF-8
            target = os.fsencode(path) + (b"-\xff\xfe." if documents % 4 == 3 else b".") + suffix.encode()
            documents += 1
            if data is None:
                os.mkfifo(target)
                continue
        else:
            first = len(ids)
            ids += [id_of(kind, name, first + n) for n in range(size)]
            bad = hostile > 0 and kind in ("jsonl", "csv")
            rows += bad
            data = SANE[kind]([(f"{MARK}-{first + n:07d}", next(texts)) for n in range(size)], bad)
            target = os.fsencode(path.with_suffix(f".{SUFFIX.get(kind, kind)}"))
        with open(target, "wb") as handle:
            handle.write(data)
    return Folder(tuple(ids), documents, rows)


def hostile_files(folder: Path) -> list[str]:
    """The hostile documents of a folder that was made."""
    return sorted(str(p) for p in folder.rglob("*-hostile*"))
