"""Marked notes in and out of annotation tools: Label Studio, Prodigy, doccano, brat and spaCy's DocBin.

Every format keeps the offsets, the attributes and the front matter, so that a round trip gives the note back. Where a format
quotes the text of a span, the quote is compared with the text, and a note that differs is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from therex.corpus.files import fill, json_of, read_text
from therex.corpus.front_matter import codes_back, formed, need, plain
from therex.corpus.ids import id_from, with_ids
from therex.corpus.label_studio import from_label_studio, to_label_studio
from therex.corpus.marked import MarkedNote, checked, load_folder, parse, render, same_quote
from therex.errors import CorpusError

Spans = list[tuple[int, int, str, str | None]]


def _label(label: str, attribute: str | None) -> str:
    return f"{label}:{attribute}" if attribute else label


def _parted(label: str) -> tuple[str, str | None]:
    name, _, attribute = label.partition(":")
    return name, attribute or None


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for n, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        record = json_of(line, f"line {n}")
        if not isinstance(record, dict):
            raise CorpusError(f"line {n}: must be a JSON object")
        yield f"line {n}", record


# Prodigy ------------------------------------------------------------------------------------------------------------------


def to_prodigy(notes: list[MarkedNote], out: Path) -> None:
    """JSON Lines for `spans.manual`: overlapping spans, the front matter under ``meta``."""
    rows: list[dict[str, Any]] = [
        {
            "text": note.text,
            "spans": [
                {"start": s, "end": e, "label": label, **({"attribute": a} if a else {}), "text": note.text[s:e]}
                for s, e, label, a in note.spans
            ],
            "meta": {"id": note.id, **plain(note)},
            "answer": "accept",
        }
        for note in notes
    ]
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def from_prodigy(path: Path) -> list[MarkedNote]:
    """The accepted rows of a Prodigy JSON Lines export."""
    notes = []
    for where, row in _lines(path):
        if row.get("answer", "accept") != "accept":
            continue
        with formed(where):
            text, meta = need(row, "text", where), dict(row.get("meta") or {})
            spans: Spans = []
            for n, s in enumerate(row.get("spans") or [], 1):
                same_quote(text, s["start"], s["end"], s.get("text"), f"{where}, span {n}")
                spans.append((s["start"], s["end"], s["label"], s.get("attribute")))
            note_id = id_from(meta.pop("id", None), where, where)
            notes.append(checked(note_id, text, spans, codes_back(meta), where))
    return notes


# doccano ------------------------------------------------------------------------------------------------------------------


def to_doccano(notes: list[MarkedNote], out: Path) -> None:
    """JSON Lines of sequence labelling; an attribute is part of the label's name, as in ``EXERCISE:home``."""
    rows = [
        {
            "id": n,
            "text": note.text,
            "label": [[s, e, _label(label, a)] for s, e, label, a in note.spans],
            "meta": {"id": note.id, **plain(note)},
        }
        for n, note in enumerate(notes, 1)
    ]
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def from_doccano(path: Path) -> list[MarkedNote]:
    """A doccano JSON Lines export, with labels as triples or, with overlaps allowed, as entities."""
    notes = []
    for where, row in _lines(path):
        with formed(where):
            text, meta = need(row, "text", where), dict(row.get("meta") or row.get("metadata") or {})
            spans: Spans = []
            for triple in row.get("label") or []:
                name, attribute = _parted(triple[2])
                spans.append((triple[0], triple[1], name, attribute))
            for entity in row.get("entities") or []:
                name, attribute = _parted(entity["label"])
                spans.append((entity["start_offset"], entity["end_offset"], name, attribute))
            note_id = id_from(meta.pop("id", None), where, where)
            notes.append(checked(note_id, text, spans, codes_back(meta), where))
    return notes


# brat ---------------------------------------------------------------------------------------------------------------------


def to_brat(notes: list[MarkedNote], out: Path) -> None:
    """A folder of ``<id>.txt`` and ``<id>.ann`` with attributes, and ``<id>.json`` for the front matter.

    brat cannot hold a line break inside an annotation: such a span is written as one of several fragments.
    """
    files = {}
    for k, note in enumerate(notes, 1):
        rows = []
        for n, (start, end, label, attribute) in enumerate(note.spans, 1):
            if "\n" in (note.text[start], note.text[end - 1]):
                raise CorpusError(f"note {k}: a {label} begins or ends with a line break, which brat does not support")
            fragments, at = [], start
            for line in note.text[start:end].split("\n"):
                if line:
                    fragments.append((at, at + len(line)))
                at += len(line) + 1
            places = ";".join(f"{a} {b}" for a, b in fragments)
            rows.append(f"T{n}\t{label} {places}\t{' '.join(note.text[a:b] for a, b in fragments)}")
            if attribute:
                rows.append(f"A{n}\tAttribute T{n} {attribute}")
        files[f"{note.id}.txt"] = note.text
        files[f"{note.id}.ann"] = "\n".join(rows) + "\n"
        files[f"{note.id}.json"] = json.dumps(plain(note), ensure_ascii=False, indent=1) + "\n"
    fill(out, files)


