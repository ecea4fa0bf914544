"""take official lists

Revision ID: take_official_lists
Revises: keep_counts
"""

import sqlalchemy as sa
from alembic import op

revision = "take_official_lists"
down_revision = "keep_counts"
branch_labels = None
depends_on = None

LEVELS = ("assistant", "social_worker", "senior")
KINDS = ("registered", "ticketed", "sat", "checked", "passed")
STATES = ("uploaded", "checked", "importing", "imported")
PAPERS = ("comprehensive", "practice", "law_and_policy")


DUE = ("sign_ups", "rosters", "results", "letters", "invitations", "looks", "people")


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("candidacy") as batch_op:
        batch_op.add_column(
            sa.Column("registration_no", sa.String(32), nullable=False, server_default="")
        )
    with op.batch_alter_table("candidacy_step") as batch_op:
        batch_op.add_column(
            sa.Column("evidence_sha256", sa.String(64), nullable=False, server_default="")
        )
    with op.batch_alter_table("candidacy") as batch_op:
        batch_op.alter_column("registration_no", server_default=None)
    with op.batch_alter_table("candidacy_step") as batch_op:
        batch_op.alter_column("evidence_sha256", server_default=None)
    add_tickets()
    add_lists()
    allow_deleting(*DUE, "lists")


def allow_deleting(*kinds: str) -> None:
    among = ", ".join(repr(kind) for kind in kinds)
    for table in ("clearing", "proposal"):
        name = op.f(f"ck_{table}_duekind")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, f"kind IN ({among})")


def add_tickets() -> None:
    op.create_table(
        "admission_ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("paper", closed("subject", *PAPERS), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("room", sa.String(40), nullable=False),
        sa.Column("seat", sa.String(20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidacy_id"],
            ["candidacy.id"],
            name=op.f("fk_admission_ticket_candidacy_id_candidacy"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_admission_ticket_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission_ticket")),
    )
    op.create_index("ix_admission_ticket_candidacy_id", "admission_ticket", ["candidacy_id"])


def add_lists() -> None:
    op.create_table(
        "official_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", closed("listkind", *KINDS), nullable=False),
        sa.Column("level", closed("level", *LEVELS), nullable=True),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("state", closed("importstate", *STATES), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("check_sha256", sa.String(64), nullable=False),
        sa.Column("rows_sha256", sa.String(64), nullable=False),
        sa.Column("late", sa.JSON(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("rows_ready", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["exam_cycle.id"], name=op.f("fk_official_list_cycle_id_exam_cycle")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_official_list_uploaded_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["person.id"], name=op.f("fk_official_list_ordered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_list")),
    )
    op.create_index("ix_official_list_cycle_id", "official_list", ["cycle_id"])


def downgrade() -> None:
    op.execute("DELETE FROM proposal WHERE kind = 'lists'")
    op.execute("DELETE FROM clearing WHERE kind = 'lists'")
    allow_deleting(*DUE)
    op.drop_table("official_list")
    op.drop_table("admission_ticket")
    with op.batch_alter_table("candidacy_step") as batch_op:
        batch_op.drop_column("evidence_sha256")
    with op.batch_alter_table("candidacy") as batch_op:
        batch_op.drop_column("registration_no")
