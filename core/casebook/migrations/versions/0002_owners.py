"""Whose a case is, whether everybody may see it, and which person gave an answer; what was there is nobody's."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, longest in (("owner", 24), ("owner_name", 100)):
        op.add_column("cases", sa.Column(name, sa.String(longest), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("answers", sa.Column("person", sa.String(24), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("answers", "person")
    for name in ("shared", "owner_name", "owner"):
        op.drop_column("cases", name)