def from_brat(path: Path) -> list[MarkedNote]:
    """The notes of a brat folder as `to_brat` writes it."""
    notes = []
    for k, file in enumerate(sorted(path.glob("*.ann")), 1):
        where = f"document {k}"
        source, side = file.with_suffix(".txt"), file.with_suffix(".json")
        if not source.is_file() or not side.is_file():
            raise CorpusError(f"{where}: there must be a .txt and a .json next to each .ann")
        text = read_text(source, where)
        with formed(where):
            spans = _marks_of_brat(text, read_text(file, where), where)
            meta = json_of(read_text(side, where), where)
            notes.append(checked(file.stem, text, spans, codes_back(meta), where))
    return notes


def _marks_of_brat(text: str, rows: str, where: str) -> Spans:
    """The marks of an .ann file."""
    found: dict[str, list[Any]] = {}
    for n, row in enumerate(rows.split("\n"), 1):
        at, parts = f"{where}, line {n}", row.split("\t", 2)
        if row.startswith("T"):
            if len(parts) != 3:
                raise CorpusError(f"{at}: must be an id, a label with offsets, and the text, separated by tabs")
            label, _, places = parts[1].partition(" ")
            with formed(at):
                pairs = [tuple(map(int, p.split())) for p in places.split(";")]
                quote = " ".join(text[a:b] for a, b in pairs)
            if quote != parts[2]:
                raise CorpusError(f"{at}: the quoted text is not the text at its offsets")
            if parts[0] in found:
                raise CorpusError(f"{at}: two marks have the same id")
            found[parts[0]] = [pairs[0][0], pairs[-1][1], label, None]
        elif row.startswith("A"):
            with formed(at):
                _, target, attribute = parts[1].split(" ", 2)
            if target not in found:
                raise CorpusError(f"{at}: an attribute refers to a mark that does not exist")
            found[target][3] = attribute
    return [(s[0], s[1], s[2], s[3]) for s in found.values()]


# spaCy --------------------------------------------------------------------------------------------------------------------

SPANS_KEY = "sc"


def to_docbin(notes: list[MarkedNote], out: Path) -> None:
    """A DocBin with a span group ``sc`` in our tokenization; offsets that no token edge meets are kept in the user data."""
    import spacy
    from spacy.tokens import DocBin

    from therex.nlp.tokenizer import ClinicalTokenizer

    nlp = spacy.blank("en")
    tokenizer = ClinicalTokenizer(nlp.vocab)
    box = DocBin(store_user_data=True)
    for note in notes:
        doc = tokenizer(note.text)
        doc.user_data.clear()
        group = []
        for start, end, label, attribute in note.spans:
            span = doc.char_span(start, end, label=label, span_id=attribute or "", alignment_mode="expand")
            if span is not None:
                group.append(span)
        doc.spans[SPANS_KEY] = group
        doc.user_data["therex_note"] = json.dumps({"id": note.id, "meta": plain(note), "spans": note.spans})
        box.add(doc)
    box.to_disk(out)


def from_docbin(path: Path) -> list[MarkedNote]:
    """The notes of a DocBin: those of `to_docbin` exactly, others by the spans of their group ``sc``."""
    import spacy
    from spacy.tokens import DocBin

    try:
        docs = list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))
    except Exception as error:
        raise CorpusError(f"the export is not a DocBin ({type(error).__name__})") from None
    notes = []
    for n, doc in enumerate(docs, 1):
        where = f"document {n}"
        with formed(where):
            kept = json_of(doc.user_data.get("therex_note", "{}"), where)
            spans: Spans = [(s[0], s[1], s[2], s[3]) for s in kept.get("spans", [])] or [
                (s.start_char, s.end_char, s.label_, s.id_ or None) for s in doc.spans.get(SPANS_KEY, ())
            ]
            note_id = id_from(kept.get("id"), str(n), where)
            notes.append(checked(note_id, doc.text, spans, codes_back(kept.get("meta", {})), where))
    return notes


# marked notes -------------------------------------------------------------------------------------------------------------


def to_marked(notes: list[MarkedNote], out: Path) -> None:
    """A folder of ``<id>.note``; none is written where one cannot be read back as it is."""
    files = {}
    for k, note in enumerate(notes, 1):
        with formed(f"note {k}"):
            told = render(note)
            again = parse(told, f"note {k}")
        if (again.id, again.text) != (note.id, note.text) or set(again.spans) != set(note.spans):
            raise CorpusError(f"note {k}: its text has the characters ⟦ or ⟧, which are reserved for marks")
        files[f"{note.id}.note"] = told
    fill(out, files)


Writer = Callable[[list[MarkedNote], Path], None]
Reader = Callable[[Path], list[MarkedNote]]


def _writes(write: Writer) -> Writer:
    def checking(notes: list[MarkedNote], out: Path) -> None:
        write(with_ids(notes), out)

    return checking


def _reads(read: Reader) -> Reader:
    def checking(path: Path) -> list[MarkedNote]:
        notes = with_ids(read(path))
        if not notes:
            raise CorpusError("there are no notes in that export")
        return notes

    return checking


# every format holds the ids to one rule, both ways
WRITERS: dict[str, Writer] = {
    name: _writes(write)
    for name, write in {
        "label-studio": to_label_studio, "prodigy": to_prodigy, "doccano": to_doccano, "brat": to_brat, "docbin": to_docbin, "marked": to_marked,
    }.items()
}  # fmt: skip
READERS: dict[str, Reader] = {
    name: _reads(read)
    for name, read in {
        "label-studio": from_label_studio, "prodigy": from_prodigy, "doccano": from_doccano, "brat": from_brat, "docbin": from_docbin,
        "marked": load_folder,
    }.items()
}  # fmt: skip
