"""Score the shipped assertion component on a tab-separated table of phrases in sentences.

    python benchmarks/assertion.py FILE.tsv [--json] [--errors]

Columns: phrase, sentence, negation (Affirmed, Negated), temporality (Recent, Historical; anything else counts as not
Historical). The phrase is found ignoring case and runs of blanks, first occurrence; rows without it are left out.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from pathlib import Path

from therex.nlp.assertion import assert_phrase


def prf(truth: list[bool], said: list[bool]) -> dict[str, float]:
    """Precision, recall and F1 of two equally long lists."""
    hit = sum(a and b for a, b in zip(truth, said, strict=True))
    p = hit / max(sum(said), 1)
    r = hit / max(sum(truth), 1)
    return {"p": round(p, 4), "r": round(r, 4), "f1": round(2 * p * r / (p + r), 4) if p + r else 0.0}


def main(argv: list[str]) -> int:
    """Print the scores of one table."""
    files = [a for a in argv if not a.startswith("--")]
    if len(files) != 1 or not Path(files[0]).is_file():
        print("usage: python benchmarks/assertion.py FILE.tsv [--json] [--errors]", file=sys.stderr)
        return 2
    with open(files[0], encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    cases, skipped = [], 0
    for row in rows:
        pattern = r"\s+".join(re.escape(w) for w in row["phrase"].split())
        m = re.search(pattern, row["sentence"], re.I) if pattern else None
        if m is None:
            skipped += 1
        else:
            cases.append((row, m.start(), m.end()))
    began = time.perf_counter()
    found = [assert_phrase(row["sentence"], start, end) for row, start, end in cases]
    seconds = time.perf_counter() - began
    negated = [row["negation"] == "Negated" for row, _, _ in cases], ["negated" in f for f in found]
    historical = [row["temporality"] == "Historical" for row, _, _ in cases], ["historical" in f for f in found]
    result = {"rows": len(cases), "left_out": skipped, "negated": prf(*negated), "historical": prf(*historical),
              "sentences_per_s": round(len(cases) / seconds)}  # fmt: skip
    if "--errors" in argv:
        for kind, (truth, said) in (("negated", negated), ("historical", historical)):
            for (row, _, _), t, s in zip(cases, truth, said, strict=True):
                if t != s:
                    print(f"{kind} {'MISSED' if t else 'FALSE '} [{row['phrase']}] {row['sentence'][:170]}")
    print(json.dumps(result) if "--json" in argv else result)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
