"""A fuzz campaign, guided by coverage: no bytes break a reader, no text breaks the pipeline or `redact`.

    python benchmarks/fuzz.py [readers|text|redact] [--inputs 400000] [--corpus DIR]

Needs atheris (``pip install atheris``). A reader may refuse a document (NoteError, InputError) and nothing else; a note may be an
error record, never ``internal``; a redacted text keeps what is not replaced. What breaks one of these stops the run and is written
to the corpus folder as ``crash-*``: mend it and keep the input as a case in tests/unit/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADS = (b"", b"{\\rtf1\\ansi ", b"<html><body>", b"MSH|^~\\&|A|B|C|D|20260101||MDM^T02|1|P|2.5\r", b'{"resourceType": "', b"text,id\n", b"%PDF-1.4\n",
         b"PK\x03\x04", b"<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'>", b"\xff\xfe", b"ISA*00*", b"---\nid: 1\n---\n")  # fmt: skip


def seeds() -> list[bytes]:
    """One small document of each kind."""
    import docx
    import openpyxl

    note = b"Ther ex 25 min: SLR 3x10 for quad weakness limiting stairs. Tolerated well. A. Jones, PT 3/4/2026\n"
    out = [head + note for head in HEADS]
    out += [p.read_bytes()[:1500] for p in sorted((ROOT / "examples" / "notes").iterdir())[:6]]
    word = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(note.decode())
    document.save(word)
    sheet = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["id", "text"])
    book.active.append(["1", note.decode()])
    book.save(sheet)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("a.txt", note)
    fhir = {"resourceType": "DocumentReference", "content": [{"attachment": {"contentType": "text/plain", "data": "VGhlciBleCAyNSBtaW4="}}]}
    return [
        *out,
        word.getvalue(),
        sheet.getvalue(),
        archive.getvalue(),
        json.dumps(fhir).encode(),
        b'{"id": "1", "text": "Ther ex 25 min"}\n',
    ]


def readers() -> Callable[[bytes], None]:
    """Any bytes, as a document whose kind its first bytes tell."""
    from therex.errors import InputError, NoteError
    from therex.readers.documents import Document
    from therex.readers.notes import Reading, _of_document

    suffixes = ("", ".txt", ".csv", ".tsv", ".json", ".xml", ".html", ".rtf", ".hl7", ".pdf", ".docx", ".xlsx", ".zip", ".md")

    def one(data: bytes) -> None:
        if not data:
            return
        document = Document("x", suffixes[data[0] % len(suffixes)], 0, data=data[1:], given=True)
        try:
            for note in _of_document(document, Reading(largest=1_000_000)):
                assert isinstance(note, NoteError) or isinstance(note.text, str)
        except (InputError, NoteError):
            pass

    return one


def text() -> Callable[[bytes], None]:
    """Any text, through the whole analysis."""
    from therex.analysis import Analyzer
    from therex.reports.record import to_line
    from therex.types import Note

    analyzer = Analyzer.create()

    def one(data: bytes) -> None:
        note = Note("-", data.decode("utf-8", "replace")[:1500])
        told = analyzer.assess(note)
        assert told.error is None or told.error[0] != "internal", told.error
        to_line(told, note)

    return one


def redact() -> Callable[[bytes], None]:
    """Any text, through `therex redact`: what is found lies in order and apart."""
    from therex.redaction.find import find

    def one(data: bytes) -> None:
        said = data.decode("utf-8", "replace")[:1500]
        last = 0
        for s in find(said):
            assert last <= s.start < s.end <= len(said)
            last = s.end

    return one


def main() -> None:
    """Run one target for so many inputs."""
    import atheris

    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=("readers", "text", "redact"))
    parser.add_argument("--inputs", type=int, default=400_000)
    parser.add_argument("--corpus", type=Path)
    args = parser.parse_args()
    room = {"readers": "therex.readers", "text": "therex.elements", "redact": "therex.redaction"}[args.target]
    with atheris.instrument_imports(include=[room]):
        one = {"readers": readers, "text": text, "redact": redact}[args.target]()
    corpus = args.corpus or Path(tempfile.mkdtemp(prefix="fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(seeds()):
        (corpus / f"seed-{i:02d}").write_bytes((bytes([i % 14]) if args.target == "readers" else b"") + seed)
    options = [
        f"-runs={args.inputs}",
        "-max_len=4096",
        "-timeout=60",
        f"-artifact_prefix={corpus}/",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
