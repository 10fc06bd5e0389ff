"""The tables of a review. A change here wants a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

schema = sa.MetaData()
ROLES = ("reviewer", "adjudicator", "administrator")


def _stamp(name: str, null: bool = False) -> sa.Column[Any]:
    """A time in UTC, ISO 8601."""
    return sa.Column(name, sa.String(32), nullable=null)


SAMPLE = sa.Table(
    "review_sample", schema, sa.Column("id", sa.String(32), primary_key=True), sa.Column("told", sa.JSON, nullable=False), _stamp("added")
)
ITEM = sa.Table(
    "review_item", schema, sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sample", sa.String(32), sa.ForeignKey("review_sample.id"), nullable=False), sa.Column("place", sa.Integer, nullable=False),
    sa.Column("told", sa.JSON, nullable=False), sa.UniqueConstraint("sample", "place", name="uq_review_item_place"),
)  # fmt: skip
USER = sa.Table(
    "review_user", schema, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(100), nullable=False, unique=True),
    sa.Column("password", sa.String(200)), sa.Column("role", sa.String(20), nullable=False), sa.Column("active", sa.Boolean, nullable=False),
    _stamp("added"),
)  # fmt: skip
# a session is known by a digest of what the browser holds
SESSION = sa.Table(
    "review_session", schema, sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("user", sa.Integer, sa.ForeignKey("review_user.id"), nullable=False), sa.Column("csrf", sa.String(64), nullable=False),
    _stamp("began"), _stamp("seen"),
)  # fmt: skip
# slot 0 is the adjudicator's, 1 and 2 are the reviewers', 100 + user those of a calibration round: one note is never taken twice
REVIEW = sa.Table(
    "review_review", schema, sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("item", sa.Integer, sa.ForeignKey("review_item.id"), nullable=False),
    sa.Column("user", sa.Integer, sa.ForeignKey("review_user.id"), nullable=False), sa.Column("slot", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False), sa.Column("told", sa.JSON, nullable=False),
    # the judgement as it was when the reviewer decided, before the tool's opinion was shown
    sa.Column("first", sa.JSON), sa.Column("flag", sa.Boolean, nullable=False), sa.Column("unusable", sa.Boolean, nullable=False),
    _stamp("opened"), _stamp("changed"), _stamp("decided", null=True),
    sa.UniqueConstraint("item", "user", name="uq_review_review_user"), sa.UniqueConstraint("item", "slot", name="uq_review_review_slot"),
)  # fmt: skip
# what a review was before each change, for undo and for the history
CHANGE = sa.Table(
    "review_change", schema, sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("review", sa.Integer, sa.ForeignKey("review_review.id"), nullable=False, index=True),
    sa.Column("before", sa.JSON, nullable=False), sa.Column("parts", sa.Text, nullable=False), sa.Column("undone", sa.Boolean, nullable=False),
    _stamp("at"),
)  # fmt: skip
# who saw and changed what: names of parts, never what a note says
AUDIT = sa.Table(
    "review_audit", schema, sa.Column("id", sa.Integer, primary_key=True), sa.Column("sample", sa.String(32)), _stamp("at"),
    sa.Column("who", sa.String(100), nullable=False), sa.Column("action", sa.String(30), nullable=False), sa.Column("place", sa.Integer),
    sa.Column("detail", sa.String(400), nullable=False), sa.Index("ix_review_audit_sample", "sample", "id"),
)  # fmt: skip
