"""From marked notes to a model folder: pipeline, classifier, figures, picture and card, in one go or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from therex.analysis import Analyzer
from therex.catalog.policy import policy
from therex.corpus.marked import MarkedNote, load_folder
from therex.errors import CorpusError
from therex.nlp.build import LIGHT, TAGGER, build, load, save
from therex.scoring.model import read_manifest, save_model
from therex.settings import NECESSITY, PIPELINE
from therex.training.card import card, reliability_svg
from therex.training.evaluate import Read as Assessed
from therex.training.evaluate import figures
from therex.training.necessity import ALPHA, DELTA, Read, Trained, data_hash, train_necessity
from therex.training.progress import Watch, unwatched
from therex.training.suspects import Case, cases_beside, train_suspect
from therex.types import Necessity

if TYPE_CHECKING:
    from spacy.language import Language

    from therex.nlp.tagger.component import Tagger
    from therex.training.tuning import Tuning

METRICS, CARD, PICTURE = "metrics.json", "MODEL_CARD.md", "reliability.svg"
SLICES = ("discipline", "note_type", "format", "length")
SMALLEST_SLICE = 5
LAYERS = 6


def load_corpora(folders: list[Path]) -> list[MarkedNote]:
    """The notes of every folder, in order; those of a folder that is given twice stand there twice, and count twice.

    Raises
    ------
    CorpusError
        A folder holds no marked notes, a note breaks the format, or two notes share an id.
    """
    read = {folder: load_folder(folder) for folder in dict.fromkeys(folders)}
    apart = [note.id for notes in read.values() for note in notes]
    if len(set(apart)) != len(apart):
        raise CorpusError("two notes have the same id: ids must be unique across all folders used for training")
    return [note for folder in folders for note in read[folder]]


def untaught_pipeline(notes: list[MarkedNote], cases: list[Case]) -> Language:
    """A fresh pipeline whose suspicions come from `cases` and `notes`, or with no cases from the model in use; its tagger knows nothing yet."""
    nlp = build()
    nlp.get_pipe("therex_suspect").like(train_suspect(cases, notes) if cases else load().get_pipe("therex_suspect"))
    return nlp


def train(
    folders: list[Path],
    out: Path,
    alpha: float = ALPHA,
    delta: float = DELTA,
    name: str | None = None,
    parent: str | None = None,
    encoder: bool = False,
    whole: bool = False,
    passes: int | None = None,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Train from marked notes and write a model folder at `out`.

    Parameters
    ----------
    folders
        Folders of marked notes; ours and a clinic's own are given side by side.
    alpha, delta
        See `necessity.review_band`.
    name
        What the model calls itself; by default after its data.
    parent
        The model in use when this one was made.
    encoder
        Tune every layer of the pretrained encoder, which takes an hour or more, and not the last layers of the reader in use alone.
    whole
        Tune every layer of the reader in use, which takes as long a pass.
    passes
        Passes over the notes; None for what was chosen on writers left out.
    watch
        Told what is being done, and how much of it is done.

    Returns
    -------
    about
        What the manifest says. The files appear in `out` only when all of them are made: a run that is stopped leaves
        what was there as it was, and the same command goes on after the last whole pass over the notes.

    Raises
    ------
    CorpusError
        See `load_corpora`; or the notes are too few, or all of one verdict.
    """
    from therex.training.reader import LIGHT_TUNING, LIGHT_WHOLE, SHORT, WHOLE, Reader, taggers_in_use
    from therex.training.tuning import Tuning

    notes = load_corpora(folders)
    families = {str(n.meta.get("family", n.id)) for n in notes}
    verdicts = {n.meta["necessity"] for n in notes} - {"not_applicable"}
    if len(families) < 10 or len(verdicts) < 2:
        raise CorpusError(
            "too few notes to train on: there must be at least ten families (or notes without one), and both supported and not_supported notes"
        )
    nlp = untaught_pipeline(notes, cases_beside(folders))
    tuning, light_tuning = (Tuning(), LIGHT_TUNING) if encoder else (WHOLE, LIGHT_WHOLE) if whole else (SHORT, LIGHT_TUNING)
    if passes is not None:
        tuning, light_tuning = replace(tuning, passes=passes), replace(light_tuning, passes=passes)
    work = out.parent / f".{out.name}.work"
    start = LAYERS if encoder else taggers_in_use()
    reader = Reader(nlp, notes, tuning, start, work / _run(notes, tuning, start), watch)
    read = reader.left_out()
    trained = train_necessity(read, name or f"necessity-{data_hash(notes)[:8]}", alpha, delta)
    metrics = left_out_figures(nlp, read, trained)
    tagger = reader.teach(notes, "all notes", what="training the reader on all notes")
    light = reader.teach(notes, "light", light_tuning, LIGHT, "training the fast reader on all notes")
    about = {
        **trained.about,
        "parent": parent,
        "reader": {"sha256": tagger.digest, "light": light.digest, "layers": reader.shapes[TAGGER].layers, **asdict(tuning)},
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.parent / f".{out.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        save(nlp, fresh / PIPELINE)
        save_model(fresh / NECESSITY, trained.model, about)
        (fresh / METRICS).write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
        (fresh / PICTURE).write_text(reliability_svg(trained.truth, trained.scores), encoding="utf-8")
        (fresh / CARD).write_text(card(trained.model, about, metrics), encoding="utf-8")
        _replace(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(work, ignore_errors=True)
    return {"model": trained.model.name, "metrics": metrics, **about}


def _run(notes: list[MarkedNote], tuning: Tuning, start: int | Mapping[str, Tagger]) -> str:
    """A name for a run over these notes with these settings: what it leaves when it is stopped is of use to no other."""
    begun = start if isinstance(start, int) else {name: tagger.digest for name, tagger in start.items()}
    return hashlib.sha256(repr(([(n.text, n.spans, n.meta) for n in notes], tuning, begun)).encode()).hexdigest()[:16]


def _replace(fresh: Path, out: Path) -> None:
    """Put every part of `fresh` in the place of its like in `out`."""
    out.mkdir(exist_ok=True)
    for part in sorted(fresh.iterdir(), key=lambda p: p.name == NECESSITY):
        old = out / part.name
        if old.is_dir():
            shutil.rmtree(old)
        part.replace(old)


def left_out_figures(nlp: Language, read: Read, trained: Trained) -> dict[str, Any]:
    """The figures of `evaluate`, each note read and scored by models that learned from other families; and by slice."""
    analyzer = Analyzer(nlp, trained.model, policy("cms"), date.today())
    scores = iter(trained.scores.tolist())
    assessed: Assessed = []
    for note, view in read:
        a = analyzer.judge(note.id, view)
        if note.meta["necessity"] != "not_applicable" and a.necessity is not None:
            score = float(next(scores))
            verdict = a.necessity.verdict if a.necessity.verdict == "not_applicable" else trained.model.verdict(score)
            a = replace(a, necessity=Necessity(verdict, score, a.necessity.model, ()))
        assessed.append((note, a))
    whole = figures(assessed)
    cuts = np.quantile([len(n.text.split()) for n, _ in read], [1 / 3, 2 / 3])
    slices: dict[str, dict[str, Any]] = {}
    for key in SLICES:
        parts: dict[str, Assessed] = {}
        for pair in assessed:
            words = len(pair[0].text.split())
            value = ("short", "middling", "long")[int(np.searchsorted(cuts, words))] if key == "length" else str(pair[0].meta.get(key))
            parts.setdefault(value, []).append(pair)
        slices[key] = {
            value: {"notes": len(part), "all_labels_f1": f["all_labels_f1"], "elements": f["elements"]["accuracy"]}
            for value, part in sorted(parts.items())
            if len(part) >= SMALLEST_SLICE
            for f in (figures(part),)
        }
    return {
        "how": "each note read by a reader that learned from other writers, and scored by models of other families",
        **whole,
        "slices": slices,
    }


def manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a model folder says.

    Raises
    ------
    ModelError
        It cannot be read.
    """
    return read_manifest(folder / NECESSITY)


def metrics_of(folder: Path) -> dict[str, Any] | None:
    """The figures that the training wrote into a model folder; None where there are none."""
    try:
        told = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
