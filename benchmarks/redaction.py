"""What `therex redact` finds of the identifiers in marked notes, and what it harms.

    python benchmarks/redaction.py [open|frozen|frozen2|frozen3|frozen4|frozen5] [--errors | --reread]

Recall: the share of marked identifiers of which no letter or digit is left. Precision: the share of replacements that touch a
mark. F2 weighs recall four times. Harm: of the clinical spans that the pipeline finds in the original, the share that a
replacement touches outside every mark; and of the spans marked by hand in `training_data/`, the share that one touches which is no
date. The open half was read while the rules were written, the frozen half was not.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_MARK = re.compile(r"⟦([A-Z]+):([^⟧]*)⟧")


def read(path: Path) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Texts and their marks: start, end, kind."""
    out = []
    for note in path.read_text(encoding="utf-8").split("\n=====\n"):
        text, marks, last = "", [], 0
        for m in _MARK.finditer(note):
            text += note[last : m.start()]
            marks.append((len(text), len(text) + len(m[2]), m[1]))
            text += m[2]
            last = m.end()
        out.append((text + note[last:], marks))
    return out


def reread() -> None:
    """How many of every fourth training note read otherwise once they are redacted."""
    from therex.batch.local import Setup, analyzer_of
    from therex.corpus.marked import load_folder
    from therex.redaction.replace import redact
    from therex.types import Note

    analyzer, turned = analyzer_of(Setup()), Counter()
    some = load_folder(ROOT / "training_data" / "notes")[::4]
    for note in some:
        a, b = (analyzer.assess(Note("-", text)) for text in (note.text, redact(note.text).text))
        turned["line"] += a.line.status != b.line.status
        turned["verdict"] += a.necessity.verdict != b.necessity.verdict
        turned.update(f.id for f, g in zip(a.findings, b.findings, strict=True) if f.found != g.found)
    print(f"of {len(some)} notes, redacted and read again: {dict(turned)}")


def main(argv: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("half", nargs="?", default="frozen", choices=("open", "frozen", "frozen2", "frozen3", "frozen4", "frozen5"))
    parser.add_argument("--errors", action="store_true", help="print what was missed and what was replaced without need")
    parser.add_argument("--reread", action="store_true", help="whether redacted notes read as the whole ones do, and nothing else")
    args = parser.parse_args(argv)
    if args.reread:
        reread()
        return 0
    from therex.corpus.marked import load_folder
    from therex.nlp.build import load
    from therex.redaction.find import find

    nlp = load()
    marked, missed, put, needless, clinical, harmed = Counter(), Counter(), 0, 0, 0, 0
    for text, marks in read(ROOT / "tests" / "data" / "redaction" / f"{args.half}.txt"):
        found = find(text)
        covered = {i for s in found for i in range(s.start, s.end)}
        for start, end, kind in marks:
            marked[kind] += 1
            left = [i for i in range(start, end) if i not in covered and text[i].isalnum()]
            if left:
                missed[kind] += 1
                if args.errors:
                    print(f"missed {kind}: {text[start:end]!r} in {text[max(0, start - 25) : end + 12]!r}")
        of_marks = {i for start, end, _ in marks for i in range(start, end)}
        for s in found:
            put += 1
            if not of_marks & set(range(s.start, s.end)):
                needless += 1
                if args.errors:
                    print(f"needless {s.kind}: {text[s.start : s.end]!r} in {text[max(0, s.start - 25) : s.end + 12]!r}")
        for span in nlp(text)._.therex_spans:
            clinical += 1
            touched = (covered & set(range(span.start, span.end))) - of_marks
            if any(text[i].isalnum() for i in touched):
                harmed += 1
    total = sum(marked.values())
    recall, precision = 1 - sum(missed.values()) / total, 1 - needless / put
    print(
        f"{args.half}: {total} identifiers, recall {recall:.3f}, precision {precision:.3f}, F2 {5 * precision * recall / (4 * precision + recall):.3f}"
    )
    print("  missed", dict(missed), "of", dict(marked))
    print(f"  clinical spans harmed {harmed} of {clinical} ({harmed / clinical:.2%})")
    spans = harmed = 0
    for note in load_folder(ROOT / "training_data" / "notes"):
        found = [s for s in find(note.text) if s.kind != "DATE"]
        for span in note.spans:
            spans += 1
            hits = [s for s in found if s.start < span[1] and span[0] < s.end]
            if hits:
                harmed += 1
                if args.errors and harmed <= 60:
                    print(f"harmed {span[2]}: {[(s.kind, note.text[s.start : s.end]) for s in hits]} in {note.text[span[0] : span[1]]!r}")
    print(f"  spans of the training notes touched by a replacement that is no date: {harmed} of {spans} ({harmed / spans:.2%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
