"""Words that are no names, for `therex redact`: those that stand in small letters in at least two marked notes, and the lexicon's.

    python benchmarks/vocabulary.py

Writes src/therex/resources/vocabulary.txt. Notes all in small letters or in capitals are left out: there a name looks like a word.
"""

import re
from collections import Counter
from pathlib import Path

from therex.catalog.lexicon import read_lexicon
from therex.corpus.marked import load_folder
from therex.nlp.lexicon import split_phrase

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write the list."""
    seen: Counter[str] = Counter()
    for note in load_folder(ROOT / "training_data" / "notes"):
        capitals, letters = sum(c.isupper() for c in note.text), sum(c.isalpha() for c in note.text)
        if 0.015 < capitals / max(letters, 1) < 0.4:
            seen.update(set(re.findall(r"(?<![\w'’-])[a-z]{2,}(?![\w’-])", note.text)))
    words = {word for word, n in seen.items() if n >= 2}
    for phrase in read_lexicon(split_phrase).phrases:
        words.update(re.findall(r"[a-z]{2,}", phrase))
    (ROOT / "src/therex/resources/vocabulary.txt").write_text("\n".join(sorted(words)) + "\n", encoding="utf-8")
    print(f"{len(words):,} words")


if __name__ == "__main__":
    main()
