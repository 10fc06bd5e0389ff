"""How well the program reads marked notes: spans, attributes, elements, minutes, necessity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from therex.analysis import Analyzer
from therex.corpus.agree import Counts, count, kappa, pair
from therex.corpus.marked import MarkedNote
from therex.training.details import details
from therex.training.progress import Watch, unwatched, watched
from therex.types import CONTRADICTIONS, ELEMENTS, LABELS, Assessment, Minutes, Note, NoteView

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEADLINE = ("IMPAIRMENT", "GOAL", "EXERCISE", "DURATION", "RESPONSE")
ASSERTED = ("IMPAIRMENT", "LIMITATION")
NOTHING = Counts(0, 0, 0)
RESAMPLES = 1000
SEED = 97110


Read = list[tuple[MarkedNote, Assessment]]


def evaluate(notes: Iterable[MarkedNote], analyzer: Analyzer) -> dict[str, Any]:
    """Every figure over `notes`.

    Returns
    -------
    figures
        ``labels`` (precision, recall, F1 at half overlap, F1 of exact edges), ``headline_f1``, ``headline_macro_f1``,
        ``all_labels_f1``, ``attributes``, ``elements`` (accuracy, kappa, falsely missing and present, by element),
        ``contradictions``, ``minutes`` (right, wrong, invented), ``note_type``, ``discipline``, ``necessity`` and
        ``details`` (exercise types, values and relations, where the notes state them).
    """
    return figures(assessed(notes, analyzer))


def assessed(notes: Iterable[MarkedNote], analyzer: Analyzer, watch: Watch = unwatched) -> Read:
    """Each note with what the program makes of it."""
    return [(note, analyzer.assess(Note(note.id, note.text))) for note in watched(notes, "analyzing notes", watch)]


def figures(read: Read) -> dict[str, Any]:
    """`evaluate`, on notes that were read already."""
    labels: dict[str, Counts] = {label: _spans(read, label, 0.5) for label in LABELS}
    exact: dict[str, Counts] = {label: _spans(read, label, 1.0) for label in LABELS}
    return {
        "notes": len(read),
        "not_analysed": sum(a.error is not None for _, a in read),
        "labels": {
            label: {"p": c.precision, "r": c.recall, "f1": c.f1, "strict": exact[label].f1, "marked": c.both + c.only_first}
            for label, c in labels.items()
        },
        "headline_f1": _pooled(labels, HEADLINE),
        "headline_macro_f1": float(np.mean([labels[x].f1 for x in HEADLINE])),
        "headline_strict_f1": _pooled(exact, HEADLINE),
        "all_labels_f1": _pooled(labels, LABELS),
        "attributes": {label: _attributes(read, label) for label in ("EXERCISE", "DURATION")},
        "elements": _elements(read),
        "contradictions": {c: _flags(read, c) for c in CONTRADICTIONS},
        "minutes": _minutes(read),
        "note_type": _share(n.meta["note_type"] == a.view.note_type for n, a in read if a.view),
        "discipline": _share(n.meta["discipline"] == a.view.discipline for n, a in read if a.view),
        "necessity": _necessity(read),
        "details": details(read),
    }


def _pooled(labels: dict[str, Counts], which: Iterable[str]) -> float:
    return sum((labels[x] for x in which), NOTHING).f1


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else 0.0


def told(view: NoteView | None, label: str) -> list[tuple[int, int, str | None]]:
    """The spans of a label that count, as (start, end, attribute): a deficit or limit that is denied does not."""
    if view is None:
        return []
    return [(s.start, s.end, s.attribute) for s in view.of(label) if label not in ASSERTED or s.assertion == "affirmed"]


def _spans(read: Read, label: str, least: float) -> Counts:
    total = NOTHING
    for note, a in read:
        marked = [(s[0], s[1]) for s in note.spans if s[2] == label]
        total += count(marked, [(s, e) for s, e, _ in told(a.view, label)], least)
    return total


def _attributes(read: Read, label: str) -> float:
    hits = []
    for note, a in read:
        marked = [s for s in note.spans if s[2] == label]
        spans = told(a.view, label)
        for i, j in pair([(s[0], s[1]) for s in marked], [(s, e) for s, e, _ in spans]):
            hits.append((marked[i][3] or "performed") == (spans[j][2] or "performed"))
    return _share(hits)


def _elements(read: Read) -> dict[str, Any]:
    by_element = {}
    pairs: list[tuple[str, str]] = []
    for e in ELEMENTS:
        found = [(str(n.meta["elements"][e]), next((x.found for x in a.findings if x.id == e), "missing")) for n, a in read]
        by_element[e] = _share(x == y for x, y in found)
        pairs += found
    want = Counter(w for w, _ in pairs)
    seen = Counter(pairs)
    return {
        "accuracy": _share(w == g for w, g in pairs),
        "kappa": kappa(pairs),
        "false_missing": seen["present", "missing"] / max(want["present"], 1),
        "false_present": seen["missing", "present"] / max(want["missing"], 1),
        "by_element": by_element,
    }


def _flags(read: Read, kind: str) -> dict[str, float]:
    both = only_want = only_got = 0
    for note, a in read:
        want, got = kind in (note.meta.get("contradictions") or []), any(c.id == kind for c in a.contradictions)
        both, only_want, only_got = both + (want and got), only_want + (want and not got), only_got + (got and not want)
    c = Counts(both, only_want, only_got)
    return {"p": c.precision, "r": c.recall, "marked": both + only_want}


def _stated(meta: dict[str, Any]) -> dict[str, float]:
    minutes = meta.get("minutes") or {}
    out = {f"minutes {k}": float(v) for k, v in (minutes.get("codes") or {}).items()}
    out |= {k: float(minutes[k]) for k in ("timed_total", "session_total") if k in minutes}
    return out | {f"units {k}": float(v) for k, v in (meta.get("units") or {}).items()}


def _read_out(minutes: Minutes | None) -> dict[str, float]:
    if minutes is None:
        return {}
    out = {f"minutes {k}": float(v) for k, v in minutes.codes.items()}
    out |= {k: float(v) for k, v in (("timed_total", minutes.timed_total), ("session_total", minutes.session_total)) if v is not None}
    return out | {f"units {k}": float(v) for k, v in minutes.billed_units.items()}


def _minutes(read: Read) -> dict[str, Any]:
    right = wrong = invented = 0
    for note, a in read:
        want, got = _stated(note.meta), _read_out(a.time)
        for name in want.keys() | got.keys():
            if name not in want:
                invented += 1
            elif want[name] == got.get(name):
                right += 1
            else:
                wrong += 1
    return {"right": right / max(right + wrong, 1), "stated": right + wrong, "invented": invented}


def _necessity(read: Read) -> dict[str, Any]:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    verdicts = [(str(n.meta["necessity"]), a.necessity.verdict if a.necessity else "none") for n, a in read]
    rows = [
        (int(n.meta["necessity"] == "supported"), a.necessity.score if a.necessity else 0.5, str(n.meta.get("family", n.id)))
        for n, a in read
        if n.meta["necessity"] != "not_applicable"
    ]
    truth, scores = np.array([r[0] for r in rows]), np.array([r[1] for r in rows], dtype=float)
    decided = [(w, g) for w, g in verdicts if g != "needs_review"]
    out: dict[str, Any] = {
        "notes": len(rows),
        "accuracy_decided": _share(w == g for w, g in decided),
        "decided": len(decided) / max(len(verdicts), 1),
    }
    if len(set(truth.tolist())) == 2:
        out["auroc"] = float(roc_auc_score(truth, scores))
        out["auroc_interval"] = _bootstrap(truth, scores, [r[2] for r in rows], roc_auc_score)
        out["brier"] = float(brier_score_loss(truth, scores))
        out["ece"] = calibration_error(truth, scores)
    return out


def calibration_error(truth: NDArray[Any], scores: NDArray[Any], bins: int = 10) -> float:
    """Expected calibration error over bins of equal count.

    Parameters
    ----------
    truth, scores
        Shape ``(notes,)``: 0 or 1, and a probability.
    """
    order = np.argsort(scores, kind="stable")
    parts = [p for p in np.array_split(order, bins) if len(p)]
    return float(sum(len(p) * abs(truth[p].mean() - scores[p].mean()) for p in parts) / len(order))


def _bootstrap(
    truth: NDArray[Any], scores: NDArray[Any], families: list[str], statistic: Callable[[Any, Any], float]
) -> tuple[float, float]:
    """The 95 % percentile interval of a statistic, families drawn whole."""
    rng = np.random.default_rng(SEED)
    members: dict[str, list[int]] = {}
    for i, family in enumerate(families):
        members.setdefault(family, []).append(i)
    names = list(members)
    values = []
    for _ in range(RESAMPLES):
        drawn = [i for f in rng.choice(len(names), len(names)) for i in members[names[f]]]
        if len(set(truth[drawn].tolist())) == 2:
            values.append(statistic(truth[drawn], scores[drawn]))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
