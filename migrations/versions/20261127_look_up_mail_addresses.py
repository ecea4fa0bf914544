"""look up mail addresses

Revision ID: look_up_mail_addresses
Revises: date_units_and_posts
"""

from alembic import op

revision = "look_up_mail_addresses"
down_revision = "date_units_and_posts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # as they are looked for from now on; their case means nothing to any mail server
    op.execute("UPDATE person SET email = lower(trim(email)) WHERE email <> lower(trim(email))")
    op.create_index(op.f("ix_person_email"), "person", ["email"])


def downgrade() -> None:
    op.drop_index(op.f("ix_person_email"), "person")
