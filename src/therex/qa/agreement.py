"""Agreement of two readers, and of more: kappa with its interval, what prevalence does to it, and Krippendorff's alpha.

Kappa and its interval are statsmodels' (Fleiss, Cohen and Everitt 1969), alpha is that of the package krippendorff. Where nearly all notes
fall into one class kappa is low however well readers agree: the share of each class, the agreement on each (Cicchetti and Feinstein 1990)
and PABAK (Byrt, Bishop and Carlin 1993) stand beside it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

# a kappa from fewer notes comes with a caution
FEW = 20
FEW_NOTES = "few notes"


def agreement(pairs: Sequence[tuple[str, str]], classes: Sequence[str], confidence: float = 0.95) -> dict[str, Any]:
    """How far two readers agree on the class of each note.

    Parameters
    ----------
    pairs
        The class by the first and by the second reader, one pair a note.
    classes
        All there are.
    """
    from statsmodels.stats.inter_rater import cohens_kappa

    n = len(pairs)
    told: dict[str, Any] = {
        "notes": n,
        "observed": None,
        "kappa": None,
        "low": None,
        "high": None,
        "pabak": None,
        "classes": [],
        "caution": "",
    }
    if not n:
        return {**told, "caution": "no note was judged by both"}
    place = {c: i for i, c in enumerate(classes)}
    table = np.zeros((len(classes), len(classes)))
    for a, b in pairs:
        table[place[a], place[b]] += 1
    observed = float(np.trace(table)) / n
    used = [i for i in range(len(classes)) if table[i].sum() + table[:, i].sum() > 0]
    told |= {"observed": observed, "pabak": (len(classes) * observed - 1) / (len(classes) - 1), "classes": _classes(table, classes)}
    if len(used) < 2:
        return {**told, "caution": "all notes are in one class, so kappa is not defined"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = cohens_kappa(table[np.ix_(used, used)])
    half = NormalDist().inv_cdf((1 + confidence) / 2) * float(found.std_kappa)
    low, high = max(-1.0, float(found.kappa) - half), min(1.0, float(found.kappa) + half)
    if observed == 1:
        low = high = 1.0
    return {
        **told, "kappa": float(found.kappa), "low": low, "high": high,
        "caution": FEW_NOTES if n < FEW else "no disagreement was seen, so the interval is not informative" if observed == 1 else "",
    }  # fmt: skip


def _classes(table: Any, classes: Sequence[str]) -> list[dict[str, Any]]:
    """Of each class its share, and the agreement on it: of a reader's notes in it, how many are in it for the other too."""
    out = []
    for i, name in enumerate(classes):
        both = float(table[i].sum() + table[:, i].sum())
        out.append({"class": name, "share": both / 2 / float(table.sum()), "agreement": 2 * float(table[i, i]) / both if both else None})
    return out


def alpha(readers: Sequence[Mapping[int, str]], classes: Sequence[str], level: str = "nominal") -> float | None:
    """Krippendorff's alpha of any number of readers, who need not have read the same notes; None where it is not defined.

    Parameters
    ----------
    readers
        For each, the class of a note by its place.
    level
        ``nominal``, or ``ordinal`` where the classes have an order.
    """
    import krippendorff

    notes = sorted({n for r in readers for n in r})
    values = [[float(classes.index(r[n])) if n in r else np.nan for n in notes] for r in readers]
    pairable = [column for column in zip(*values, strict=True) if np.count_nonzero(~np.isnan(column)) > 1]
    if not pairable or len({v for column in pairable for v in column if not np.isnan(v)}) < 2:
        return None
    return float(krippendorff.alpha(reliability_data=np.array(values), level_of_measurement=level, value_domain=list(range(len(classes)))))
