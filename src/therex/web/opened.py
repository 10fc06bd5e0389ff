"""A sample with its reviews, opened."""

from __future__ import annotations

from pathlib import Path

from therex.qa.samples import Sample
from therex.web.engine import Database
from therex.web.store import Store


def open_store(path: Path, sample: Sample, database: str | None, *, create: bool = True) -> Store:
    """The reviews of a sample: in `database`, or in a file beside the sample.

    Raises
    ------
    InputError
        The database cannot be opened; or there is none, and none is to be made.
    """
    return Store(Database(database or str(path.with_name(f"{path.stem}.reviews.db")), create=create), sample)
