"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "review_sample",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("added", sa.String(32), nullable=False),
    )
    op.create_table(
        "review_item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sample", sa.String(32), sa.ForeignKey("review_sample.id"), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.UniqueConstraint("sample", "place", name="uq_review_item_place"),
    )
    op.create_table(
        "review_user",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("password", sa.String(200)),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("added", sa.String(32), nullable=False),
    )
    op.create_table(
        "review_session",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("user", sa.Integer, sa.ForeignKey("review_user.id"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("began", sa.String(32), nullable=False),
        sa.Column("seen", sa.String(32), nullable=False),
    )
    op.create_table(
        "review_review",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item", sa.Integer, sa.ForeignKey("review_item.id"), nullable=False),
        sa.Column("user", sa.Integer, sa.ForeignKey("review_user.id"), nullable=False),
        sa.Column("slot", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("first", sa.JSON),
        sa.Column("flag", sa.Boolean, nullable=False),
        sa.Column("unusable", sa.Boolean, nullable=False),
        sa.Column("opened", sa.String(32), nullable=False),
        sa.Column("changed", sa.String(32), nullable=False),
        sa.Column("decided", sa.String(32)),
        sa.UniqueConstraint("item", "user", name="uq_review_review_user"),
        sa.UniqueConstraint("item", "slot", name="uq_review_review_slot"),
    )
    op.create_table(
        "review_change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("review", sa.Integer, sa.ForeignKey("review_review.id"), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_index("ix_review_change_review", "review_change", ["review"])
    op.create_table(
        "review_audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sample", sa.String(32)),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("place", sa.Integer),
        sa.Column("detail", sa.String(400), nullable=False),
    )
    op.create_index("ix_review_audit_sample", "review_audit", ["sample", "id"])


def downgrade() -> None:
    for table in ("audit", "change", "review", "session", "user", "item", "sample"):
        op.drop_table(f"review_{table}")
