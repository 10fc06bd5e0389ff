"""The front matter of a marked note on its way through JSON, where every key is a string."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from therex.corpus.marked import MarkedNote
from therex.errors import CorpusError


def plain(note: MarkedNote) -> dict[str, Any]:
    """The front matter without the id, as values that JSON has."""
    out: dict[str, Any] = json.loads(json.dumps({k: v for k, v in note.meta.items() if k != "id"}, default=str))
    return out


def code(key: Any) -> Any:
    """A code or number of a span as the front matter has it: a number where it can be one."""
    return int(key) if isinstance(key, str) and key.isascii() and key.isdigit() and str(int(key)) == key else key


def codes_back(meta: dict[str, Any]) -> dict[str, Any]:
    """Front matter from JSON with its codes and numbers of spans as numbers again."""

    def keys(table: Any) -> Any:
        return {code(k): v for k, v in table.items()} if isinstance(table, dict) else table

    out = dict(meta)
    if isinstance(out.get("minutes"), dict):
        out["minutes"] = {k: keys(v) if k == "codes" else v for k, v in out["minutes"].items()}
    for key in ("units", "types", "values", "relations"):
        if key in out:
            out[key] = keys(out[key])
    return out


def need(record: dict[str, Any], key: str, where: str) -> Any:
    """What a record has under a key.

    Raises
    ------
    CorpusError
        It has no such key.
    """
    if key not in record:
        raise CorpusError(f"{where}: {key!r} is missing")
    return record[key]


@contextmanager
def formed(where: str) -> Iterator[None]:
    """A part of an export that is missing, or of another kind than it should be, as an error of its place.

    Raises
    ------
    CorpusError
        The block met one.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise CorpusError(f"{where}: does not match that format ({type(error).__name__})") from None
