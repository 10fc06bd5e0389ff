"""Learned proposals: they fill gaps, survive saving, and are refused when altered."""

import json
import pickle
from itertools import pairwise

import pytest

from therex.corpus.marked import parse_marks
from therex.errors import ModelError
from therex.pipeline.build import build, load
from therex.pipeline.learned import MANIFEST, Learned, Proposal, lines
from therex.training.extraction import MarkedNote, ablation, rows, tags, train_extraction

LINES = [
    "Tx: ther ex 15 min: ⟦EXERCISE:performed zorble presses⟧ ⟦DOSE 3x10⟧, ⟦EXERCISE:performed bridges⟧ ⟦DOSE 2x8⟧.",
    "Tx: ther ex 10 min: ⟦EXERCISE:performed zorble walks⟧ at the wall, ⟦EXERCISE:performed heel slides⟧ ⟦DOSE 2x10⟧.",
    "Tx: ther ex 12 min: ⟦EXERCISE:performed zorble reaches⟧ in the corner, slowly.",
] * 6


@pytest.fixture(scope="module")
def notes():
    out = []
    for n, line in enumerate(LINES):
        text, spans = parse_marks(line)
        out.append(MarkedNote(f"n{n}", text, spans, {"family": f"f{n}"}))
    return out


@pytest.fixture(scope="module")
def learned(nlp, notes):
    return train_extraction(rows(nlp, notes), {"EXERCISE": 0.5, "DOSE": 0.5})


def test_a_name_that_no_list_knows_is_proposed_where_the_rules_are_silent(learned):
    nlp = build()
    text = "Tx: ther ex 10 min: zorble reaches in the corner, slowly."
    before = [s for s in nlp(text)._.therex_spans if s.label == "EXERCISE"]
    nlp.get_pipe("therex_learned").use(learned.models, learned.thresholds)
    after = [s for s in nlp(text)._.therex_spans if s.label == "EXERCISE"]
    assert not before and [text[s.start : s.end] for s in after] == ["zorble reaches"]
    assert after[0].source == "model:exercise" and after[0].attribute == "performed"


def test_a_proposal_never_overlaps_a_span_of_its_label(learned, notes):
    nlp = build()
    nlp.get_pipe("therex_learned").use(learned.models, learned.thresholds)
    for note in notes:
        spans = [(s.start, s.end) for s in nlp(note.text)._.therex_spans if s.label == "EXERCISE"]
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_tags_take_the_outer_of_nested_marks(nlp):
    text, spans = parse_marks("O: ⟦SKILL cues for ⟦EXERCISE:performed bridges⟧⟧ today.")
    row = rows(nlp, [MarkedNote("n", text, spans, {})])[0]
    assert tags(row, "SKILL").count("B") == 1 and tags(row, "EXERCISE").count("B") == 1


def test_saved_and_loaded_it_proposes_the_same(learned, nlp, notes, tmp_path):
    learned.to_disk(tmp_path / "m")
    again = Learned().from_disk(tmp_path / "m")
    row = rows(nlp, notes[:1])[0]
    assert again.propose(row.units, row.kinds) == learned.propose(row.units, row.kinds) != []


def test_it_can_be_sent_to_another_process(learned, nlp, notes):
    row = rows(nlp, notes[:1])[0]
    learned.propose(row.units, row.kinds)
    assert pickle.loads(pickle.dumps(learned)).propose(row.units, row.kinds) == learned.propose(row.units, row.kinds)


@pytest.mark.parametrize("harm", ["alter", "cut", "remove", "format", "pickle"])
def test_an_altered_model_is_refused_in_one_line(learned, tmp_path, harm):
    folder = tmp_path / "m"
    learned.to_disk(folder)
    file, manifest = folder / "exercise.crfsuite", folder / MANIFEST
    if harm == "alter":
        body = file.read_bytes()
        file.write_bytes(body[:-9] + bytes([body[-9] ^ 1]) + body[-8:])
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:100])
    elif harm == "remove":
        file.unlink()
    elif harm == "format":
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": "other"}))
    else:
        manifest.write_bytes(pickle.dumps({"format": "x"}))
    with pytest.raises(ModelError) as error:
        Learned().from_disk(folder)
    assert "\n" not in str(error.value)


def test_fast_leaves_the_models_out():
    assert "therex_learned" in load().pipe_names and "therex_learned" not in load(fast=True).pipe_names


def test_an_untrained_component_proposes_nothing(nlp):
    assert Learned().propose([], []) == [] and nlp("Tx: bridges 3x10.")._.therex_proposals is None


def test_lines_part_at_breaks(nlp, notes):
    row = rows(nlp, [MarkedNote("n", "a b\n\nc d", (), {})])[0]
    assert [[u.word for u in row.units[i:j]] for i, j in lines(row.units)] == [["a", "b"], ["c", "d"]]


def test_an_ablation_counts_rules_model_and_both(nlp, notes):
    data = rows(nlp, notes)
    told = ablation(data[:15], data[15:], "EXERCISE", 0.5)
    assert told["both"].f1 >= told["rules"].f1 and set(told) == {"rules", "model", "both"}
    assert Proposal("EXERCISE", 0, 1, 0.5).label == "EXERCISE"
