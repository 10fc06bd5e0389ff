"""Procedure codes in our own words: timed or not, and what each is for."""

from __future__ import annotations

from functools import cache
from typing import Any

from therex.catalog.files import resource


@cache
def codes() -> dict[str, dict[str, Any]]:
    """Every known code with `timed` and `name`."""
    return {str(code): row for code, row in resource("codes.yaml")["codes"].items()}


def is_code(text: str, length: int = 5) -> bool:
    """Whether `text` has the form of a code (or, of two characters, of a modifier): capitals and digits."""
    return len(text) == length and text.isascii() and text.isalnum() and text == text.upper()


def is_timed(code: str) -> bool:
    """Whether `code` is billed by 15-minute units; an unknown code is not."""
    return bool(codes().get(code, {}).get("timed"))
