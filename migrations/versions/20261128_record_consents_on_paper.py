"""record consents on paper

Revision ID: record_consents_on_paper
Revises: keep_reviews
"""

import sqlalchemy as sa
from alembic import op

revision = "record_consents_on_paper"
down_revision = "keep_reviews"
branch_labels = None
depends_on = None

WAYS = ("registration", "asked", "own_page", "upload")
ON_PAPER = "(way = 'paper') = (signed_on IS NOT NULL)"
ALONE = "way = 'paper' OR (taken_by = '' AND scan_sha256 = '')"


def among(ways: tuple[str, ...]) -> str:
    return f"way IN ({', '.join(repr(way) for way in ways)})"


def upgrade() -> None:
    with op.batch_alter_table("consent") as batch_op:
        batch_op.add_column(sa.Column("signed_on", sa.Date(), nullable=True))
        for name, length in (("taken_by", 100), ("scan_sha256", 64)):
            column = sa.Column(name, sa.String(length), nullable=False, server_default="")
            batch_op.add_column(column)
        batch_op.drop_constraint(op.f("ck_consent_consentway"), type_="check")
        batch_op.create_check_constraint(op.f("ck_consent_consentway"), among((*WAYS, "paper")))
        batch_op.create_check_constraint(op.f("ck_consent_signed_on_paper"), ON_PAPER)
        batch_op.create_check_constraint(op.f("ck_consent_paper_alone"), ALONE)
    with op.batch_alter_table("consent") as batch_op:
        for name in ("taken_by", "scan_sha256"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM consent WHERE way = 'paper'")
    with op.batch_alter_table("consent") as batch_op:
        for name in ("signed_on_paper", "paper_alone", "consentway"):
            batch_op.drop_constraint(op.f(f"ck_consent_{name}"), type_="check")
        batch_op.create_check_constraint(op.f("ck_consent_consentway"), among(WAYS))
        for name in ("scan_sha256", "taken_by", "signed_on"):
            batch_op.drop_column(name)
