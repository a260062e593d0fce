"""Cases with their tags, and the answers of experts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FACTS = (
    ("study_id", 16), ("source", 20), ("image", 200), ("image_name", 200), ("image_sha256", 64), ("classifier", 200),
    ("attack", 60), ("norm", 8), ("label", 300), ("answer_before", 300), ("answer_after", 300),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("uid", sa.String(16), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("changed", sa.String(32), nullable=False),
        sa.Column("deleted", sa.String(32)),
        sa.Column("revision", sa.Integer, nullable=False),
        *(sa.Column(name, sa.String(longest), nullable=False) for name, longest in FACTS),
        sa.Column("classifier_after", sa.String(200)),
        sa.Column("strength", sa.Float, nullable=False),
        sa.Column("fooled", sa.Boolean),
        sa.Column("defended", sa.Boolean),
        sa.CheckConstraint("kind IN ('image', 'comparison')", name="known_kind"),
    )
    for name in ("created", "study_id"):
        op.create_index(f"cases_{name}", "cases", [name])
    op.create_table(
        "tags",
        sa.Column("case_uid", sa.String(16), sa.ForeignKey("cases.uid", ondelete="CASCADE"), primary_key=True),
        sa.Column("folded", sa.String(200), primary_key=True),
        sa.Column("tag", sa.String(50), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
    )
    op.create_index("tags_folded", "tags", ["folded"])
    op.create_table(
        "answers",
        sa.Column("uid", sa.String(16), primary_key=True),
        sa.Column("case_uid", sa.String(16), sa.ForeignKey("cases.uid", ondelete="CASCADE"), nullable=False),
        sa.Column("expert", sa.String(100), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("order_shown", sa.String(10), nullable=False),
        sa.Column("verdict", sa.String(20)),
        sa.Column("guess", sa.String(20)),
        sa.Column("attacked_side", sa.String(10)),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("drawn", sa.Text, nullable=False),
        sa.Column("relevant", sa.LargeBinary),
        sa.Column("spurious", sa.LargeBinary),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
    )
    op.create_index("answers_case", "answers", ["case_uid", "created"])


def downgrade() -> None:
    for name in ("answers", "tags", "cases"):
        op.drop_table(name)
