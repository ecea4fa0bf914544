"""take data requests

Revision ID: take_data_requests
Revises: note_looks
"""

import sqlalchemy as sa
from alembic import op

revision = "take_data_requests"
down_revision = "note_looks"
branch_labels = None
depends_on = None

STATES = ("asked", "granted", "refused", "withdrawn")


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", closed("requestkind", "correction", "deletion"), nullable=False),
        sa.Column("state", closed("requeststate", *STATES), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL)",
            name=op.f("ck_data_request_decided_when_it_was"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_data_request_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_data_request_decided_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    for column in ("person_id", "state"):
        op.create_index(op.f(f"ix_data_request_{column}"), "data_request", [column])
    op.create_index(
        "uq_data_request_asked",
        "data_request",
        ["person_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )


def downgrade() -> None:
    op.drop_table("data_request")
