"""Learned proposals: they fill gaps, survive saving, and are refused when altered."""

import json
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from therex.corpus.marked import MarkedNote, load_folder, parse_marks
from therex.errors import ModelError
from therex.nlp.build import build, load
from therex.nlp.learned import NONE, Learned, Proposal, features, suggest
from therex.nlp.weights import KEYS, MANIFEST, WEIGHTS
from therex.training.extraction import ablation, rows, train_extraction

LINES = [
    "Tx: ther ex 15 min: ⟦EXERCISE:performed zorble presses⟧ ⟦DOSE 3x10⟧, ⟦EXERCISE:performed bridges⟧ ⟦DOSE 2x8⟧.",
    "Tx: ther ex 10 min: ⟦EXERCISE:performed zorble walks⟧, slowly at the wall, ⟦EXERCISE:performed heel slides⟧ ⟦DOSE 2x10⟧.",
    "Tx: ther ex 12 min: ⟦EXERCISE:performed zorble reaches⟧, slowly in the corner.",
] * 6


@pytest.fixture(scope="module")
def notes():
    out = []
    for n, line in enumerate(LINES):
        text, spans = parse_marks(line)
        out.append(MarkedNote(f"n{n}", text, spans, {"family": f"f{n}"}))
    return out


@pytest.fixture(scope="module")
def data(nlp, notes):
    return rows(nlp, notes)


@pytest.fixture(scope="module")
def learned(data):
    return train_extraction(data, {"EXERCISE": 0.5})


@pytest.fixture
def taught(learned):
    nlp = build()
    nlp.get_pipe("therex_learned").like(learned)
    return nlp


def test_a_name_that_no_list_knows_is_proposed_where_the_rules_are_silent(taught):
    text = "Tx: ther ex 10 min: zorble reaches, slowly in the corner."
    before = [s for s in build()(text)._.therex_spans if s.label == "EXERCISE"]
    after = [s for s in taught(text)._.therex_spans if s.label == "EXERCISE"]
    assert not before and [text[s.start : s.end] for s in after] == ["zorble reaches"]
    assert after[0].source == "model:exercise" and after[0].attribute == "performed"


def test_a_proposal_never_overlaps_a_span_of_its_label(taught, notes):
    for note in notes:
        spans = [(s.start, s.end) for s in taught(note.text)._.therex_spans if s.label == "EXERCISE"]
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_runs_are_cut_at_commas_at_and_and_at_doses(nlp):
    row = rows(nlp, [MarkedNote("n", "Tx: knee bends slowly 3x10, then rests and walks to the door.", (), {})])[0]
    said = {row.ctx.text(r.first, r.last) for r in row.runs}
    assert {"knee bends slowly", "rests", "walks to the door"} <= said
    assert len(said) == len({(r.first, r.last) for r in row.runs})


def test_a_run_has_the_label_of_the_mark_that_it_fits_and_else_none(data):
    said = {(data[0].ctx.text(r.first, r.last), label) for r, label in zip(data[0].runs, data[0].labels, strict=True)}
    assert ("zorble presses", "EXERCISE") in said and ("bridges", "EXERCISE") in said
    assert all(label == NONE for text, label in said if text.startswith("3"))


def test_the_score_is_the_sum_over_the_named_features(nlp, learned):
    for row in rows(nlp, load_folder(Path(__file__).parents[2] / "training_data" / "notes")[:12]):
        wanted = []
        for run in row.runs:
            logits = learned._of("bias") + learned._total(features(row.ctx, run))
            shares = np.exp(logits - logits.max())
            wanted.append(shares / shares.sum())
        assert np.allclose(learned.score(row.ctx, row.runs), wanted, atol=1e-4)


def test_saved_and_loaded_it_proposes_the_same(learned, data, tmp_path):
    learned.to_disk(tmp_path / "m")
    again = Learned().from_disk(tmp_path / "m")
    assert again.propose(data[0].ctx) == learned.propose(data[0].ctx) != []


def test_it_can_be_sent_to_another_process(learned, data):
    assert pickle.loads(pickle.dumps(learned)).propose(data[0].ctx) == learned.propose(data[0].ctx)


def test_the_model_file_holds_no_word_of_the_notes(learned, tmp_path):
    learned.to_disk(tmp_path / "m")
    assert not any(b"zorble" in path.read_bytes() for path in (tmp_path / "m").iterdir())


@pytest.mark.parametrize("harm", ["alter", "cut", "remove", "format", "pickle", "shape"])
def test_an_altered_model_is_refused_in_one_line(learned, tmp_path, harm):
    folder = tmp_path / "m"
    learned.to_disk(folder)
    file, manifest = folder / WEIGHTS, folder / MANIFEST
    told = json.loads(manifest.read_text())
    if harm == "alter":
        body = file.read_bytes()
        file.write_bytes(body[:-9] + bytes([body[-9] ^ 1]) + body[-8:])
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:100])
    elif harm == "remove":
        (folder / KEYS).unlink()
    elif harm == "format":
        manifest.write_text(json.dumps({**told, "format": "other"}))
    elif harm == "shape":
        manifest.write_text(json.dumps({**told, "labels": told["labels"][:1]}))
    else:
        manifest.write_bytes(pickle.dumps({"format": "x"}))
    with pytest.raises(ModelError) as error:
        Learned().from_disk(folder)
    assert "\n" not in str(error.value)


def test_fast_leaves_the_model_out():
    assert "therex_learned" in load().pipe_names and "therex_learned" not in load(fast=True).pipe_names


def test_an_untrained_component_proposes_nothing(data):
    assert Learned().propose(data[0].ctx) == []
    assert train_extraction([]).propose(data[0].ctx) == []


def test_an_empty_note_has_no_runs(nlp):
    assert not list(suggest(rows(nlp, [MarkedNote("n", "", (), {})])[0].ctx))


def test_an_ablation_counts_rules_model_and_both(data):
    told = ablation(train_extraction(data[:15], {"EXERCISE": 0.5}), data[15:], "EXERCISE")
    assert told["both"].f1 >= told["rules"].f1 and set(told) == {"rules", "model", "both"}
    assert Proposal("EXERCISE", 0, 1, 0.5).label == "EXERCISE"
