"""The network in training and as ONNX: the two say the same, tuning learns, a stopped run goes on."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from therex.corpus.marked import MarkedNote, parse
from therex.nlp.build import build
from therex.nlp.tagger.component import MANIFEST, NETWORK, Tagger
from therex.nlp.tagger.decode import decode
from therex.nlp.tagger.features import Row
from therex.nlp.tagger.tasks import ATTRIBUTES, BEGIN, INSIDE, QUESTIONS, STATES
from therex.types import ELEMENTS, LABELS

pytest.importorskip("jax", reason="the extra `train` is not installed")

import jax

from therex.training.examples import Example, batch, closed_forms_of, cuts, example, plan, read_examples
from therex.training.export import export, graph, weights_of
from therex.training.network import HIDDEN, Shape, Weights, begin
from therex.training.reader import folds
from therex.training.tuning import Tuning, predict, tune

WORDS = ["[PAD]", *(f"[unused{k}]" for k in range(99)), "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789.:,/",
         *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789")]  # fmt: skip
NOTE = """---
id: a
note_type: daily
discipline: PT
necessity: supported
confidence: clear
elements: {STATED}
contradictions: [not_skilled]
family: w
why: made up
---
⟦SERVICE:97110 Ther ex⟧ ⟦DURATION:code_minutes=20 20 min⟧: ⟦EXERCISE:home clams⟧ ⟦DOSE 3x10⟧.
⟦RESPONSE ⟦EXERCISE clams⟧ wobbled⟧. ⟦IMPAIRMENT hip weakness⟧.
""".replace("STATED", ", ".join(f"{e}: {STATES[k % 3]}" for k, e in enumerate(ELEMENTS)))


FOUR = Tuning(passes=4, size=256)


@pytest.fixture(scope="module")
def examples() -> tuple[list[Example], list[str]]:
    nlp = build()
    return read_examples(nlp, [parse(NOTE), *[parse(NOTE.replace("id: a", f"id: a{k}")) for k in range(5)]], WORDS)


@pytest.fixture(scope="module")
def shape(examples: tuple[list[Example], list[str]]) -> Shape:
    return Shape(1, len(examples[1]))


def small_weights(shape: Shape) -> Weights:
    rng = np.random.default_rng(0)
    tensors = {
        "embeddings.word_embeddings.weight": rng.normal(0, 0.05, (2000, HIDDEN)), "embeddings.position_embeddings.weight": rng.normal(0, 0.05, (512, HIDDEN)),
        "embeddings.token_type_embeddings.weight": np.zeros((2, HIDDEN)), "embeddings.LayerNorm.weight": np.ones(HIDDEN),
        "embeddings.LayerNorm.bias": np.zeros(HIDDEN),
    }  # fmt: skip
    sizes = {"attention.self.query": (HIDDEN, HIDDEN), "attention.self.key": (HIDDEN, HIDDEN), "attention.self.value": (HIDDEN, HIDDEN),
             "attention.output.dense": (HIDDEN, HIDDEN), "intermediate.dense": (64, HIDDEN), "output.dense": (HIDDEN, 64)}  # fmt: skip
    for k in range(shape.layers):
        for name, size in sizes.items():
            tensors[f"encoder.layer.{k}.{name}.weight"] = rng.normal(0, 0.05, size)
            tensors[f"encoder.layer.{k}.{name}.bias"] = np.zeros(size[0])
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            tensors[f"encoder.layer.{k}.{name}.weight"], tensors[f"encoder.layer.{k}.{name}.bias"] = np.ones(HIDDEN), np.zeros(HIDDEN)
    return begin(tensors, shape, 0)


@pytest.fixture(scope="module")
def weights(shape: Shape) -> Weights:
    return small_weights(shape)


@pytest.fixture(scope="module")
def weights2(shape: Shape) -> Weights:
    return small_weights(replace(shape, layers=2))


def long_example(e: Example) -> Example:
    """`e` told over and over, in six windows."""
    n, p, t = 2600 // len(e.row.pieces) + 1, len(e.row.pieces), len(e.tags)
    row = Row(
        np.tile(e.row.pieces, n), np.concatenate([e.row.owners + k * t for k in range(n)]), np.tile(e.row.marks, (n, 1)),
        np.concatenate([np.where(e.row.firsts >= 0, e.row.firsts + k * p, -1) for k in range(n)]), np.tile(e.row.offsets, (n, 1)),
    )  # fmt: skip
    return Example(row, np.tile(e.tags, (n, 1)), np.tile(e.attributes, n), e.answers, e.writer)


def test_marks_become_tags_of_their_label_and_inner_marks_of_theirs(examples: tuple[list[Example], list[str]]) -> None:
    e = examples[0][0]
    response, exercise = e.tags[:, LABELS.index("RESPONSE")], e.tags[:, LABELS.index("EXERCISE")]
    (first,) = np.nonzero(response == BEGIN)[0]
    assert response[first + 1] == INSIDE
    assert exercise[first] == BEGIN
    assert exercise[first + 1] != INSIDE


def test_the_attribute_of_an_exercise_is_told_on_its_words(examples: tuple[list[Example], list[str]]) -> None:
    e = examples[0][0]
    told = e.attributes[np.nonzero(e.tags[:, LABELS.index("EXERCISE")] == BEGIN)[0]]
    assert [ATTRIBUTES[k] for k in told] == ["home", "performed"]


def test_the_kind_of_a_duration_is_told_on_its_words(examples: tuple[list[Example], list[str]]) -> None:
    e = examples[0][0]
    (first,) = np.nonzero(e.tags[:, LABELS.index("DURATION")] == BEGIN)[0]
    assert ATTRIBUTES[e.attributes[first]] == "code_minutes"


def test_every_question_has_its_answer(examples: tuple[list[Example], list[str]]) -> None:
    told = dict(zip(QUESTIONS, examples[0][0].answers.tolist(), strict=True))
    assert told["impairment"] == 1
    assert told["not_skilled"] == 1
    assert told["aide_delivered"] == 0
    assert QUESTIONS["necessity"][told["necessity"]] == "supported"


def test_batches_hold_every_note_once(examples: tuple[list[Example], list[str]]) -> None:
    held = [k for p in plan(examples[0], 128, np.random.default_rng(0)) for k in batch(examples[0], p).notes]
    assert sorted(held) == list(range(len(examples[0])))


def test_a_batch_has_room_for_all_windows_of_a_long_note(examples: tuple[list[Example], list[str]]) -> None:
    e = long_example(examples[0][0])
    (p,) = plan([e], 64)
    made = batch([e], p)
    assert len(cuts(e)) > 4
    assert (made.tags[:, :, 0] >= 0).sum() == len(e.tags)


def test_tuning_learns_the_notes_it_is_shown(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights) -> None:
    tuned = tune(weights, examples[0], shape, Tuning(passes=60, rate=1e-3, head_rate=5e-3, size=256, drop=0.0, drop_features=0.0))
    tags, _, answers = predict(tuned, examples[0], shape)[0]
    truth = examples[0][0]
    assert {(s.label, s.first) for s in decode(tags)} == {(LABELS[k], int(t)) for t, k in np.argwhere(truth.tags == BEGIN)}
    assert answers.argmax(-1).tolist() == truth.answers.tolist()


def test_below_the_first_layer_nothing_moves_and_above_it_all_does(examples: tuple[list[Example], list[str]], weights2: Weights) -> None:
    tuned = tune(weights2, examples[0], Shape(2, len(examples[1])), Tuning(passes=1, size=256, first_layer=1))
    for part in ("words", "breaks", "places", "features", "norm", "layer0"):
        assert jax.tree.all(jax.tree.map(np.array_equal, tuned[part], weights2[part])), part
    for part in ("layer1", "heads"):
        moved = jax.tree.leaves(jax.tree.map(lambda a, b: not np.array_equal(a, b), tuned[part], weights2[part]))
        assert all(moved), part


def test_with_the_first_layer_above_all_of_them_only_the_heads_move(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights
) -> None:
    tuned = tune(weights, examples[0], shape, Tuning(passes=1, size=256, first_layer=1))
    assert [part for part in weights if not jax.tree.all(jax.tree.map(np.array_equal, tuned[part], weights[part]))] == ["heads"]


def test_the_marks_for_ends_of_lines_are_learned_and_words_are_not(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights
) -> None:
    tuned = tune(weights, examples[0], shape, Tuning(passes=2, size=256))
    assert not np.array_equal(tuned["breaks"], weights["breaks"])
    assert np.array_equal(tuned["words"], weights["words"])


class Stop(Exception):
    """The run was stopped."""


@pytest.fixture
def stopped(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights, tmp_path: Path) -> Path:
    """What a run of four passes leaves that was stopped in the third."""

    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise Stop

    with pytest.raises(Stop):
        tune(weights, examples[0], shape, FOUR, stop, tmp_path / "run.npz")
    return tmp_path / "run.npz"


def test_a_run_that_was_stopped_goes_on_where_it_was(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights, stopped: Path
) -> None:
    told: list[int] = []
    resumed = tune(weights, examples[0], shape, FOUR, lambda done, total: told.append(done), stopped)
    whole = tune(weights, examples[0], shape, FOUR)
    assert told[0] > 1
    assert jax.tree.all(jax.tree.map(lambda a, b: np.allclose(a, b, atol=1e-5), whole, resumed))
    assert not list(stopped.parent.iterdir())


@pytest.mark.parametrize("other", ["seed", "notes"])
def test_another_run_begins_anew(
    other: str, examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights, stopped: Path
) -> None:
    notes = examples[0][:-1] if other == "notes" else examples[0]
    told: list[int] = []
    tune(weights, notes, shape, replace(FOUR, seed=int(other == "seed")), lambda done, total: told.append(done), stopped)
    assert told[0] == 1


def test_progress_ends_at_its_total(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights) -> None:
    told: list[tuple[int, int]] = []
    tune(weights, [*examples[0], long_example(examples[0][0])], shape, FOUR, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] == len(told)


def test_onnx_says_what_the_network_says_of_short_and_long_notes_in_one_batch(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights
) -> None:
    told = {**weights, "features": jax.numpy.asarray(np.random.default_rng(1).normal(0, 0.05, weights["features"].shape), dtype=np.float32)}
    tagger = Tagger()
    tagger.use(graph(told, shape).SerializeToString(), WORDS, examples[1])
    notes = [examples[0][0], long_example(examples[0][0]), examples[0][1]]
    for e, (tags, attributes, answers) in zip(notes, predict(told, notes, shape), strict=True):
        reading = tagger.read(e.row)
        assert np.allclose(np.exp(reading.tags), np.exp(tags), atol=1e-4)
        assert np.allclose(reading.attributes, attributes, atol=1e-3)
        for (name, options), row in zip(QUESTIONS.items(), answers, strict=True):
            assert np.allclose(reading.answers[name], row[: len(options)], atol=1e-4)


def test_a_note_without_words_is_read(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights) -> None:
    tagger = Tagger()
    tagger.use(graph(weights, shape).SerializeToString(), WORDS, examples[1])
    reading = tagger.read(tagger.row(*closed_forms_of(build(), "")))
    assert sum(reading.answers["necessity"]) == pytest.approx(1)
    assert not len(reading.tags)


def test_the_shares_of_the_words_add_up_to_one_for_each_question(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights
) -> None:
    tagger = Tagger()
    tagger.use(graph(weights, shape).SerializeToString(), WORDS, examples[1])
    assert np.allclose(tagger.read(examples[0][0].row).shares.sum(0), 1, atol=1e-4)


def test_eight_bits_say_nearly_the_same(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights, tmp_path: Path) -> None:
    export(weights, shape, tmp_path / "encoder.onnx")
    tagger = Tagger()
    tagger.use((tmp_path / "encoder.onnx").read_bytes(), WORDS, examples[1])
    tags, _, _ = predict(weights, examples[0], shape)[0]
    assert np.abs(np.exp(tagger.read(examples[0][0].row).tags) - np.exp(tags)).max() < 0.05


@pytest.fixture
def saved(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights, tmp_path: Path) -> Path:
    tagger = Tagger()
    tagger.use(graph(weights, shape).SerializeToString(), WORDS, examples[1], {"GOAL": 0.5})
    tagger.to_disk(tmp_path / "tagger")
    return tmp_path / "tagger"


def test_a_saved_tagger_reads_alike(saved: Path, examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights) -> None:
    loaded, e = Tagger().from_disk(saved), examples[0][0]
    row = loaded.row(*closed_forms_of(build(), parse(NOTE).text))
    assert np.array_equal(row.pieces, e.row.pieces)
    assert np.array_equal(row.marks, e.row.marks)
    tags, _, _ = predict(weights, examples[0], shape)[0]
    bias = np.array([0.5 * (label == "GOAL") for label in LABELS], dtype=np.float32)
    found = [(s.label, s.first, s.last) for s, _ in loaded.spans(row, loaded.read(row))]
    assert found == [(s.label, s.first, s.last) for s in decode(tags, bias, row.firsts >= 0)]


def test_an_untrained_folder_leaves_nothing_of_what_was_loaded_before(saved: Path, tmp_path: Path) -> None:
    Tagger().to_disk(tmp_path / "untrained")
    tagger = Tagger().from_disk(saved)
    assert tagger.ready
    assert not tagger.from_disk(tmp_path / "untrained").ready


def test_a_manifest_with_other_features_than_the_network_is_refused(saved: Path) -> None:
    from therex.errors import ModelError

    told = json.loads((saved / MANIFEST).read_text())
    (saved / MANIFEST).write_text(json.dumps({**told, "features": told["features"][1:]}))
    with pytest.raises(ModelError):
        Tagger().from_disk(saved)


@pytest.mark.parametrize("name", [NETWORK, MANIFEST])
def test_a_tagger_that_was_altered_is_refused(saved: Path, name: str) -> None:
    from therex.errors import ModelError

    (saved / name).write_bytes((saved / name).read_bytes()[:-20])
    with pytest.raises(ModelError):
        Tagger().from_disk(saved)


def test_where_spans_of_one_label_overlap_the_outer_stands(examples: tuple[list[Example], list[str]]) -> None:
    note = parse(NOTE.replace("⟦IMPAIRMENT hip weakness⟧", "⟦IMPAIRMENT ⟦IMPAIRMENT hip⟧ weakness⟧"))
    assert (example(examples[0][0].row, note).tags[:, LABELS.index("IMPAIRMENT")] == BEGIN).sum() == 1


def test_a_network_gives_its_weights_back_nearly_as_they_were(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights, tmp_path: Path
) -> None:
    export(weights, shape, tmp_path / "n.onnx")
    back = weights_of((tmp_path / "n.onnx").read_bytes())
    assert jax.tree.structure(back) == jax.tree.structure(weights)
    for one, two in zip(jax.tree.leaves(weights), jax.tree.leaves(back), strict=True):
        assert np.abs(np.asarray(one) - np.asarray(two)).max() < 0.01


@pytest.fixture(scope="module")
def light(shape: Shape) -> tuple[Weights, Shape]:
    words = np.random.default_rng(0).normal(0, 0.05, (2000, HIDDEN))
    flat = Shape(2, shape.features, light=True)
    return begin({"embeddings.word_embeddings.weight": words}, flat, 0), flat


def test_a_light_network_learns_the_notes_it_is_shown(examples: tuple[list[Example], list[str]], light: tuple[Weights, Shape]) -> None:
    weights, shape = light
    tuned = tune(weights, examples[0], shape, Tuning(passes=60, rate=5e-3, head_rate=5e-3, size=256, drop=0.0, drop_features=0.0))
    tags, _, answers = predict(tuned, examples[0][:1], shape)[0]
    assert (tags.argmax(-1) == examples[0][0].tags)[examples[0][0].row.firsts >= 0].mean() > 0.99
    assert (answers.argmax(-1) == examples[0][0].answers).mean() > 0.9


def test_a_light_network_says_the_same_as_onnx(
    examples: tuple[list[Example], list[str]], light: tuple[Weights, Shape], tmp_path: Path
) -> None:
    weights, shape = light
    export(weights, shape, tmp_path / "light.onnx")
    tagger = Tagger()
    tagger.use((tmp_path / "light.onnx").read_bytes(), WORDS, examples[1])
    long = long_example(examples[0][0])
    for e, (tags, _, _) in zip([examples[0][0], long], predict(weights, [examples[0][0], long], shape), strict=True):
        assert np.abs(np.exp(tagger.read(e.row).tags) - np.exp(tags)).max() < 0.05


def marked(name: str, author: str) -> MarkedNote:
    return parse(NOTE.replace("id: a", f"id: {name}").replace("family: w", f"family: {name}\nauthor: {author}"))


def test_notes_of_one_writer_are_left_out_together() -> None:
    notes = [marked(f"{author}{k}", author) for author in "abcde" for k in range(3)]
    parts = folds(notes, 2)
    assert sorted(note for part in parts for note in part) == sorted(note.id for note in notes)
    assert all(len({note[0] for note in part} & {note[0] for other in parts if other is not part for note in other}) == 0 for part in parts)


def test_one_who_wrote_more_than_a_third_is_never_left_out() -> None:
    notes = [marked(f"a{k}", "a") for k in range(9)] + [marked(f"{author}0", author) for author in "bcde"]
    assert not [note for part in folds(notes, 2) for note in part if note.startswith("a")]


def test_where_one_wrote_all_of_them_families_are_left_out() -> None:
    assert sum(map(len, folds([marked(f"a{k}", "a") for k in range(9)], 3))) == 9


def test_a_light_network_can_be_gone_on_from(light: tuple[Weights, Shape], tmp_path: Path) -> None:
    weights, shape = light
    export(weights, shape, tmp_path / "n.onnx")
    back = weights_of((tmp_path / "n.onnx").read_bytes())
    assert jax.tree.structure(back) == jax.tree.structure(weights)
