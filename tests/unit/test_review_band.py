"""The band for review keeps its promise on data drawn like that it was set on."""

import numpy as np
import pytest

from therex.training.necessity import review_band, upper_bound


def test_the_exact_bound_is_the_textbook_one():
    # no error in n: 1 - delta ** (1 / n)
    assert upper_bound(0, 22, 0.1) == pytest.approx(1 - 0.1 ** (1 / 22))
    assert upper_bound(5, 5, 0.1) == upper_bound(0, 0, 0.1) == 1.0


def test_a_perfect_model_decides_every_note():
    scores = np.linspace(0.01, 0.99, 200)
    half, bound = review_band(scores, scores > 0.5, alpha=0.05, delta=0.1)
    assert half < 0.01 and bound <= 0.05


def test_a_guessing_model_decides_none():
    rng = np.random.default_rng(1)
    assert review_band(rng.random(200), rng.random(200) > 0.5, alpha=0.1, delta=0.1) == (0.5, 1.0)


def test_the_promise_holds_on_fresh_draws():
    rng = np.random.default_rng(97110)

    def draw(n):
        p = rng.beta(0.5, 0.5, n)
        return p, rng.random(n) < p

    broken = 0
    for _ in range(200):
        half, _ = review_band(*draw(300), alpha=0.1, delta=0.1)
        p, y = draw(4000)
        decided = np.abs(p - 0.5) >= half
        broken += decided.any() and ((p > 0.5) != y)[decided].mean() > 0.1
    assert broken / 200 <= 0.1 + 0.05
