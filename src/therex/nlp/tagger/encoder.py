"""The trained network at work: ONNX with 8-bit weights, no training library needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from therex.nlp.tagger.features import Row
from therex.nlp.tagger.pieces import END, START
from therex.nlp.tagger.tasks import ATTRIBUTES, MOST_ANSWERS, QUESTIONS
from therex.nlp.tagger.windows import windows
from therex.types import LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNREAD = (0.0, -30.0, -30.0)


@dataclass(slots=True)
class Reading:
    """What the network says of a note with t tokens.

    Attributes
    ----------
    tags
        Shape (t, labels, 3): the logarithm of the probability of outside, begin and inside.
    attributes
        Shape (t, attributes): logits of the attribute of an exercise.
    answers
        Of each question, the probability of each answer.
    shares
        Shape (t, questions): how much each token counts for the answer, sum 1 for each question.
    votes
        Shape (t, questions, answers): what each token says, as logits.
    """

    tags: NDArray[np.float32]
    attributes: NDArray[np.float32]
    answers: dict[str, NDArray[np.float32]]
    shares: NDArray[np.float32]
    votes: NDArray[np.float32]


class Encoder:
    """A session of onnxruntime over one network, on one core.

    Parameters
    ----------
    model
        The bytes of an ONNX file as `therex.training.export` writes it.
    """

    def __init__(self, model: bytes) -> None:
        # loaded with the first model, not with therex
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def read(self, row: Row) -> Reading:
        """One note, window by window."""
        n = len(row.offsets)
        tags = np.tile(np.array(_UNREAD, dtype=np.float32), (n, len(LABELS), 1))
        attributes = np.zeros((n, len(ATTRIBUTES)), dtype=np.float32)
        looks: list[Any] = []
        said: list[Any] = []
        tokens: list[Any] = []
        for start, end in windows(row.pieces.tolist()) or [(0, 0)]:
            pieces = np.array([[START, *row.pieces[start:end], END]], dtype=np.int64)
            features = np.zeros((1, end - start + 2, row.marks.shape[1]), dtype=np.float32)
            features[0, 1:-1] = row.marks[start:end]
            tag, attribute, look, votes = self._session.run(None, {"pieces": pieces, "features": features})
            owners = row.owners[start:end]
            first = row.firsts[owners] == np.arange(start, end)
            logits = tag[0, 1:-1][first].reshape(-1, len(LABELS), 3)
            tags[owners[first]] = (
                logits - np.log(np.exp(logits - logits.max(-1, keepdims=True)).sum(-1, keepdims=True)) - logits.max(-1, keepdims=True)
            )
            attributes[owners[first]] = attribute[0, 1:-1][first]
            looks.append(look[0])
            said.append(votes[0])
            # what begins and ends a window counts for the first and last token
            tokens.append(np.array([owners[0], *owners, owners[-1]]) if end > start else np.zeros(2, dtype=np.int64))
        return self._whole(n, tags, attributes, looks, said, tokens)

    @property
    def features(self) -> int:
        """How many features of a word the network reads."""
        return int(self._session.get_inputs()[1].shape[2])

    @staticmethod
    def _whole(n: int, tags: Any, attributes: Any, looks: list[Any], said: list[Any], tokens: list[Any]) -> Reading:
        questions = len(QUESTIONS)
        shares = np.zeros((n, questions), dtype=np.float32)
        votes = np.zeros((n, questions, MOST_ANSWERS), dtype=np.float32)
        look, flat, owners = np.concatenate(looks), np.concatenate(said).reshape(-1, questions, MOST_ANSWERS), np.concatenate(tokens)
        share = np.exp(look - look.max(0))
        share /= share.sum(0)
        total = np.einsum("tq,tqa->qa", share, flat)
        if n:
            np.add.at(shares, owners, share)
            np.add.at(votes, owners, share[..., None] * flat)
        answers = {}
        for k, (name, options) in enumerate(QUESTIONS.items()):
            odds = np.exp(total[k, : len(options)] - total[k, : len(options)].max())
            answers[name] = (odds / odds.sum()).astype(np.float32)
        return Reading(tags, attributes, answers, shares, votes)
