"""take sign-ups

Revision ID: take_sign_ups
Revises: import_rosters
"""

import sqlalchemy as sa
from alembic import op

revision = "take_sign_ups"
down_revision = "import_rosters"
branch_labels = None
depends_on = None

STATES = ("claim", "newcomer", "accepted", "declined")
DOCUMENTS = ("resident_id", "residence_permit", "hk_macao_permit", "taiwan_permit", "passport")


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "sign_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", closed("signupstate", *STATES), nullable=False),
        sa.Column("full_name", sa.String(100), nullable=False),
        sa.Column("id_type", closed("idtype", *DOCUMENTS), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_key", sa.String(64), nullable=False),
        sa.Column("id_number_masked", sa.String(24), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_masked", sa.String(24), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("decider_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state <> 'claim' OR person_id IS NOT NULL",
            name=op.f("ck_sign_up_claims_somebody"),
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR person_id IS NOT NULL",
            name=op.f("ck_sign_up_accepted_as_somebody"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (state IN ('claim', 'newcomer'))",
            name=op.f("ck_sign_up_decided_when_it_was"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_sign_up_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["decider_id"], ["unit.id"], name=op.f("fk_sign_up_decider_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_up_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
    )
    for column in ("state", "decider_id", "person_id"):
        op.create_index(op.f(f"ix_sign_up_{column}"), "sign_up", [column])


def downgrade() -> None:
    op.drop_table("sign_up")
