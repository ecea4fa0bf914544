"""keep a photo of each person

Revision ID: keep_photos
Revises: find_papers_that_lack
"""

import sqlalchemy as sa
from alembic import op

revision = "keep_photos"
down_revision = "find_papers_that_lack"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(
            sa.Column("photo_sha256", sa.String(64), nullable=False, server_default="")
        )
    with op.batch_alter_table("person") as table:
        table.alter_column("photo_sha256", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.drop_column("photo_sha256")
