"""Pieces, windows and decoding of the tagger."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from therex.nlp.build import build
from therex.nlp.tagger.decode import Tagged, decode
from therex.nlp.tagger.pieces import EMPTY_LINE, LINE, TAB, UNKNOWN, Pieces, read_pieces
from therex.nlp.tagger.tasks import BEGIN, INSIDE, OUTSIDE
from therex.nlp.tagger.windows import windows
from therex.types import LABELS

WORDS = ["[PAD]", "[unused0]", "[unused1]", "[unused2]", *(f"[unused{k}]" for k in range(3, 99)), "[UNK]", "[CLS]", "[SEP]",
         "knee", "flex", "##ion", "9", "##5", "°", "3", "x", "10", ".", "-"]  # fmt: skip


@pytest.fixture
def pieces() -> Pieces:
    return Pieces(WORDS)


def test_a_word_is_cut_into_the_longest_known_pieces(pieces: Pieces) -> None:
    assert [WORDS[k] for k in pieces.of("Flexion")] == ["flex", "##ion"]


def test_marks_inside_a_token_stand_for_themselves(pieces: Pieces) -> None:
    assert [WORDS[k] for k in pieces.of("95°")] == ["9", "##5", "°"]


def test_an_unknown_word_is_one_piece(pieces: Pieces) -> None:
    assert pieces.of("ωμος") == (UNKNOWN,)


@pytest.mark.parametrize(("blank", "piece"), [("\n", (LINE,)), ("\n\n", (EMPTY_LINE,)), ("\t", (TAB,)), ("  ", ())])
def test_ends_of_lines_and_tabs_are_pieces_and_blanks_are_none(pieces: Pieces, blank: str, piece: tuple[int, ...]) -> None:
    assert pieces.of(blank) == piece


def test_every_piece_knows_its_token(pieces: Pieces) -> None:
    doc = build().make_doc("Knee flexion 95°\nknee")
    numbers, owners = read_pieces([t.text for t in doc], pieces)
    assert len(numbers) == len(owners)
    assert owners == sorted(owners)
    assert doc[owners[-1]].text == "knee"


def test_a_short_note_is_one_window() -> None:
    assert windows([7] * 254) == [(0, 254)]


def test_an_empty_note_has_no_window() -> None:
    assert windows([]) == []


def test_a_long_note_is_cut_at_the_last_end_of_line() -> None:
    row = [7] * 450
    row[200] = row[225] = LINE
    assert windows(row) == [(0, 226), (226, 450)]


def test_windows_hold_every_piece_once() -> None:
    row = [7] * 3000
    cut = windows(row)
    assert [start for start, _ in cut[1:]] == [end for _, end in cut[:-1]]
    assert cut[0][0] == 0
    assert cut[-1][1] == 3000


def scores(*tags: int, label: str = "GOAL") -> np.ndarray:
    out = np.tile(np.log(np.array([0.98, 0.01, 0.01], dtype=np.float32)), (len(tags), len(LABELS), 1))
    for k, tag in enumerate(tags):
        row = np.full(3, 0.1, dtype=np.float32)
        row[tag] = 0.8
        out[k, LABELS.index(label)] = np.log(row)
    return out


def spans(tags: np.ndarray) -> list[tuple[str, int, int]]:
    return [(s.label, s.first, s.last) for s in decode(tags)]


def test_begin_and_inside_make_a_span() -> None:
    assert spans(scores(OUTSIDE, BEGIN, INSIDE, OUTSIDE)) == [("GOAL", 1, 3)]


def test_a_second_begin_ends_the_first_span() -> None:
    assert spans(scores(BEGIN, INSIDE, BEGIN, OUTSIDE)) == [("GOAL", 0, 2), ("GOAL", 2, 3)]


@given(arrays(np.float32, (5, 3), elements=st.floats(2**-10, 1.0, width=32)), st.sampled_from([0.0, 1.0, -1.0]))
def test_the_tags_are_the_likeliest_of_all_in_which_inside_follows_begin_or_inside(odds: np.ndarray, bias: float) -> None:
    row = np.log(odds / odds.sum(axis=1, keepdims=True))
    allowed = [
        t
        for t in product((OUTSIDE, BEGIN, INSIDE), repeat=5)
        if t[0] != INSIDE and not any(a == OUTSIDE and b == INSIDE for a, b in pairwise(t))
    ]
    biased = row + np.array([bias, 0, 0], dtype=np.float32)
    best = max(float(sum(biased[k, tag] for k, tag in enumerate(t))) for t in allowed)
    whole = np.tile(np.array([0, -30, -30], dtype=np.float32), (5, len(LABELS), 1))
    whole[:, 2] = row
    found = [OUTSIDE] * 5
    for s in decode(whole, np.full(len(LABELS), bias, dtype=np.float32)):
        found[s.first : s.last] = [BEGIN, *[INSIDE] * (s.last - s.first - 1)]
    assert float(sum(biased[k, tag] for k, tag in enumerate(found))) == pytest.approx(best, abs=1e-4)


def test_spans_of_two_labels_may_overlap() -> None:
    both = scores(BEGIN, INSIDE, INSIDE)
    both[:, LABELS.index("MEASURE")] = scores(OUTSIDE, BEGIN, INSIDE, label="MEASURE")[:, LABELS.index("MEASURE")]
    assert spans(both) == [("GOAL", 0, 3), ("MEASURE", 1, 3)]


def test_a_blank_that_is_not_read_breaks_no_span() -> None:
    tags = scores(BEGIN, INSIDE, INSIDE)
    tags[1] = [0, -30, -30]
    assert [(s.first, s.last) for s in decode(tags, seen=np.array([True, False, True]))] == [(0, 3)]


def test_a_bias_toward_outside_leaves_fewer_spans() -> None:
    bias = np.full(len(LABELS), 5.0, dtype=np.float32)
    assert decode(scores(OUTSIDE, BEGIN, INSIDE), bias) == []


def test_the_score_of_a_span_is_the_mean_of_its_words() -> None:
    (found,) = decode(scores(BEGIN, INSIDE, OUTSIDE))
    assert found == Tagged("GOAL", 0, 2, pytest.approx(0.8, abs=1e-5))
