"""The shipped model: what its files promise, equal to scikit-learn's, checked before use, refused when altered."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from therex.corpus.marked import load_folder
from therex.errors import ModelError
from therex.nlp.build import LIGHT, TAGGER, load
from therex.nlp.export import to_view
from therex.scoring.features import NAMES
from therex.scoring.model import MANIFEST, WEIGHTS, load_model
from therex.settings import models_dir
from therex.training.necessity import estimator, signed_features, train_necessity

CORPUS = Path(__file__).resolve().parents[2] / "training_data" / "voices" / "notes"


@pytest.fixture(scope="module")
def trained():
    nlp = load()
    return train_necessity([(n, to_view(nlp(n.text))) for n in load_folder(CORPUS)[::2]], "test")


def test_plain_arrays_score_as_scikit_learn_does(trained):
    result, x, y = trained, trained.x, trained.truth
    fitted = estimator().fit(x * signed_features(x, y), y)
    a, c = result.model.platt
    kept = signed_features(x, y)
    want = 1 / (1 + np.exp(-(a * fitted.decision_function(x * kept) + c)))
    got = [result.model.score([v * k for v, k in zip(row, kept, strict=True)]) for row in x.tolist()]
    assert np.allclose(got, want, atol=1e-5)


def test_dropped_features_weigh_nothing(trained):
    kept = signed_features(trained.x, trained.truth)
    assert all(w == 0 for w, k in zip(trained.model.linear.weights, kept, strict=True) if not k)


def test_the_manifest_names_the_networks_that_are_shipped():
    told = json.loads((models_dir() / "necessity" / MANIFEST).read_text())["reader"]
    assert load().get_pipe(TAGGER).digest == told["sha256"]
    assert load(fast=True).get_pipe(LIGHT).digest == told["light"]


def test_notes_of_writers_left_out_were_scored_better_than_by_chance():
    about = json.loads((models_dir() / "necessity" / MANIFEST).read_text())
    assert about["cross_validation"]["auroc"] > 0.6


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
    with pytest.raises(ModelError, match="different features"):
        load_model(folder)


def test_a_missing_model_is_one_line(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path)
