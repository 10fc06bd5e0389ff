"""The sample file: frame, design, versions, and the notes that were drawn, each with its text and what the tool says of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from therex.errors import InputError
from therex.qa.sampling import PICKS

VERSION = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample file; `id` is a digest of what was drawn."""

    id: str
    told: dict[str, Any] = field(repr=False)

    @property
    def design(self) -> dict[str, Any]:
        """How the sample was drawn, and how it is to be reviewed."""
        design: dict[str, Any] = self.told["design"]
        return design

    @property
    def frame(self) -> dict[str, Any]:
        """How many notes there were, which were left out and why, and the strata."""
        frame: dict[str, Any] = self.told["frame"]
        return frame

    @property
    def items(self) -> list[dict[str, Any]]:
        """The notes of the sample, in the order of review."""
        items: list[dict[str, Any]] = self.told["items"]
        return items


def sample_id(told: dict[str, Any]) -> str:
    """The same for the same notes, with the same text, drawn from the same frame by the same design."""
    drawn = [(i["note_id"], i["stratum"], i["pick"], i["order"], i["amount"], i["units"], _digest(i["text"])) for i in told["items"]]
    return _digest(json.dumps([told["design"], told["frame"], drawn], sort_keys=True))[:16]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def to_json(told: dict[str, Any]) -> str:
    """The text of a sample file."""
    return json.dumps({**told, "id": sample_id(told)}, ensure_ascii=False, indent=1) + "\n"


def read_sample(path: Path) -> Sample:
    """A sample file, held to its form.

    Raises
    ------
    InputError
        There is none, or it is no sample file, or it was altered.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the sample file cannot be read ({type(error).__name__}); create one with `therex sample`") from None
    if not isinstance(told, dict) or told.get("version") != VERSION or not {"design", "frame", "items", "id"} <= set(told):
        raise InputError(f"the file is not a sample file of version {VERSION}; create one with `therex sample`")
    try:
        _check(told)
    except (KeyError, TypeError, IndexError, AttributeError):
        raise InputError("the sample file is incomplete: draw it again with `therex sample`") from None
    if sample_id(told) != told["id"]:
        raise InputError("the sample file was altered after the sample was drawn: its notes, weights, or design do not match its id")
    return Sample(str(told["id"]), told)


def _check(told: dict[str, Any]) -> None:
    strata, names = told["frame"]["strata"], set()
    for item in told["items"]:
        good = item["pick"] in PICKS and 0 <= item["stratum"] < len(strata) and isinstance(item["text"], str) and item["text"]
        if not good or item["note_id"] in names or item["record"]["status"] != "ok":
            raise KeyError
        names.add(item["note_id"])
    for stratum in strata:
        if not 0 <= int(stratum["sampled"]) <= int(stratum["population"]):
            raise KeyError
    if int(told["design"]["reviewers"]) not in (1, 2) or not isinstance(told["design"]["blind"], bool):
        raise KeyError
