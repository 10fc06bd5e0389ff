"""One self-contained page: worklist with sort and filter, note view with spans lit up, legend, print style."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from therex.reports.harmless import harmless_all
from therex.reports.record import to_record
from therex.reports.worklist import in_order, why
from therex.types import Assessment

TEMPLATE = Path(__file__).resolve().parent.parent / "resources" / "report.html"


def to_html(found: Iterable[Assessment]) -> str:
    """The page as text; it needs no network, and note text is data in it, never markup."""
    return embed(TEMPLATE, [_note(a) for a in in_order(found)])


def embed(template: Path, rows: list[dict[str, Any]]) -> str:
    """A page with its data, written so that nothing in them can end the script that holds them."""
    data = json.dumps(harmless_all(rows), ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return template.read_text(encoding="utf-8").replace("/*DATA*/[]", data)


def _note(a: Assessment) -> dict[str, Any]:
    record = to_record(a)
    if a.view is not None:
        record["text"] = a.view.text
        record["why"] = why(a)
    return record
