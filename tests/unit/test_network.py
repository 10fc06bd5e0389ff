"""The network in training and as ONNX: the two say the same, tuning learns, a stopped run goes on."""

from pathlib import Path

import numpy as np
import pytest

from therex.corpus.marked import parse
from therex.nlp.build import build
from therex.nlp.tagger.component import MANIFEST, NETWORK, Tagger
from therex.nlp.tagger.decode import decode
from therex.nlp.tagger.tasks import ATTRIBUTES, BEGIN, INSIDE, QUESTIONS, STATES
from therex.types import ELEMENTS, LABELS

pytest.importorskip("jax", reason="the extra `train` is not installed")

import jax

from therex.training.examples import Example, batches, closed_forms_of, example, read_examples
from therex.training.export import export, graph
from therex.training.network import HIDDEN, Shape, Weights, begin
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


@pytest.fixture(scope="module")
def examples() -> tuple[list[Example], list[str]]:
    nlp = build()
    return read_examples(nlp, [parse(NOTE), *[parse(NOTE.replace("id: a", f"id: a{k}")) for k in range(5)]], WORDS)


@pytest.fixture(scope="module")
def shape(examples: tuple[list[Example], list[str]]) -> Shape:
    return Shape(1, len(examples[1]))


@pytest.fixture(scope="module")
def weights(shape: Shape) -> Weights:
    rng = np.random.default_rng(0)
    sizes = {"attention.self.query": HIDDEN, "attention.self.key": HIDDEN, "attention.self.value": HIDDEN, "attention.output.dense": HIDDEN}
    tensors = {
        "embeddings.word_embeddings.weight": rng.normal(0, 0.05, (2000, HIDDEN)), "embeddings.position_embeddings.weight": rng.normal(0, 0.05, (512, HIDDEN)),
        "embeddings.token_type_embeddings.weight": np.zeros((2, HIDDEN)), "encoder.layer.0.intermediate.dense.weight": rng.normal(0, 0.05, (64, HIDDEN)),
        "encoder.layer.0.intermediate.dense.bias": np.zeros(64), "encoder.layer.0.output.dense.weight": rng.normal(0, 0.05, (HIDDEN, 64)),
        "encoder.layer.0.output.dense.bias": np.zeros(HIDDEN),
    }  # fmt: skip
    for name, size in sizes.items():
        tensors[f"encoder.layer.0.{name}.weight"] = rng.normal(0, 0.05, (size, HIDDEN))
        tensors[f"encoder.layer.0.{name}.bias"] = np.zeros(size)
    for name in ("embeddings.LayerNorm", "encoder.layer.0.attention.output.LayerNorm", "encoder.layer.0.output.LayerNorm"):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = np.ones(HIDDEN), np.zeros(HIDDEN)
    return begin(tensors, shape, 0)


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
    held = [k for b in batches(examples[0], 128, np.random.default_rng(0)) for k in b.notes]
    assert sorted(held) == list(range(len(examples[0])))


def test_tuning_learns_the_notes_it_is_shown(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights) -> None:
    tuned = tune(weights, examples[0], shape, Tuning(passes=60, rate=1e-3, head_rate=5e-3, size=256, drop=0.0, drop_features=0.0))
    tags, _, answers = predict(tuned, examples[0], shape)[0]
    truth = examples[0][0]
    assert {(s.label, s.first) for s in decode(tags)} == {(LABELS[k], int(t)) for t, k in np.argwhere(truth.tags == BEGIN)}
    assert answers.argmax(-1).tolist() == truth.answers.tolist()


def test_with_a_first_layer_above_the_bottom_the_rest_stays_as_it_is(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights
) -> None:
    tuned = tune(weights, examples[0], shape, Tuning(passes=1, size=256, first_layer=1))
    assert np.array_equal(tuned["layer0"]["wide"]["w"], weights["layer0"]["wide"]["w"])
    assert not np.array_equal(tuned["heads"]["tags"]["w"], weights["heads"]["tags"]["w"])


def test_a_run_that_was_stopped_goes_on_where_it_was(
    examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights, tmp_path: Path
) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, total: int, loss: float) -> None:
        if done > total // 2:
            raise Stop

    t = Tuning(passes=4, size=256)
    whole = tune(weights, examples[0], shape, t)
    with pytest.raises(Stop):
        tune(weights, examples[0], shape, t, stop, tmp_path / "run.npz")
    resumed = tune(weights, examples[0], shape, t, None, tmp_path / "run.npz")
    assert jax.tree.all(jax.tree.map(lambda a, b: np.allclose(a, b, atol=1e-5), whole, resumed))
    assert not list(tmp_path.iterdir())


def test_onnx_says_what_the_network_says(examples: tuple[list[Example], list[str]], shape: Shape, weights: Weights) -> None:
    tagger = Tagger()
    tagger.use(graph(weights, shape).SerializeToString(), WORDS, examples[1])
    tags, _, answers = predict(weights, examples[0], shape)[0]
    reading = tagger.read(examples[0][0].row)
    assert np.allclose(np.exp(reading.tags), np.exp(tags), atol=1e-4)
    assert np.allclose(reading.answers["necessity"], answers[list(QUESTIONS).index("necessity"), :3], atol=1e-4)


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
    nlp = build()
    row = Tagger().from_disk(saved).row(*closed_forms_of(nlp, parse(NOTE).text))
    assert np.array_equal(row.pieces, examples[0][0].row.pieces)
    assert np.array_equal(row.marks, examples[0][0].row.marks)


@pytest.mark.parametrize("name", [NETWORK, MANIFEST])
def test_a_tagger_that_was_altered_is_refused(saved: Path, name: str) -> None:
    from therex.errors import ModelError

    (saved / name).write_bytes((saved / name).read_bytes()[:-20])
    with pytest.raises(ModelError):
        Tagger().from_disk(saved)


def test_where_spans_of_one_label_overlap_the_outer_stands(examples: tuple[list[Example], list[str]]) -> None:
    note = parse(NOTE.replace("⟦IMPAIRMENT hip weakness⟧", "⟦IMPAIRMENT ⟦IMPAIRMENT hip⟧ weakness⟧"))
    assert (example(examples[0][0].row, note).tags[:, LABELS.index("IMPAIRMENT")] == BEGIN).sum() == 1
