"""A fuzz campaign, guided by coverage: no bytes break a reader, no text breaks the pipeline or `redact`.

    python benchmarks/fuzz.py [readers|text|redact] [--inputs 400000] [--corpus DIR]

    python benchmarks/fuzz.py --structure 100000 [--kinds docx,pdf] [--first 0] [--jobs 2] [--keep DIR]

The second starts from valid documents of each kind and breaks or rearranges their structure (structures.py, structure_kinds.py), each
read in a child process within 2 s of processor time and 512 MB; a finding is told by kind and seed, which make the document again. It fails where
there are findings.

The first needs atheris (``pip install atheris``). A reader may refuse a document (NoteError, InputError) and nothing else; a note may be an
error record, never ``internal``; a redacted text keeps what is not replaced. What breaks one of these stops the run and is written
to the corpus folder as ``crash-*``: mend it and keep the input as a case in tests/unit/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


# ---- structure: a child reads one document after another, and its parent ends it where one takes too long

SECONDS, MEGABYTES = 2.0, 512
# a child that waits, for what never comes, uses no processor: it is ended by the clock
CLOCK = 60.0


def judged(made: Any, folder: Path) -> str:
    """What is wrong with how a document is read; nothing where all is well."""
    from structures import MARKS

    from therex.errors import InputError, NoteError
    from therex.readers.claims import read_claims
    from therex.readers.notes import read_notes

    path = folder / f"x{made.suffix}"
    path.write_bytes(made.data)
    texts, told, found = [], [], 0
    try:
        if made.kind in ("claims", "x12"):
            read_claims(path)
            return ""
        for note in read_notes([str(path)]):
            found += 1
            if isinstance(note, NoteError):
                told.append(note.message)
                continue
            texts.append(" ".join(m for m in MARKS if m in note.text))
            (note.text + note.note_id + note.patient + note.author + note.kind).encode()
    except InputError as error:
        told.append(str(error))
    except UnicodeEncodeError:
        return "a surrogate that no output can hold"
    except MemoryError:
        return "memory"
    except Exception as error:
        return f"crash: {type(error).__name__}"
    if any(m in message for m in MARKS for message in told):
        return "an error tells what a note says"
    if any("MemoryError" in message for message in told):
        return "memory"
    if not found and not told:
        return "neither a note nor an error"
    lost = set(MARKS) - set(" ".join(texts).split())
    return "words lost without an error" if made.kept and lost and not told else ""


def child() -> None:
    """Read what standard input names, a kind and a seed a line."""
    import logging

    import structure_kinds

    logging.disable()
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints is no answer
    pages = resource.getpagesize()
    with tempfile.TemporaryDirectory() as name:
        for line in sys.stdin:
            kind, seed = line.split()
            made = structure_kinds.make(kind, int(seed))
            used = int(Path("/proc/self/statm").read_text().split()[0]) * pages
            resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 1_000_000, resource.RLIM_INFINITY))
            print("ready", file=out)
            begun = time.process_time()
            wrong = judged(made, Path(name))
            if not wrong and time.process_time() - begun > SECONDS:
                wrong = "time"
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            print(f"{wrong or '-'}", file=out)


class Child:
    """A child process, made anew when it is ended."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def _line(self, limit: float, cpu: float | None = None) -> str | None:
        """The next line, or None: the child has died, or has used up its time."""
        assert self.process is not None and self.process.stdout is not None
        until, first = time.monotonic() + limit, self._used()
        while time.monotonic() < until:
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                return self.process.stdout.readline().decode().strip() or None
            if cpu is not None and self._used() - first > cpu + 0.3:
                return ""
        return ""

    def _used(self) -> float:
        assert self.process is not None
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def read(self, kind: str, seed: int) -> str:
        """What is wrong with one document."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, __file__, "--child"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        assert self.process.stdin is not None
        self.process.stdin.write(f"{kind} {seed}\n".encode())
        self.process.stdin.flush()
        if self._line(10 * CLOCK) != "ready":
            self.close()
            return "the document could not be made"
        told = self._line(CLOCK, SECONDS)
        if not told:
            self.close()
            return "time" if told == "" else "the process died"
        return "" if told == "-" else told

    def close(self) -> None:
        """End the child."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


Finding = tuple[str, int, str]


def structure(kinds: list[str], inputs: int, first: int = 0, jobs: int = 1, tell: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """Read so many documents, all kinds in turn; the findings as kind, seed, and what is wrong."""

    work = iter([(kinds[n % len(kinds)], first + n // len(kinds)) for n in range(inputs)])
    found: list[Finding] = []
    lock = threading.Lock()

    def some() -> None:
        worker = Child()
        try:
            while True:
                with lock:
                    if (one := next(work, None)) is None:
                        return
                if wrong := worker.read(*one):
                    with lock:
                        found.append((*one, wrong))
                        tell(f"{one[0]} {one[1]}: {wrong}")
        finally:
            worker.close()

    threads = [threading.Thread(target=some) for _ in range(jobs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sorted(found)


def report(found: list[Finding], inputs: int, keep: Path | None) -> int:
    """Print the findings with what was done to each document, and keep these where it is wanted; 1 where there are any."""
    import structure_kinds

    for kind, seed, wrong in found:
        made = structure_kinds.make(kind, seed)
        print(f"{kind} {seed}: {wrong} ({', '.join(made.operations)})")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{kind}-{seed}{made.suffix}").write_bytes(made.data)
    for (kind, wrong), n in sorted(Counter((k, w) for k, _, w in found).items()):
        print(f"  {n:6d} {kind}: {wrong}")
    print(f"{inputs} documents, {len(found)} findings")
    return int(bool(found))


def guided(args: argparse.Namespace) -> None:
    """The campaign that is guided by coverage."""
    import atheris

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


def main() -> None:
    """Run one target for so many inputs."""
    sys.path.insert(0, str(Path(__file__).parent))
    if sys.argv[1:] == ["--child"]:
        return child()
    from structure_kinds import KINDS

    parser = argparse.ArgumentParser()
    parser.add_argument("target", nargs="?", choices=("readers", "text", "redact"))
    parser.add_argument("--inputs", type=int, default=400_000)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--structure", type=int, metavar="N", help="read N documents of changed structure instead")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the documents of findings")
    args = parser.parse_args()
    if args.structure is None:
        if args.target is None:
            parser.error("name a target, or --structure N")
        return guided(args)
    found = structure(args.kinds.split(","), args.structure, args.first, args.jobs, lambda line: print(line, file=sys.stderr, flush=True))
    sys.exit(report(found, args.structure, args.keep))


if __name__ == "__main__":
    main()
