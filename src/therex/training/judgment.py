"""Figures in one sentence: how well notes are read, and which of two models reads them better (`resources/analyst.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from therex.catalog.files import resource
from therex.types import LABELS

if TYPE_CHECKING:
    from therex.training.registry import Comparison, Difference


def _file() -> Any:
    return resource("analyst.yaml")


def of_reading(figures: Mapping[str, Any]) -> str:
    """How well notes were read, by the figures of `evaluate`: elements, then the phrases that are found least.

    Examples
    --------
    >>> labels = dict.fromkeys(LABELS, {"r": 0.8, "marked": 40}) | {"SKILL": {"r": 0.51, "marked": 40}}
    >>> of_reading({"notes": 96, "labels": labels, "elements": {"accuracy": 0.834}})
    'Elements are right in 83 of 100; skilled interventions are found about half the time.'
    """
    notes = figures["notes"] - figures.get("not_analysed", 0)
    if notes < 1:
        return "No note could be analyzed."
    few = (
        f"These are only {notes} note{'s' * (notes != 1)}, so the figures are rough: elements"
        if notes < _file()["few_notes"]
        else "Elements"
    )
    parts = [f"{few} are right in {_of_100(figures['elements']['accuracy'])}", _phrases(figures["labels"])]
    return "; ".join(part for part in parts if part) + "."


def of_verdicts(decided: float, right: float | None) -> str:
    """How many verdicts are given, and how many of them are right."""
    if right is None or decided <= 0:
        return "Every verdict is left to a reviewer."
    return f"A verdict is given for {_of_100(decided)} notes, and {_of_100(right)} of these verdicts are right."


def of_training(figures: Mapping[str, Any], decided: float, right: float | None) -> str:
    """What a model is worth on notes of writers that it was not trained on: reading and verdicts, in one sentence."""
    reading, verdicts = of_reading(figures), of_verdicts(decided, right)
    return f"On writers it was not trained on: {_small(reading)[:-1]}; {_small(verdicts)}"


def of_comparison(found: Comparison) -> str:
    """Which of two models is better, and on what.

    Examples
    --------
    >>> from therex.training.registry import Comparison, Difference
    >>> better = Difference("elements", 0.83, 0.85, 0.02, 0.01, 0.03)
    >>> of_comparison(Comparison(48, 12, (Difference("phrases", 0.7, 0.7, 0.0, -0.01, 0.01), better)))
    'The second model is better on elements (+0.02, 0.01 to 0.03); on phrases no difference is shown.'
    """
    by = {verdict: [d for d in found.differences if d.verdict == verdict] for verdict in ("better", "worse", "no difference shown")}
    said = [f"{verdict} on {_listed([_gain(d) for d in by[verdict]])}" for verdict in ("better", "worse") if by[verdict]]
    same = _listed([_file()["compared"].get(d.figure, d.figure) for d in by["no difference shown"]])
    if not said:
        return f"No difference between the two models is shown on these {found.notes} notes."
    rest = f"; on {same} no difference is shown" if same else ""
    return f"The second model is {' and '.join(said)}{rest}."


def _gain(d: Difference) -> str:
    # a gain that rounds to nothing is told with the figures that show it
    places = 2 if min(abs(d.low), abs(d.high)) >= 0.005 else 3
    low, high = (f"{x:.{places}f}".replace("-", "−") for x in (d.low, d.high))
    return f"{_file()['compared'].get(d.figure, d.figure)} ({f'{d.better:+.{places}f}'.replace('-', '−')}, {low} to {high})"


def _phrases(labels: Mapping[str, Mapping[str, float]]) -> str:
    """The phrases that are found least, those found about as often together; empty where too few are marked."""
    file = _file()
    shares = {name: labels[name]["r"] for name in LABELS if name in labels and labels[name]["marked"] >= file["fewest_phrases"]}
    if not shares:
        return ""
    weak = sorted((name for name in shares if shares[name] < file["found"][-1]["below"]), key=lambda name: shares[name])[: file["weakest"]]
    if not weak:
        return str(file["all_found"])
    groups: dict[str, list[str]] = {}
    for name in weak:
        says = next(band["says"] for band in file["found"] if shares[name] < band["below"])
        groups.setdefault(says, []).append(file["phrases"][name])
    first, *others = (f"{_listed(names)}{' are found' if k == 0 else ''} {says}" for k, (says, names) in enumerate(groups.items()))
    return ", ".join([first, *others])


def _of_100(share: float) -> str:
    return f"{100 * share:.0f} of 100"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
