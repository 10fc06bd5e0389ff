"""A sample to review, and what a reviewer does with it."""

from __future__ import annotations

import re
from datetime import date

from therex.batch.local import Setup
from therex.qa.decisions import blank
from therex.qa.drawing import make_sample
from therex.qa.samples import to_json
from therex.types import Note

GOOD = "3/4/2026 R TKA. Quad 3/5, cannot climb stairs. TE 97110 25 min: SLR 3x10 for quad control on stairs, VC for lag; pain 5/10 -> 3/10. Total timed 25, session 25. A. Ito, PT ÄÖ😀{}"
POOR = "Ther ex per flowsheet x 45 min 97110. Tolerated well. Continue POC. Visit {}."
DESIGN = {
    "seed": 1, "size": 12, "precision": None, "confidence": 0.95, "expected": 0.5, "by": ["therapist"], "allocation": "equal", "only": [], "exclude": [],
    "group": ["clinic"], "amount": "paid", "risk": 1, "uncertain": 0, "calibration": 2, "spares": 0.2, "reviewers": 2, "blind": True, "adjudicate": "all",
    "payer": "cms", "as_of": "2026-11-25", "rates": [],
}  # fmt: skip


def draw(path, count=4, **design):
    """A sample file of a few notes, none of them apart from the estimate."""
    notes = [Note(f"n{n}", (GOOD if n % 2 else POOR).format(n), "", date(2026, 7, 3), "Ito") for n in range(count)]
    told = {**DESIGN, "size": count, "by": [], "group": [], "amount": None, "risk": 0, "calibration": 0, "spares": 0, **design}
    path.write_text(to_json(make_sample(lambda: notes, Setup("cms", "2026-11-25"), told, 1, lambda items, _: items)), encoding="utf-8")
    return path


def quick_passwords(monkeypatch):
    """Passwords hashed as always, with so little work that a test does not wait for it."""
    from argon2 import PasswordHasher

    monkeypatch.setattr("therex.web.access.PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def judged(item, **more):
    told = blank(item, blind=False)
    verdict = item["record"]["necessity"]["verdict"]
    keep = ("elements", "supported_units", "units_not_judged", "contradictions", "note_type", "discipline")
    # minutes that the note does not state cannot be judged
    told["units_not_judged"] = told["supported_units"] is None or told["billed_units"] is None
    told["supported_units"] = None if told["units_not_judged"] else told["supported_units"]
    return {**{k: told[k] for k in keep}, "verdict": "supported" if verdict == "needs_review" else verdict, **more}


def decide(store, user, place, **more):
    row = store.save(user, place, store.mine(user, place)["version"], judged(store.items[place], **more))
    return store.decide(user, place, row["version"])


def csrf_of(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
