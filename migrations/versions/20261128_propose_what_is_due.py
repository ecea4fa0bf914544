"""propose what is due

Revision ID: propose_what_is_due
Revises: hold_by_two_lines
"""

import sqlalchemy as sa
from alembic import op

revision = "propose_what_is_due"
down_revision = "hold_by_two_lines"
branch_labels = None
depends_on = None

KINDS = (
    "enrolled",
    "moved_up",
    "certificate_issued",
    "results_in",
    "role_granted",
    "import_finished",
    "sign_up_decided",
    "invited",
    "password_forgotten",
    "password_changed",
    "identity_changed",
    "request_answered",
    "data_deleted",
    "passkey_changed",
    "registration_ends",
)
NEW = ("data_due",)
TABLES = ("notice", "notice_choice")
OF_NEW = "notice_id IN (SELECT id FROM notice WHERE {})"
DUE_KINDS = ("sign_ups", "rosters", "results", "letters", "invitations", "looks", "people")
CLOSED = {"native_enum": False, "create_constraint": True, "length": 32}


def among(kinds: tuple[str, ...]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def allow(kinds: tuple[str, ...]) -> None:
    for table in TABLES:
        name = op.f(f"ck_{table}_noticekind")
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, among(kinds))


def upgrade() -> None:
    allow(KINDS + NEW)
    op.create_table(
        "proposal_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "found >= 0 AND dropped >= 0", name=op.f("ck_proposal_round_counts_up")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_round")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*DUE_KINDS, name="duekind", **CLOSED), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("days > 0", name=op.f("ck_proposal_kept_for_some_time")),
        sa.CheckConstraint(
            "(kept_until IS NULL) = (reason = '')", name=op.f("ck_proposal_kept_for_a_reason")
        ),
        sa.CheckConstraint(
            "(kept_until IS NULL) = (decided_at IS NULL)", name=op.f("ck_proposal_kept_by_decision")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_proposal_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_proposal_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["proposal_round.id"], name=op.f("fk_proposal_round_id_proposal_round")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("kind", "row_id", name=op.f("uq_proposal_kind_row_id")),
    )
    for column in ("person_id", "round_id"):
        op.create_index(op.f(f"ix_proposal_{column}"), "proposal", [column])


def downgrade() -> None:
    op.drop_table("proposal")
    op.drop_table("proposal_round")
    op.execute(f"DELETE FROM notice_delivery WHERE {OF_NEW.format(among(NEW))}")
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE {among(NEW)}")
    allow(KINDS)
