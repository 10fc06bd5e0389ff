"""Every kind of document that a reader takes, and `make`, which gives one by kind and seed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import structure_files as f
import structure_rows as r
import structures as s
from structures import OPERATIONS, TEXTS


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
        s.Member("a.docx", s.packed(s.word(), Random(0))),
        s.Member("t.csv", r.table().bytes()),
        s.Member("p.pdf", f.pdf_bytes(f.pdf())),
    ]


# kind: suffix, families of operations, what it is made of, and its bytes
KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[], Any], Callable[[Any, Random], bytes]]] = {
    "docx": (".docx", ("zip", "docx", "docx"), s.word, s.zipped),
    "xlsx": (".xlsx", ("zip", "xlsx", "xlsx"), s.book, s.zipped),
    "zip": (".zip", ("zip",), _archive, s.zipped),
    "html": (".html", ("xml",), _html, _html_bytes),
    "ccda": (".xml", ("xml",), _ccda, s.written),
    "pdf": (".pdf", ("pdf",), f.pdf, lambda v, _: f.pdf_bytes(v)),
    "rtf": (".rtf", ("rtf",), f.rtf, lambda v, _: "".join(v).encode("latin-1", "replace")),
    "mail": (".txt", ("mail",), f.mail, lambda v, _: "".join(v).encode()),
    "csv": (".csv", ("csv",), r.table, lambda v, _: v.bytes()),
    "claims": (".csv", ("claims",), r.claims, lambda v, _: v.bytes()),
    "x12": (".837", ("x12",), r.x12, r.x12_bytes),
    "hl7": (".hl7", ("hl7",), r.hl7, r.hl7_bytes),
    "json": (".json", ("json",), r.rows, functools.partial(r.json_bytes, lines=False)),
    "ndjson": (".ndjson", ("json",), r.rows, functools.partial(r.json_bytes, lines=True)),
    "fhir": (".json", ("json", "fhir"), r.bundle, functools.partial(r.json_bytes, lines=False)),
    "fhir-lines": (
        ".ndjson",
        ("json", "fhir"),
        lambda: [r.bundle(), r.reference(9, TEXTS[0])],
        functools.partial(r.json_bytes, lines=True),
    ),
    "parquet": (".parquet", ("parquet",), f.parquet, lambda v, _: f.parquet_bytes(v)),
}


def make(kind: str, seed: int, least: int = 1) -> Made:
    """The document of a kind and a seed, after `least` to three operations."""
    rng = Random(f"{kind}/{seed}")
    suffix, families, start, render = KINDS[kind]
    whole = start()
    known = [o for family in families for o in OPERATIONS[family]]
    kept = [o for o in known if o.keeps]
    keeps = bool(kept) and rng.random() < 0.35
    done = []
    for _ in range(rng.randint(least, 3)):
        chosen = rng.choice(kept if keeps else known)
        chosen.do(whole, rng)
        done.append(chosen)
    names = [o.name for o in done]
    data = render(whole, rng)
    if kind == "parquet" and not keeps:
        data = f.footer_byte(rng)(data)
        names.append("footer_byte")
    elif not keeps and rng.random() < 0.1:
        data = data[: rng.randrange(len(data) + 1)]
        names.append("cut_off")
    return Made(kind, seed, suffix, data, tuple(names), keeps)
