"""The annotation guidelines as pages: labels, general rules and elements, from `resources/labels.yaml` and `resources/elements.yaml`.

Pages are Markdown. `therex corpus labels` prints them, and docs/annotation.md contains them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from therex.catalog.files import resource
from therex.types import ELEMENTS, LABELS

LABEL_FILE, ELEMENT_FILE = "labels.yaml", "elements.yaml"
STATES = ("present", "weak", "missing")


def label(name: str) -> dict[str, Any]:
    """The entry of a label."""
    row: dict[str, Any] = resource(LABEL_FILE)["labels"][name]
    return row


def element(name: str) -> dict[str, Any]:
    """The entry of an element."""
    row: dict[str, Any] = resource(ELEMENT_FILE)["elements"][name]
    return row


def overview() -> str:
    """One line a label."""
    return "\n".join(f"{name:11} {label(name)['meaning']}" for name in LABELS)


def label_page(name: str) -> str:
    """The page of a label: meaning, what to mark, what not, attributes, settled points, and examples with their marks.

    Parameters
    ----------
    name
        One of `therex.types.LABELS`.
    """
    row = label(name)
    parts = [f"### {name}", row["meaning"]]
    for title, key in (("Mark", "mark"), ("Do not mark", "leave_out")):
        parts.append(_list(title, row[key]))
    if row["attributes"]:
        parts.append(_list("Attributes", (f"`{value}`: {says}." for value, says in row["attributes"].items())))
    if row["settled"]:
        parts.append(_list("Settled points", row["settled"]))
    parts.append(_lines("Examples", row["examples"]))
    parts.append(_lines(f"Nothing here is marked {name}", row["unmarked"]))
    return "\n\n".join(parts)


def general_page() -> str:
    """The rules that hold for every label."""
    parts = []
    for row in resource(LABEL_FILE)["general"]:
        parts.append(f"### {row['title']}\n\n" + "\n".join(f"- {p}" for p in row["points"]))
        if row.get("examples"):
            parts.append(_lines("Examples", row["examples"]))
    return "\n\n".join(parts)


def elements_page() -> str:
    """Every element with what makes it present, weak or missing, and an example."""
    return "\n\n".join(["\n".join(f"- {p}" for p in resource(ELEMENT_FILE)["general"]), *(_element(e) for e in ELEMENTS)])


def _element(name: str) -> str:
    row = element(name)
    lines = [f"### {row['title']} (`{name}`)", ""]
    lines += [f"- **{state}**: {row[state]}" for state in STATES]
    lines += [f"- {p}" for p in row["settled"]]
    return "\n".join([*lines, f"- Example of {row['example']['state']}: `{row['example']['text']}`"])


def _list(title: str, points: Iterable[str]) -> str:
    return "\n".join([f"**{title}**", "", *(f"- {p}" for p in points)])


def _lines(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"**{title}**", "", *(f"    {line}" for line in lines)])


def pages() -> dict[str, str]:
    """The parts of docs/annotation.md that come from the data files, by name."""
    return {"general": general_page(), "labels": "\n\n".join(map(label_page, LABELS)), "elements": elements_page()}


def renewed(document: str) -> str:
    """A document with its parts replaced by `pages`: what is between `<!-- name -->` and `<!-- end of name -->`."""
    for name, text in pages().items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        head, _, rest = document.partition(start)
        document = f"{head}{start}\n\n{text}\n\n{end}{rest.partition(end)[2]}"
    return document
