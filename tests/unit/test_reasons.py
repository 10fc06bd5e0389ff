"""The sentences about the score: each agrees with its direction and with the state that is shown for its element."""

from datetime import date

import numpy as np
import pytest

from therex.analysis import Analyzer
from therex.scoring.features import AGAINST, NAMES, agrees, kind_of, message
from therex.training import necessity
from therex.types import Note

WEAK = "DOS 5/1/25. Knee OA. Weakness. Ther ex x 25 min: quad sets, bike. Tolerated well. Total 25 min. Ann Lee, PT"


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_has_a_sentence_for_each_kind(name):
    for value in (0.0, 0.5, 1.2):
        assert message(name, kind_of(name, value)).endswith(".")


@pytest.mark.parametrize(
    ("feature", "kind", "state", "told"),
    [
        ("level:goal", "there", "present", True),
        ("level:goal", "there", "weak", False),
        ("level:goal", "partly", "weak", True),
        ("level:goal", "lacking", "weak", False),
        ("response:count", "lacking", "present", False),
        ("response:count", "partly", "present", True),
        ("response:count", "lacking", "missing", True),
        ("rule:all", "lacking", "missing", True),
    ],
)
def test_a_sentence_agrees_with_the_state_of_its_element(feature, kind, state, told):
    assert agrees(feature, kind, {"goal": state, "response": state}) is told


def test_one_of_several_is_not_called_several():
    assert "several" not in message("skill:count", kind_of("skill:count", float(np.log1p(1))))
    assert "several" in message("skill:count", kind_of("skill:count", float(np.log1p(2))))


def test_no_sentence_of_a_note_says_the_opposite_of_its_sign():
    found = Analyzer.create(on=date(2025, 5, 2)).assess(Note("n1", WEAK))
    assert found.necessity is not None and found.necessity.reasons
    for reason in found.necessity.reasons:
        full = message(reason.feature), message(reason.feature, "lacking")
        if reason.message in full:
            assert (reason.direction == "for") == ((reason.message == full[0]) != (reason.feature in AGAINST))


def test_a_model_whose_ranking_does_not_hold_out_of_fold_gives_every_note_one_score(monkeypatch):
    x = np.random.default_rng(0).normal(size=(60, len(NAMES)))
    y = (np.arange(60) % 3 == 0).astype(int)
    families = [str(k) for k in range(60)]
    # out of fold the ranking is upside down
    monkeypatch.setattr(necessity, "matrix", lambda read: (x, y, families, np.ones(60, bool)))
    monkeypatch.setattr(necessity, "train_given", lambda read: None)
    monkeypatch.setattr(necessity, "data_hash", lambda notes: "")
    monkeypatch.setattr("sklearn.model_selection.cross_val_predict", lambda *a, **k: 1.0 - y + 0.01 * x[:, 0])
    trained = necessity.train_necessity([], "small")
    assert trained.model.platt[0] == 0
    assert {round(trained.model.score(list(row)), 3) for row in x} == {round(float(y.mean()), 3)}
    assert trained.model.reasons(list(x[0]), {}) == ()
