"""The necessity model: equal to scikit-learn's, checked before use, refused when altered."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from therex.corpus.marked import load_folder
from therex.errors import ModelError
from therex.scoring.features import NAMES
from therex.scoring.model import MANIFEST, WEIGHTS, load_model
from therex.settings import models_dir
from therex.training.suspects import cases_beside

CORPUS = Path(__file__).resolve().parents[2] / "training_data" / "notes"


@pytest.fixture(scope="module")
def pipeline():
    from therex.training.run import trained_pipeline

    return trained_pipeline(load_folder(CORPUS), cases_beside([CORPUS]))


@pytest.fixture(scope="module")
def trained(pipeline):
    from therex.training.necessity import left_out, train_necessity

    return train_necessity(left_out(pipeline, load_folder(CORPUS), cases_beside([CORPUS])), "test")


def test_plain_arrays_score_as_scikit_learn_does(trained):
    from therex.training.necessity import estimator, signed_features

    result, x, y = trained, trained.x, trained.truth
    fitted = estimator().fit(x * signed_features(x, y), y)
    a, c = result.model.platt
    kept = signed_features(x, y)
    want = 1 / (1 + np.exp(-(a * fitted.decision_function(x * kept) + c)))
    got = [result.model.score([v * k for v, k in zip(row, kept, strict=True)]) for row in x.tolist()]
    assert np.allclose(got, want, atol=1e-5)


def test_dropped_features_weigh_nothing(trained):
    from therex.training.necessity import signed_features

    kept = signed_features(trained.x, trained.truth)
    assert all(w == 0 for w, k in zip(trained.model.weights, kept, strict=True) if not k)


def test_training_again_gives_the_shipped_model(trained):
    shipped = load_model(models_dir() / "necessity")
    assert np.allclose(trained.model.weights, shipped.weights, atol=1e-4), "run `therex train`"


def test_learning_again_gives_the_shipped_proposals(pipeline):
    from therex.nlp.build import load

    fresh, shipped = pipeline.get_pipe("therex_learned"), load().get_pipe("therex_learned")
    assert fresh.thresholds == shipped.thresholds
    assert fresh.labels == shipped.labels and np.array_equal(fresh._keys, shipped._keys), "run `therex train`"
    assert np.allclose(fresh._weights, shipped._weights, atol=1e-4), "run `therex train`"


def test_cross_validation_by_family_is_better_than_chance_by_far(trained):
    assert trained.about["cross_validation"]["auroc"] > 0.9


def copy(tmp_path):
    folder = tmp_path / "necessity"
    shutil.copytree(models_dir() / "necessity", folder)
    return folder


def test_altered_weights_are_refused(tmp_path):
    folder = copy(tmp_path)
    data = json.loads((folder / WEIGHTS).read_text())
    data["bias"] += 1
    (folder / WEIGHTS).write_text(json.dumps(data))
    with pytest.raises(ModelError, match="altered"):
        load_model(folder)


def test_another_feature_list_is_refused(tmp_path):
    folder = copy(tmp_path)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["features"] = ["x", *NAMES[1:]]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="other features"):
        load_model(folder)


def test_a_missing_model_is_one_line(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path)
