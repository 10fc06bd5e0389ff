"""The peer of `speed.py`: medspaCy in a virtual environment of its own, as it loads by default or with spaCy's sentencizer.

    PEER_PYTHON benchmarks/peer_medspacy.py TEXTS.json PHRASES.json [default|sentencizer]

Prints one JSON object: words, seconds. Loading is not timed.
"""

import json
import logging
import sys
import time
from pathlib import Path


def main(argv: list[str]) -> int:
    """Time medspaCy over the texts, once, cold."""
    logging.disable(logging.CRITICAL)
    from loguru import logger

    logger.remove()
    import medspacy
    from medspacy.ner import TargetRule

    texts = json.loads(Path(argv[0]).read_text(encoding="utf-8"))
    phrases = json.loads(Path(argv[1]).read_text(encoding="utf-8"))
    if argv[2:] == ["default"]:
        nlp = medspacy.load()
    else:
        nlp = medspacy.load(medspacy_enable=["medspacy_target_matcher", "medspacy_context"])
        nlp.add_pipe("sentencizer", first=True)
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(phrase, "TERM") for phrase in phrases])
    nlp("Warm up.")
    began = time.perf_counter()
    for text in texts:
        nlp(text)
    print(json.dumps({"words": sum(len(t.split()) for t in texts), "seconds": time.perf_counter() - began, "phrases": len(phrases)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
